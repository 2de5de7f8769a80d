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
from reprise.songs.network import Batch, Shape, SongRegressor, Widths
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
    fusion
        ``concat``, ``gated`` or ``attention``.
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
    fusion: str
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
        For each epoch: ``epoch``, ``train_loss``, ``validation_loss``; epoch 0 are the linear experts before any training.
    best_epoch
        Epoch of the weights.
    """

    model: SongRegressor
    history: list[dict[str, float]]
    best_epoch: int


def fit(train: Part, validation: Part, options: TrainingOptions, seed: int) -> Fit:
    """Train until the validation loss has not improved for ``patience`` epochs.

    The best epoch is taken if the validation songs gain more than one standard error over the linear experts, else epoch 0: a network
    that may have learned nothing is not trusted.

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
        learner = _Learner(train, options, seed)
        return _until_it_gets_worse(learner, validation, options)


def fit_for(train: Part, epochs: int, options: TrainingOptions, seed: int) -> SongRegressor:
    """Train for a number of epochs; 0 gives the linear experts."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        learner = _Learner(train, options, seed)
        for _ in range(epochs):
            learner.epoch()
        return learner.model.eval()


class _Learner:
    """A network, its optimiser and its songs."""

    def __init__(self, train: Part, options: TrainingOptions, seed: int) -> None:
        self.songs, self.targets = as_batch(train.songs), as_tensor(train.targets)
        self._options = options
        self._generator = torch.Generator().manual_seed(seed)
        inputs = {name: train.songs.values[name].shape[1] for name in MODALITIES}
        self.model = SongRegressor(
            Shape(inputs, options.widths, train.targets.shape[1], options.dropout, options.fusion)
        )
        self.loss: nn.Module = nn.MSELoss() if options.loss == "mse" else nn.HuberLoss()
        self.each: nn.Module = type(self.loss)(reduction="none")
        self._optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )

    def epoch(self) -> float:
        """Train once on every song and return the mean loss."""
        self.model.train()
        total = 0.0
        order = torch.randperm(len(self.targets), generator=self._generator)
        for rows in torch.split(order, self._options.batch_size):
            songs = self.songs.rows(rows)
            seen = hide_some(songs.present, self._options.modality_dropout, self._generator)
            batch_loss = self.loss(self.model(songs.seen(seen)), self.targets[rows])
            self._optimizer.zero_grad()
            batch_loss.backward()
            self._optimizer.step()
            total += float(batch_loss.detach()) * len(rows)
        return total / len(self.targets)

    def judge(self, songs: Batch, targets: Tensor) -> Tensor:
        """Return the loss of each of some songs, shape (songs,)."""
        self.model.eval()
        with torch.no_grad():
            losses: Tensor = self.each(self.model(songs), targets)
            return losses.mean(dim=1)


def _until_it_gets_worse(learner: _Learner, validation: Part, options: TrainingOptions) -> Fit:
    held, held_targets = as_batch(validation.songs), as_tensor(validation.targets)
    start = learner.judge(held, held_targets)
    best, best_epoch, best_losses = float(start.mean()), 0, start
    weights = first = copy.deepcopy(learner.model.state_dict())
    untrained = float(learner.judge(learner.songs, learner.targets).mean())
    history = [{"epoch": 0, "train_loss": untrained, "validation_loss": best}]
    for epoch in range(1, options.epochs + 1):
        loss = learner.epoch()
        losses = learner.judge(held, held_targets)
        found = float(losses.mean())
        history.append({"epoch": epoch, "train_loss": loss, "validation_loss": found})
        if found < best:
            best, best_epoch, best_losses = found, epoch, losses
            weights = copy.deepcopy(learner.model.state_dict())
        elif epoch - best_epoch >= options.patience:
            break
    if best_epoch and not _certain(start - best_losses):
        best_epoch, weights = 0, first
    learner.model.load_state_dict(weights)
    return Fit(learner.model.eval(), history, best_epoch)


def _certain(gains: Tensor) -> bool:
    """Whether songs gain by more than one standard error of their mean (Breiman et al. 1984, section 3.4.3: the simpler model otherwise)."""
    return bool(gains.mean() > gains.std() / len(gains) ** 0.5)


def predict(model: SongRegressor, songs: Encoded) -> tuple[Floats, NDArray[np.float32]]:
    """Return standardised predictions (n, targets) and joint embeddings (n, joint)."""
    model.eval()
    predictions, embeddings = [], []
    with torch.no_grad():
        for start in range(0, len(songs.present), PREDICTION_ROWS):
            rows = np.arange(start, min(start + PREDICTION_ROWS, len(songs.present)))
            joint = model.embed(as_batch(songs.rows(rows)))
            embeddings.append(joint.numpy())
            predictions.append(model.head(joint).numpy().astype(np.float64))
    return np.concatenate(predictions), np.concatenate(embeddings)


def hide_some(present: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Hide modalities at random; a song that would be left with nothing keeps all it has."""
    kept = present & (torch.rand(present.shape, generator=generator) >= probability)
    return torch.where(kept.any(dim=1, keepdim=True), kept, present)


def as_batch(songs: Encoded) -> Batch:
    """Return songs as tensors."""
    return Batch(
        {name: as_tensor(songs.values[name]) for name in MODALITIES},
        {name: as_tensor(songs.linear[name]) for name in MODALITIES},
        torch.from_numpy(songs.present),
    )


def as_tensor(values: Floats) -> Tensor:
    """Return an array in single precision."""
    return torch.from_numpy(values.astype(np.float32))
