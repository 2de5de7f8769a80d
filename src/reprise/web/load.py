"""Reading the catalogue of a run: numpy and pyarrow only, so that the server starts quickly and stays small."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput, MissingData
from reprise.web.catalogue import CATEGORIES, NUMBERS, Catalogue, Neighbours
from reprise.web.columns import (
    Category,
    Lists,
    Numbers,
    Rows,
    category,
    empty_category,
    keys,
    lists,
    numbers,
    plain,
    positions,
    texts,
)
from reprise.web.map_places import complete_places
from reprise.web.run_files import CORPUS, LABEL_INDEX, LOOKUP_METRICS, RunFiles, read_columns

CLUSTERING = "kmeans"
"""The method whose clusters the lookup table gives (`reprise.lookup.place`)."""

PROBABILITY = "prob_"
ID_LENGTH = 8


def load_catalogue(files: RunFiles, libraries: dict[str, frozenset[str]] | None = None) -> Catalogue:
    """Read the catalogue of a run.

    Parameters
    ----------
    files
        Where the run is.
    libraries
        Named sets of track ids, to which requests can be limited.

    Raises
    ------
    MissingData
        If there is no lookup table.
    BadInput
        If a table is broken or the lookup table's labels are not those of ``label_to_idx.json``.
    """
    lookup = read_columns(files.path("lookup"), ("track_id", "new_acoustic_label", "neighbours"))
    if not lookup:
        raise MissingData(
            f"{files.path('lookup')} does not exist: run the pipeline first (dvc repro, or dvc checkout for a kept run)"
        )
    ids = _all_ids(files, lookup)
    rows, size = positions(ids, lookup["track_id"]), len(ids)
    listed = np.full(size, -1, np.int32)
    listed[rows] = np.arange(len(rows))
    labels = read_labels(files, lookup)
    metrics = _json(files.path(LOOKUP_METRICS))
    facts: dict[str, Any] = {
        "selected_model": metrics.get("selected_model"),
        "mood": metrics.get("mood", {}),
        "seconds": _clip_seconds(files),
        "notes": [],
    }
    columns = _numbers(files, lookup, rows, ids, len(labels))
    latents = _latents(files, str(metrics.get("selected_model") or ""), ids, facts["notes"])
    if latents is not None:
        own = np.column_stack([columns["map_x"], columns["map_y"]])
        places, why = complete_places(own, latents)
        columns["map_x"], columns["map_y"] = places[:, 0].copy(), places[:, 1].copy()
        if why:
            facts["notes"].append(f"map: {why}")
    chances = [numbers(lookup[f"{PROBABILITY}{name}"], np.arange(len(rows)), len(rows)) for name in labels]
    made = Catalogue(
        ids=ids,
        titles=_titles(files, ids),
        categories=_categories(files, lookup, rows, ids, labels),
        numbers=columns,
        listed=listed,
        labels=labels,
        probabilities=np.column_stack(chances).astype(np.float32),
        neighbours=_neighbours(lookup, ids),
        latents=latents,
        descriptors=_descriptors(files, ids),
        tags=_tags(files, ids),
        facts=facts,
        libraries={name: np.isin(ids, _bytes(members)) for name, members in (libraries or {}).items()},
    )
    give_back()
    return made


def give_back() -> None:
    """Give the memory of the tables back to the system: pyarrow and the C library keep it for tables to come."""
    import ctypes

    import pyarrow

    pyarrow.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)


def read_labels(files: RunFiles, lookup: dict[str, Any]) -> list[str]:
    """Return the labels in the order of ``label_to_idx.json``, checked against the lookup table's columns."""
    index = _json(files.path(LABEL_INDEX))
    have = {name.removeprefix(PROBABILITY) for name in lookup if name.startswith(PROBABILITY)}
    if set(index) != have:
        odd = ", ".join(sorted(set(index) ^ have))
        raise BadInput(
            f"{files.path(LABEL_INDEX)} and the lookup table do not name the same labels ({odd}); run dvc repro"
        )
    return sorted(index, key=lambda name: int(index[name]))


def read_libraries(given: list[str]) -> dict[str, frozenset[str]]:
    """Read libraries from ``name=file`` pairs: a playlist, CSV or text in which track ids stand.

    Raises
    ------
    BadInput
        If a pair has another form, or its file holds no track id.
    """
    import re

    found: dict[str, frozenset[str]] = {}
    for pair in given:
        name, _, place = pair.partition("=")
        path = Path(place)
        if not name or not path.is_file():
            raise BadInput(
                f"--library {pair}: name=FILE is needed, where FILE holds the track ids of a library"
            )
        ids = frozenset(re.findall(r"\b[0-9a-f]{16}\b", path.read_text(encoding="utf-8", errors="replace")))
        if not ids:
            raise BadInput(f"--library {pair}: the file holds no track id (16 hexadecimal digits)")
        found[name] = ids
    return found


def _bytes(members: frozenset[str]) -> NDArray[np.bytes_]:
    return np.asarray(sorted(members), dtype=np.bytes_)


def _all_ids(files: RunFiles, lookup: dict[str, Any]) -> NDArray[np.bytes_]:
    tracks = read_columns(files.path("tracks"), ("track_id",))
    return np.unique(np.concatenate([keys(table["track_id"]) for table in (tracks, lookup) if table]))


def _numbers(
    files: RunFiles, lookup: dict[str, Any], rows: Rows, ids: NDArray[np.bytes_], labels: int
) -> dict[str, Numbers]:
    size = len(ids)
    found = {
        name: numbers(lookup[name], rows, size) if name in lookup else np.full(size, np.nan)
        for name in NUMBERS
    }
    found["uncertainty"] = np.clip(found["entropy"] / np.log(max(2, labels)), 0.0, 1.0)
    metadata = read_columns(files.path("metadata"))
    if "year" in metadata:
        found["year"] = numbers(metadata["year"], positions(ids, metadata["track_id"]), size)
    return found


def _categories(
    files: RunFiles, lookup: dict[str, Any], rows: Rows, ids: NDArray[np.bytes_], labels: list[str]
) -> dict[str, Category]:
    size = len(ids)
    found = dict.fromkeys(CATEGORIES, empty_category(size))
    for table, names in (
        ("labels", ("genre", "language")),
        ("metadata", ("artist",)),
        ("splits", ("split",)),
    ):
        columns = read_columns(files.path(table))
        for name in names:
            if name in columns:
                found[name] = category(columns[name], positions(ids, columns["track_id"]), size)
    acoustic = read_columns(files.path("acoustic"))
    given = empty_category(size)
    if acoustic:
        given = category(acoustic["label"], positions(ids, acoustic["track_id"]), size, labels)
    predicted = category(lookup["new_acoustic_label"], rows, size, labels)
    found["label"] = Category(np.where(predicted.codes >= 0, predicted.codes, given.codes), labels)
    found["cluster"] = _clusters(files, lookup, rows, ids)
    return found


def _clusters(files: RunFiles, lookup: dict[str, Any], rows: Rows, ids: NDArray[np.bytes_]) -> Category:
    """Return the cluster that the lookup table gives, and for the other tracks that of the same clustering."""
    import pyarrow

    size, codes = len(ids), np.full(len(ids), np.nan)
    assigned = read_columns(files.path("clusters"), ("track_id", "method", "seed", "cluster"))
    chosen = _first_clustering(assigned)
    if len(chosen):
        indices = pyarrow.Array.from_buffers(pyarrow.int64(), len(chosen), [None, pyarrow.py_buffer(chosen)])
        tracks = positions(ids, assigned["track_id"].take(indices))
        codes[tracks[tracks >= 0]] = plain(assigned["cluster"], "int64", -1)[chosen][tracks >= 0]
    if "cluster" in lookup:
        own = numbers(lookup["cluster"], rows, size)
        codes = np.where(np.isfinite(own), own, codes)
    known = np.isfinite(codes)
    names, found = np.unique(codes[known].astype(np.int64), return_inverse=True)
    category_codes = np.full(size, -1, np.int32)
    category_codes[known] = found
    return Category(category_codes, [str(name) for name in names.tolist()])


def _first_clustering(assigned: dict[str, Any]) -> Rows:
    """Return the rows of the first seed of `CLUSTERING` (by numpy: pyarrow imports pandas to take a value from Python)."""
    if not assigned:
        return np.empty(0, np.int64)
    methods = assigned["method"].dictionary_encode()
    names = methods.dictionary.to_pylist()
    if CLUSTERING not in names:
        return np.empty(0, np.int64)
    kept = plain(methods.indices, "int64", -1) == names.index(CLUSTERING)
    seeds = plain(assigned["seed"], "int64", -1)
    return np.flatnonzero(kept & (seeds == seeds[kept].min())).astype(np.int64)


def _titles(files: RunFiles, ids: NDArray[np.bytes_]) -> list[str]:
    metadata = read_columns(files.path("metadata"))
    found = [""] * len(ids)
    if "title" in metadata:
        found = texts(metadata["title"], positions(ids, metadata["track_id"]), len(ids))
    return [title or ids[row][:ID_LENGTH].decode() for row, title in enumerate(found)]


def _neighbours(lookup: dict[str, Any], ids: NDArray[np.bytes_]) -> Neighbours:
    near, far = lookup["neighbours"], lookup["neighbour_distances"]
    lengths = np.diff(plain(near.offsets, "int64", 0))
    width = int(lengths.max(initial=0))
    rows = np.full((len(near), width), -1, np.int32)
    distances = np.full((len(near), width), np.nan, np.float32)
    filled = np.arange(width)[None, :] < lengths[:, None]
    if width:
        rows[filled] = positions(ids, near.flatten())
        distances[filled] = plain(far.flatten(), "float64", np.nan)
    return Neighbours(rows, distances)


def _latents(
    files: RunFiles, model: str, ids: NDArray[np.bytes_], notes: list[str]
) -> NDArray[np.float32] | None:
    folder = files.model(model)
    if not model or not (folder / "latents.npy").exists():
        notes.append(
            "neighbours and map of tracks outside the lookup table: the selected model has no latents"
        )
        return None
    values = np.load(folder / "latents.npy", allow_pickle=False)
    rows = positions(ids, read_columns(folder / "tracks.parquet", ("track_id",))["track_id"])
    if values.ndim != 2 or len(values) != len(rows):
        raise BadInput(
            f"{folder}/latents.npy: {values.shape} for {len(rows)} tracks; run the train stage again"
        )
    spread = np.full((len(ids), values.shape[1]), np.nan, np.float32)
    spread[rows[rows >= 0]] = values[rows >= 0]
    return spread


def _descriptors(files: RunFiles, ids: NDArray[np.bytes_]) -> dict[str, Numbers]:
    columns = read_columns(files.path("descriptors"))
    if not columns:
        return {}
    rows = positions(ids, columns.pop("track_id"))
    return {name: numbers(values, rows, len(ids)) for name, values in columns.items()}


def _tags(files: RunFiles, ids: NDArray[np.bytes_]) -> Lists:
    columns = read_columns(files.path("tags"))
    if not columns:
        return Lists(np.zeros(len(ids) + 1, np.int64), np.empty(0, np.int32), [])
    found = lists(columns["tag"], positions(ids, columns["track_id"]), len(ids))
    return replace(found, names=[name.rsplit("---", 1)[-1] for name in found.names])


def _clip_seconds(files: RunFiles) -> int:
    """Return the length of a track's audio in whole seconds (all are of one length), -1 where it is not known."""
    corpus = _json(files.path(CORPUS))
    samples, rate = corpus.get("n_samples"), corpus.get("sample_rate")
    return round(samples / rate) if samples and rate else -1


def _json(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a small CSV file as rows; none where there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
