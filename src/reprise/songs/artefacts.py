"""The regressor on disk: weights and everything fitted as safetensors, the rest as JSON, embeddings keyed by track."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from reprise import tables
from reprise.errors import MissingData
from reprise.search.similar import save_index
from reprise.songs import summary
from reprise.songs.encoding import GENRES, MODALITIES, Encoder, Scaler
from reprise.songs.experiment import Experiment
from reprise.songs.experts import VIEWS, Expert
from reprise.songs.network import Shape, SongRegressor, Widths
from reprise.songs.regressor import Regressor
from reprise.songs.ridge import Linear
from reprise.songs.words import Vocabulary

SCALERS = ("lyrics", "audio", "targets")
CONFIG, WEIGHTS, READER = "config.json", "weights.safetensors", "lyrics_encoder"
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Saved:
    """What a folder holds.

    Attributes
    ----------
    regressor
        In evaluation mode.
    targets
        What it predicts.
    lyrics
        Settings of the sentence encoder behind it: ``model``, ``max_tokens``, ``batch_size``.
    """

    regressor: Regressor
    targets: tuple[str, ...]
    lyrics: dict[str, Any]


def save_regressor(
    directory: Path, experiment: Experiment, params: dict[str, Any], lyrics: dict[str, Any]
) -> None:
    """Write ``weights.safetensors``, ``config.json``, ``embeddings.npy``, ``tracks.parquet``; an index where one pays.

    Parameters
    ----------
    directory
        ``data/regressor``.
    experiment
        With the regressor that is kept.
    params, lyrics
        The blocks ``regress`` and ``lyrics`` of the parameters.
    """
    regressor = experiment.regressor
    encoder = regressor.encoder
    tables.write_tensors(directory / WEIGHTS, _arrays(regressor))
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
        "targets": list(experiment.songs.target_names),
        "words": list(encoder.vocabulary.words),
        "widths": params["widths"],
        "dropout": params["dropout"],
        "fusion": params["fusion"],
        "lyrics": {name: lyrics[name] for name in ("model", "max_tokens", "batch_size")},
    }
    tables.write_json(directory / CONFIG, config)
    tables.write_array(directory / "embeddings.npy", experiment.embeddings)
    tables.write_table(directory / "tracks.parquet", pd.DataFrame({"track_id": experiment.songs.track_id}))
    save_index(directory, experiment.embeddings)
    if regressor.reader:
        regressor.reader.save(directory / READER)


def load_regressor(directory: Path) -> Saved:
    """Read a regressor.

    Raises
    ------
    MissingData
        If the stage had no targets to fit one on.
    """
    config = tables.read_json(directory / CONFIG)
    if not config["available"]:
        raise MissingData(f"{directory}: there is no song regressor: {config['why']}")
    arrays = {
        name: np.array(value) for name, value in tables.read_tensors(directory / WEIGHTS).items()
    }  # writable copies
    shape = Shape(
        config["inputs"],
        Widths(**config["widths"]),
        len(config["targets"]),
        config["dropout"],
        config["fusion"],
    )
    model = SongRegressor(shape)
    model.load_state_dict(
        {name: torch.from_numpy(value) for name, value in _below(arrays, "network").items()}
    )
    lyrics, audio, targets = (
        Scaler(arrays[f"scaler.{name}.mean"], arrays[f"scaler.{name}.scale"]) for name in SCALERS
    )
    experts = {view: _expert(_below(arrays, f"expert.{view}")) for view in VIEWS}
    years, words = config["years"], Vocabulary(tuple(config["words"]), arrays["words.rarity"])
    encoder = Encoder(lyrics, audio, years["first"], years["last"], words, experts)
    reader = None
    if (directory / READER).is_dir():
        from reprise.songs.tuning import load_reader  # transformers: spared where the embeddings are frozen

        reader = load_reader(directory / READER, config["lyrics"])
    regressor = Regressor(encoder, targets, model.eval(), reader)
    return Saved(regressor, tuple(config["targets"]), config["lyrics"])


def save_report(targets: Path, plots: Path, curve: Path, experiment: Experiment) -> None:
    """Write the tables behind the plots: scores by target, by number of songs, and the training curve."""
    tables.write_csv(targets, summary.target_table(experiment))
    tables.write_csv(plots, summary.curve_table(experiment))
    tables.write_csv(curve, summary.history_table(experiment.fit.history), separator="\t")


def save_unavailable(directory: Path, targets: Path, plots: Path, curve: Path, why: str) -> None:
    """Write the same files without rows, and why."""
    tables.write_json(directory / CONFIG, {"available": False, "why": why})
    tables.write_csv(targets, pd.DataFrame(columns=summary.TARGET_COLUMNS))
    tables.write_csv(plots, pd.DataFrame(columns=summary.CURVE_COLUMNS))
    tables.write_csv(curve, summary.history_table([]), separator="\t")


def _arrays(regressor: Regressor) -> Arrays:
    encoder = regressor.encoder
    scalers = dict(zip(SCALERS, (encoder.lyrics, encoder.audio, regressor.target_scaler), strict=True))
    arrays: Arrays = {
        f"network.{name}": value.numpy() for name, value in regressor.model.state_dict().items()
    }
    arrays |= {f"scaler.{name}.mean": scaler.mean for name, scaler in scalers.items()}
    arrays |= {f"scaler.{name}.scale": scaler.scale for name, scaler in scalers.items()}
    arrays["words.rarity"] = encoder.vocabulary.rarity
    for view, expert in encoder.experts.items():
        arrays[f"expert.{view}.coefficients"] = expert.linear.coefficients
        arrays[f"expert.{view}.intercept"] = expert.linear.intercept
        arrays[f"expert.{view}.trust"] = expert.trust
    return arrays


def _expert(arrays: Arrays) -> Expert:
    return Expert(Linear(arrays["coefficients"], arrays["intercept"]), arrays["trust"])


def _below(arrays: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose names start with a prefix, without it."""
    return {
        name.removeprefix(f"{prefix}."): value
        for name, value in arrays.items()
        if name.startswith(f"{prefix}.")
    }
