"""Ways of changing one secret where it is born, and nothing else: who then changes has depended on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from reprise.tables import SCHEMAS, read_array, read_table, write_array, write_table

CORPUS = Path("data/corpus")
IDENTIFIERS = ("track_id", "track_a", "track_b")
ENTITLED = ("train", "validation")


Perturbation = Callable[[Path, np.random.Generator], list[str]]


@dataclass(frozen=True)
class Secret:
    """Something that some results must not depend on.

    Attributes
    ----------
    name
        On the command line.
    label
        Its name in ``dvc.yaml``, or ``None``: it has none, and `unmoved` is the whole promise.
    perturb
        Changes it below a project root, and returns the paths it wrote.
    unmoved
        Patterns of files that must stay as they are though their stage may depend on the secret.
    """

    name: str
    label: str | None
    perturb: Perturbation
    unmoved: tuple[str, ...] = ()


def swap_tracks(root: Path, path: Path, ids: Sequence[str], rng: np.random.Generator) -> list[str]:
    """Give every track of a set the rows of another one of it; rows of other tracks stay.

    Returns
    -------
    list of str
        The path, if that changed the table.
    """
    if not (root / path).exists():
        return []
    table = read_table(root / path, path.stem)
    columns = [column for column in IDENTIFIERS if column in table]
    present = sorted(set(ids) & set(pd.concat([table[column] for column in columns])))
    shifted = dict(zip(present, rng.permutation(present), strict=True))
    changed = table.assign(
        **{column: table[column].map(lambda track: shifted.get(track, track)) for column in columns}
    )
    changed = changed.sort_values(
        [*columns, *(c for c in table if c not in columns)], kind="stable", ignore_index=True
    )
    table = table.sort_values(
        [*columns, *(c for c in table if c not in columns)], kind="stable", ignore_index=True
    )
    if changed.equals(table):
        return []
    (root / path).unlink()  # a second name of the cache's file: never to be written into
    write_table(root / path, changed, path.stem if path.stem in SCHEMAS else None)
    return [str(path)]


def genre(side: str) -> Perturbation:
    """Swap genre, language, tags and metadata between tracks of one side of the split; a role without a split is all training."""

    def perturb(root: Path, rng: np.random.Generator) -> list[str]:
        paths: list[str] = []
        for role in _roles(root):
            ids = _side(root, role, side)
            for name in ("labels", "tags", "metadata"):
                paths += swap_tracks(root, CORPUS / role / f"{name}.parquet", ids, rng)
        return paths

    return perturb


def whole(*names: str) -> Perturbation:
    """Swap the rows of some tables between all tracks, in every role."""

    def perturb(root: Path, rng: np.random.Generator) -> list[str]:
        paths: list[str] = []
        for role in _roles(root):
            ids = list(read_table(root / CORPUS / role / "tracks.parquet", "tracks")["track_id"])
            for name in names:
                paths += swap_tracks(root, CORPUS / role / f"{name}.parquet", ids, rng)
        return paths

    return perturb


def held_out_rows(root: Path, rng: np.random.Generator) -> list[str]:
    """Put noise in the place of what was heard and read of each test track, after the split was made.

    Fingerprints stay, for the split is made from them.
    """
    paths: list[str] = []
    for role in _roles(root):
        if not (root / f"data/splits/{role}.parquet").exists():
            continue
        ids = _side(root, role, "test")
        features, lyrics = Path("data/features") / role, Path("data/lyrics") / role
        for path in sorted((root / features).glob("*/*.npy")):
            if path.stem != "fingerprints":
                paths += _noise_rows(
                    root, path.relative_to(root), features / "frames" / "tracks.parquet", ids, rng
                )
        for path in sorted((root / features / "vectors").glob("*.parquet")):
            paths += _noise_columns(root, path.relative_to(root), ids, rng)
        paths += _noise_rows(root, lyrics / "embeddings.npy", lyrics / "tracks.parquet", ids, rng)
    return paths


SECRETS = {
    secret.name: secret
    for secret in (
        Secret("genre-train", "genre-train", genre("train")),
        Secret("genre-test", "genre-test", genre("test")),
        Secret("affect-train", "affect", whole("pairs")),
        Secret(
            "affect-test",
            "affect",
            whole("affect"),
            ("data/av_regressor/*", "data/lookup/*", "data/inference_lookup.csv"),
        ),
        Secret("factors", "factors", whole("factors", "grid")),
        Secret("targets", "targets", whole("targets")),
        Secret(
            "rows-test",
            None,
            held_out_rows,
            (
                "data/models/*/weights.safetensors",
                "data/models/*/config.json",
                "plots/training/*",
                "data/label_to_idx.json",
                "data/backbone/*",
                "data/finetuned/*",
                "data/av_regressor/*",
                "data/regressor/weights.safetensors",
                "data/regressor/config.json",
            ),
        ),
    )
}
"""``affect-train`` are the judgements that the mood model learns; ``affect-test`` are the absolute values, which only judge it.

``rows-test``: what is fitted is fitted without test rows, although every model embeds them.
"""


def _roles(root: Path) -> list[str]:
    return sorted(path.name for path in (root / CORPUS).iterdir() if path.is_dir())


def _side(root: Path, role: str, side: str) -> list[str]:
    if not (root / f"data/splits/{role}.parquet").exists():
        ids = read_table(root / CORPUS / role / "tracks.parquet", "tracks")["track_id"]
        return list(ids) if side == "train" else []
    splits = read_table(root / f"data/splits/{role}.parquet", "splits")
    entitled = splits["split"].isin(ENTITLED)
    return list(splits.loc[entitled if side == "train" else ~entitled, "track_id"])


def _noise_rows(root: Path, path: Path, order: Path, ids: list[str], rng: np.random.Generator) -> list[str]:
    if not (root / order).exists():  # a small world that was computed up to an earlier stage
        return []
    rows = np.flatnonzero(read_table(root / order)["track_id"].isin(ids))
    if not len(rows):
        return []
    array = np.array(read_array(root / path))
    others = tuple(range(array.ndim - 1))
    values = array.astype(np.float32)
    middle, spread = values.mean(others), values.std(others)
    array[rows] = rng.normal(middle, spread, (len(rows), *array.shape[1:])).astype(array.dtype)
    (root / path).unlink()
    write_array(root / path, array)
    return [str(path)]


def _noise_columns(root: Path, path: Path, ids: list[str], rng: np.random.Generator) -> list[str]:
    table = read_table(root / path)
    rows = table["track_id"].isin(ids)
    if not rows.any():
        return []
    for column in table.columns.drop("track_id"):
        values = table[column].to_numpy(np.float64)
        noise = rng.normal(values.mean(), values.std(), int(rows.sum()))
        table.loc[rows, column] = np.clip(noise, values.min(), values.max()).astype(table[column].dtype)
    (root / path).unlink()
    write_table(root / path, table, path.stem if path.stem in SCHEMAS else None)
    return [str(path)]
