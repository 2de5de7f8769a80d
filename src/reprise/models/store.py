"""The directory of a trained model: weights, configuration, latents. Written here, read here and in `read_latents`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprise.models.base import Model, Shapes
from reprise.models.build import build_model
from reprise.models.read_latents import (
    CONFIG,
    LATENTS,
    TRACKS,
    Latents,
    Unavailable,
    load_latents,
    read_config,
)
from reprise.tables import (
    read_tensors,
    write_array,
    write_json,
    write_table,
    write_tensors,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Latents",
    "Unavailable",
    "load_latents",
    "load_model",
    "save_latents",
    "save_model",
    "save_unavailable",
]

WEIGHTS = "weights.safetensors"


def load_model(directory: str | Path) -> Model | Unavailable:
    """Return a trained model as it was saved.

    Raises
    ------
    MissingData
        If the directory holds no model.
    """
    config = read_config(Path(directory))
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
            "parameters": model.n_parameters,
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
