"""A fitted regressor: what encodes the songs, what predicts, and how both came about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from reprise.songs.encoding import Encoded, Encoder, Scaler
from reprise.songs.network import SongRegressor
from reprise.songs.source import Floats, Songs
from reprise.songs.training import Fit, Part, TrainingOptions, fit, fit_for, predict

Rows = NDArray[np.intp]


class Reader(Protocol):
    """A sentence encoder that was fine-tuned on songs."""

    def read(self, songs: Songs) -> Songs:
        """Return the songs with its embeddings of their lyrics."""

    def save(self, directory: Path) -> None:
        """Write what was trained."""


class Tuning(Protocol):
    """Fine-tunes a sentence encoder on training songs, and stops by validation songs; targets are standardised."""

    def __call__(self, songs: Songs, train: Rows, validation: Rows, targets: Floats) -> Reader:
        """Return the encoder."""


@dataclass(frozen=True)
class Regressor:
    """Everything that turns songs into predictions and embeddings.

    Attributes
    ----------
    encoder, target_scaler
        Input encoding and target standardisation, fitted on the training and validation songs.
    model
        The network.
    reader
        The fine-tuned sentence encoder; ``None`` where the embeddings of the ``lyrics`` stage are taken as they are.
    """

    encoder: Encoder
    target_scaler: Scaler
    model: SongRegressor
    reader: Reader | None = None

    def encode(self, songs: Songs) -> Encoded:
        """Return the songs as numbers."""
        return self.encoder.apply(self.reader.read(songs) if self.reader else songs)

    def predict(self, songs: Encoded) -> tuple[Floats, NDArray[np.float32]]:
        """Return predictions in the units of the targets (n, targets), and joint embeddings (n, joint)."""
        standardised, embeddings = predict(self.model, songs)
        return self.target_scaler.undo(standardised), embeddings


def fit_regressor(
    songs: Songs, train: Rows, validation: Rows, params: dict[str, Any], seed: int, tune: Tuning | None = None
) -> tuple[Regressor, Fit]:
    """Find the number of epochs on the validation songs, then fit training and validation songs together for as long.

    Parameters
    ----------
    songs
        All songs; of the others nothing is read.
    train, validation
        Rows of the two parts.
    params
        The ``regress`` block of the parameters.
    seed
        Sets weights, batches and dropout.
    tune
        Fine-tunes the sentence encoder first, where wanted.
    """
    options = TrainingOptions.from_params(params)
    both = np.union1d(train, validation)
    reader = _tuned(songs, train, validation, tune) if tune else None
    if reader:
        songs = _read(reader, songs, both)
    first = _Learned(songs, train, params)
    held = Part(first.encoder.apply(songs.rows(validation)), first.scaler.apply(songs.targets[validation]))
    stopped = fit(first.part, held, options, seed)
    last = _Learned(songs, both, params)
    model = fit_for(last.part, stopped.best_epoch, options, seed)
    return Regressor(last.encoder, last.scaler, model, reader), stopped


class _Learned:
    """What is fitted before the network: target scaling, input encoding, and the songs as the network learns from them."""

    def __init__(self, songs: Songs, rows: Rows, params: dict[str, Any]) -> None:
        self.scaler = Scaler.fit(songs.targets[rows])
        targets = self.scaler.apply(songs.targets[rows])
        self.encoder, learned = Encoder.fit(songs, rows, targets, params["max_words"])
        self.part = Part(learned, targets)


def _tuned(songs: Songs, train: Rows, validation: Rows, tune: Tuning) -> Reader:
    scaler = Scaler.fit(songs.targets[train])
    return tune(
        songs, train, validation, scaler.apply(np.where(songs.has_targets[:, None], songs.targets, 0.0))
    )


def _read(reader: Reader, songs: Songs, rows: Rows) -> Songs:
    """Return the songs with new embeddings of some; the others have none, and are not asked for any."""
    found = reader.read(songs.rows(rows)).lyrics
    lyrics = np.full((len(songs.text), found.shape[1]), np.nan)
    lyrics[rows] = found
    return replace(songs, lyrics=lyrics)
