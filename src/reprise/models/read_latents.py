"""Reading the latents of a trained model. No deep-learning library is needed, so clustering and evaluation start fast."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.errors import BadInput, MissingData
from reprise.tables import read_array, read_json, read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIG, LATENTS, TRACKS, GIVEN_TRACKS = "config.json", "latents.npy", "tracks.parquet", "tracks_given.parquet"
SEEDS = "seeds"
CURVE_COLUMNS = ("epoch", "phase", "train_loss", "validation_loss")
"""Columns that every learning curve has, in ``history.tsv``; each term of the loss follows."""
NO_LABELS = "none"
"""Value of ``labels_used`` of a model that never sees a label."""


@dataclass(frozen=True)
class Latents:
    """One vector per track.

    Parameters
    ----------
    track_ids
        Shape ``(n,)``, strings.
    values
        Shape ``(n, latent_dim)``, float32, finite; row ``i`` belongs to ``track_ids[i]``.
    labels_used
        Which labels the model was given, in words; ``none`` for label-free models.
    """

    track_ids: NDArray[np.str_]
    values: NDArray[np.float32]
    labels_used: str


@dataclass(frozen=True)
class Unavailable:
    """A model that the dataset cannot train, and why."""

    why: str


def fair_scope(labels_used: str) -> str:
    """Return the tracks on which latents are fairly scored: ``test`` where labels of the others were used, else ``all``."""
    return "all" if labels_used == NO_LABELS else "test"


def load_latents(directory: str | Path, name: str = "latents") -> Latents | Unavailable:
    """Return the latents of a trained model.

    Parameters
    ----------
    directory
        ``data/models/<model>``.
    name
        ``latents`` (all tracks, no label of any track read); of conditional models also ``latents_given``
        (labelled training and validation tracks, encoded with their true class) and ``negative_control``
        (contains the label itself: never evidence of anything).

    Raises
    ------
    MissingData
        If the directory holds no model, or no latents of that name.
    BadInput
        If ids and values do not belong together.
    """
    folder = Path(directory)
    config = read_config(folder)
    if not config["available"]:
        return Unavailable(config["why"])
    if not (folder / f"{name}.npy").exists():
        raise MissingData(f"{folder} holds no {name}.npy: the model '{config['model']}' does not write it")
    values = np.asarray(read_array(folder / f"{name}.npy", mmap=False), dtype=np.float32)
    rows = folder / (TRACKS if name == "latents" else GIVEN_TRACKS)
    ids = read_table(rows)["track_id"].to_numpy(dtype=np.str_)
    if values.ndim != 2 or len(ids) != len(values) or not np.isfinite(values).all():
        raise BadInput(f"{folder}/{name}.npy: {values.shape} finite values expected for {len(ids)} tracks")
    return Latents(ids, values, config["labels_used"])


def load_seed_latents(directory: str | Path) -> list[NDArray[np.float32]]:
    """Return the latents of all trainings of a model: of the model itself, then of each further seed.

    Parameters
    ----------
    directory
        ``data/models/<model>``.

    Returns
    -------
    list of NDArray[np.float32]
        Each ``(n, latent_dim)`` with the rows of `load_latents`; one where ``training.seeds`` is 1, none where the model is
        unavailable.

    Raises
    ------
    MissingData
        If the directory holds no model.
    BadInput
        If a further training does not describe the same tracks.
    """
    folder = Path(directory)
    first = load_latents(folder)
    if isinstance(first, Unavailable):
        return []
    count = len(list((folder / SEEDS).glob("*.npy")))
    found = [first.values]
    for number in range(1, count + 1):
        path = folder / SEEDS / f"{number}.npy"
        values = np.asarray(read_array(path, mmap=False), dtype=np.float32)
        if values.shape != first.values.shape or not np.isfinite(values).all():
            raise BadInput(
                f"{path}: finite values of shape {first.values.shape} expected, not {values.shape}"
            )
        found.append(values)
    return found


def read_config(folder: Path) -> dict[str, Any]:
    """Return the configuration of a trained model.

    Raises
    ------
    MissingData
        If the directory holds no model.
    """
    if not (folder / CONFIG).exists():
        raise MissingData(f"{folder} holds no {CONFIG}: train the model first (dvc repro)")
    return read_json(folder / CONFIG)
