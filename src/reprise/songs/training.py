"""Fitting the song regressor: AdamW, modality dropout, early stopping on the validation songs."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reprise.songs.encoding import MODALITIES, Encoded
from reprise.songs.network import SongRegressor, Widths
from reprise.songs.source import Floats

PREDICTION_ROWS = 4096
"""Songs that are embedded at a time."""


@dataclass(frozen=True)
class TrainingOptions:
    """Parameters of the fit.

    Attributes
    ----------
    loss
        ``mse``, or ``huber`` (quadratic within one standard deviation of the target, linear beyond).
    epochs, patience
        Most epochs, and how many without a better validation loss are borne.
    batch_size, learning_rate, weight_decay
        Of AdamW (Loshchilov & Hutter 2019).
    dropout
        Probability of dropping a unit.
    modality_dropout
        Probability of hiding a modality from a training song: this trains the tokens of missing modalities.
    widths
        Numbers of units.
    """

    loss: Literal["mse", "huber"]
    epochs: int
    patience: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    dropout: float
    modality_dropout: float
    widths: Widths

    @classmethod
    def from_params(cls, values: dict[str, Any]) -> TrainingOptions:
        """Build from the ``regress`` block of the parameters, of which only the fields above are used."""
        fields = {name: values[name] for name in cls.__dataclass_fields__ if name != "widths"}
        return cls(**fields, widths=Widths(**values["widths"]))


@dataclass(frozen=True)
class Part:
    """Songs with their standardised targets, shape (n, targets)."""

    songs: Encoded
    targets: Floats


@dataclass(frozen=True)
class Fit:
    """A fitted regressor and how it came about.

    Attributes
    ----------
    model
        With the weights of the best epoch.
    history
        For each epoch: ``epoch``, ``train_loss``, ``validation_loss``.
    best_epoch
        Epoch of the weights, counted from 1.
    """

    model: SongRegressor
    history: list[dict[str, float]]
    best_epoch: int


def fit(train: Part, validation: Part, options: TrainingOptions, seed: int) -> Fit:
    """Train until the validation loss has not improved for ``patience`` epochs.

    Parameters
    ----------
    train, validation
        Songs and targets of the two parts.
    options
        Parameters of the fit.
    seed
        Sets weights, batches and dropout.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _fit(train, validation, options, torch.Generator().manual_seed(seed))


def _fit(train: Part, validation: Part, options: TrainingOptions, generator: torch.Generator) -> Fit:
    inputs = {name: train.songs.values[name].shape[1] for name in MODALITIES}
    model = SongRegressor(inputs, options.widths, train.targets.shape[1], options.dropout)
    loss: nn.Module = nn.MSELoss() if options.loss == "mse" else nn.HuberLoss()
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
    )
    values, present, targets = _tensors(train)
    held_values, held_present, held_targets = _tensors(validation)
    history: list[dict[str, float]] = []
    best, best_epoch, weights = float("inf"), 0, copy.deepcopy(model.state_dict())
    for epoch in range(1, options.epochs + 1):
        model.train()
        total = 0.0
        for rows in torch.split(torch.randperm(len(targets), generator=generator), options.batch_size):
            seen = _hide_some(present[rows], options.modality_dropout, generator)
            batch_loss = loss(model({name: values[name][rows] for name in MODALITIES}, seen), targets[rows])
            optimizer.zero_grad()
            batch_loss.backward()
            optimizer.step()
            total += float(batch_loss.detach()) * len(rows)
        model.eval()
        with torch.no_grad():
            held = float(loss(model(held_values, held_present), held_targets))
        history.append({"epoch": epoch, "train_loss": total / len(targets), "validation_loss": held})
        if held < best:
            best, best_epoch, weights = held, epoch, copy.deepcopy(model.state_dict())
        elif epoch - best_epoch >= options.patience:
            break
    model.load_state_dict(weights)
    return Fit(model.eval(), history, best_epoch)


def predict(model: SongRegressor, songs: Encoded) -> tuple[Floats, NDArray[np.float32]]:
    """Return standardised predictions (n, targets) and joint embeddings (n, joint)."""
    model.eval()
    predictions, embeddings = [], []
    with torch.no_grad():
        for start in range(0, len(songs.present), PREDICTION_ROWS):
            rows = np.arange(start, min(start + PREDICTION_ROWS, len(songs.present)))
            joint = model.embed(*_inputs(songs.rows(rows)))
            embeddings.append(joint.numpy())
            predictions.append(model.head(joint).numpy().astype(np.float64))
    return np.concatenate(predictions), np.concatenate(embeddings)


def _hide_some(present: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Hide modalities at random; a song that would be left with nothing keeps all it has."""
    kept = present & (torch.rand(present.shape, generator=generator) >= probability)
    return torch.where(kept.any(dim=1, keepdim=True), kept, present)


def _inputs(songs: Encoded) -> tuple[dict[str, Tensor], Tensor]:
    values = {name: torch.from_numpy(songs.values[name].astype(np.float32)) for name in MODALITIES}
    return values, torch.from_numpy(songs.present)


def _tensors(part: Part) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    values, present = _inputs(part.songs)
    return values, present, torch.from_numpy(part.targets.astype(np.float32))
