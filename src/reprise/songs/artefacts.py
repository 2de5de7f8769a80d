"""The regressor on disk: weights and fitted scalings as safetensors, everything else as JSON, embeddings keyed by track."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from reprise import tables
from reprise.errors import MissingData
from reprise.songs import summary
from reprise.songs.encoding import GENRES, MODALITIES, Encoder, Scaler
from reprise.songs.experiment import Experiment
from reprise.songs.network import SongRegressor, Widths

SCALERS = ("lyrics", "audio", "targets")


def save_regressor(directory: Path, experiment: Experiment, params: dict[str, Any]) -> None:
    """Write ``weights.safetensors``, ``config.json``, ``embeddings.npy`` and ``tracks.parquet``."""
    model, encoder = experiment.fitted.model, experiment.encoder
    scalers = dict(zip(SCALERS, (encoder.lyrics, encoder.audio, experiment.target_scaler), strict=True))
    arrays = {f"network.{name}": value.numpy() for name, value in model.state_dict().items()}
    arrays |= {f"scaler.{name}.mean": scaler.mean for name, scaler in scalers.items()}
    arrays |= {f"scaler.{name}.scale": scaler.scale for name, scaler in scalers.items()}
    tables.write_tensors(directory / "weights.safetensors", arrays)
    config = {
        "available": True,
        "inputs": {
            "lyrics": len(encoder.lyrics.mean),
            "audio": len(encoder.audio.mean),
            "metadata": len(GENRES) + 3,
        },
        "modalities": list(MODALITIES),
        "genres": list(GENRES),
        "years": {"first": encoder.first_year, "last": encoder.last_year},
        "targets": list(tables.TARGETS),
        "widths": params["widths"],
        "dropout": params["dropout"],
    }
    tables.write_json(directory / "config.json", config)
    tables.write_array(directory / "embeddings.npy", experiment.embeddings)
    tables.write_table(directory / "tracks.parquet", pd.DataFrame({"track_id": experiment.songs.track_id}))


def load_regressor(directory: Path) -> tuple[SongRegressor, Encoder, Scaler]:
    """Read a regressor: the network in evaluation mode, its input encoding, its target scaling.

    Raises
    ------
    MissingData
        If the stage had no targets to fit one on.
    """
    config = tables.read_json(directory / "config.json")
    if not config["available"]:
        raise MissingData(f"{directory}: there is no song regressor: {config['why']}")
    arrays = tables.read_tensors(directory / "weights.safetensors")
    model = SongRegressor(
        config["inputs"], Widths(**config["widths"]), len(config["targets"]), config["dropout"]
    )
    state = {
        name.removeprefix("network."): torch.from_numpy(value.copy())
        for name, value in arrays.items()
        if name.startswith("network.")
    }
    model.load_state_dict(state)
    lyrics, audio, targets = (
        Scaler(np.asarray(arrays[f"scaler.{name}.mean"]), np.asarray(arrays[f"scaler.{name}.scale"]))
        for name in SCALERS
    )
    years = config["years"]
    return model.eval(), Encoder(lyrics, audio, years["first"], years["last"]), targets


def save_report(targets: Path, curve: Path, experiment: Experiment) -> None:
    """Write the tables behind the plots: scores by target, training curve."""
    tables.write_csv(targets, summary.target_table(experiment))
    tables.write_csv(curve, summary.history_table(experiment.fitted.history), separator="\t")


def save_unavailable(directory: Path, targets: Path, curve: Path, why: str) -> None:
    """Write the same files without rows, and why."""
    tables.write_json(directory / "config.json", {"available": False, "why": why})
    tables.write_csv(targets, pd.DataFrame(columns=summary.TARGET_COLUMNS))
    tables.write_csv(curve, summary.history_table([]), separator="\t")
