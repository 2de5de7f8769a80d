"""The directory of a trained model: weights, configuration, latents. Read here, written here, nowhere else.

Reading latents imports no deep-learning library, so clustering and evaluation start fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.errors import BadInput, MissingData
from reprise.models.base import Model, Shapes
from reprise.models.build import build_model
from reprise.tables import (
    read_array,
    read_json,
    read_table,
    read_tensors,
    write_array,
    write_json,
    write_table,
    write_tensors,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS, CONFIG, LATENTS, TRACKS = "weights.safetensors", "config.json", "latents.npy", "tracks.parquet"


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
    config = _config(folder)
    if not config["available"]:
        return Unavailable(config["why"])
    if not (folder / f"{name}.npy").exists():
        raise MissingData(f"{folder} holds no {name}.npy: the model '{config['model']}' does not write it")
    values = np.asarray(read_array(folder / f"{name}.npy", mmap=False), dtype=np.float32)
    rows = folder / (TRACKS if name == "latents" else "tracks_given.parquet")
    ids = read_table(rows)["track_id"].to_numpy(dtype=np.str_)
    if values.ndim != 2 or len(ids) != len(values) or not np.isfinite(values).all():
        raise BadInput(f"{folder}/{name}.npy: {values.shape} finite values expected for {len(ids)} tracks")
    return Latents(ids, values, config["labels_used"])


def load_model(directory: str | Path) -> Model | Unavailable:
    """Return a trained model as it was saved.

    Raises
    ------
    MissingData
        If the directory holds no model.
    """
    config = _config(Path(directory))
    if not config["available"]:
        return Unavailable(config["why"])
    shapes = Shapes.from_dict(config["shapes"])
    model = build_model(config["model"], config["params"], shapes, config["seed"])
    model.load_tensors(read_tensors(Path(directory) / WEIGHTS))
    return model


def save_model(directory: str | Path, name: str, model: Model, seed: int) -> None:
    """Write the weights and the configuration of a trained model."""
    write_tensors(Path(directory) / WEIGHTS, model.tensors())
    write_json(
        Path(directory) / CONFIG,
        {
            "available": True,
            "model": name,
            "params": model.params.model_dump(),
            "shapes": model.shapes.to_dict(),
            "seed": seed,
            "latent_dim": model.latent_dim,
            "form": model.form,
            "labels_used": model.labels_used,
        },
    )


def save_latents(
    directory: str | Path,
    track_ids: NDArray[np.str_],
    values: NDArray[np.float32],
    extras: Mapping[str, Any],
) -> None:
    """Write latents with their ids, and what else a model gives (arrays and tables, by file name)."""
    import pandas as pd

    write_array(Path(directory) / LATENTS, values)
    write_table(Path(directory) / TRACKS, pd.DataFrame({"track_id": track_ids}))
    for file, value in sorted(extras.items()):
        (write_array if file.endswith(".npy") else write_table)(Path(directory) / file, value)


def save_unavailable(directory: str | Path, name: str, why: str) -> None:
    """Write that the dataset cannot train the model."""
    write_json(Path(directory) / CONFIG, {"available": False, "model": name, "why": why})


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / CONFIG).exists():
        raise MissingData(f"{folder} holds no {CONFIG}: train the model first (dvc repro)")
    return read_json(folder / CONFIG)
