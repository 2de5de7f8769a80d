"""The one training loop of this package: AdamW with a one-cycle learning rate over a fixed number of epochs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from reprise.errors import BadInput
from reprise.progress import track

Rows = NDArray[np.int64]

WARM_UP = 0.2
"""Share of the steps in which the learning rate rises."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    Attributes
    ----------
    epochs
        Epochs; all are run, without early stopping, so that validation tracks decide nothing.
    crops_per_track
        Random crops of each training track in one epoch.
    batch_size
        Crops in a batch, about: batches are of equal size.
    learning_rate
        Highest learning rate of the one-cycle schedule.
    weight_decay
        AdamW's decoupled weight decay.
    """

    epochs: int
    crops_per_track: int
    batch_size: int
    learning_rate: float
    weight_decay: float

    @classmethod
    def from_params(cls, block: dict[str, Any], learning_rate: float) -> Schedule:
        """Return the schedule in a parameter block."""
        return cls(
            block["epochs"],
            block["crops_per_track"],
            block["batch_size"],
            learning_rate,
            block["weight_decay"],
        )


@dataclass(frozen=True)
class Task:
    """What is minimised.

    Attributes
    ----------
    name
        For the progress bar and messages.
    rows
        Training rows.
    loss
        Mean loss of one batch of rows, as a graph.
    validation_loss
        Loss on the validation tracks, for the training curve only.
    """

    name: str
    rows: Rows
    loss: Callable[[Rows], Tensor]
    validation_loss: Callable[[], float]


@dataclass(frozen=True)
class Epoch:
    """One line of a training curve."""

    epoch: int
    train_loss: float
    validation_loss: float


def batches(rows: Rows, schedule: Schedule, generator: np.random.Generator) -> Iterator[Rows]:
    """Yield the batches of one epoch: each row `crops_per_track` times in all, and at most once in a batch."""
    parts = max(1, round(len(rows) / schedule.batch_size))
    for _ in range(schedule.crops_per_track):
        yield from np.array_split(generator.permutation(rows), parts)


def fit(
    task: Task,
    module: nn.Module,
    parameters: Iterable[nn.Parameter],
    schedule: Schedule,
    generator: np.random.Generator,
) -> list[Epoch]:
    """Minimise the task's loss.

    Parameters
    ----------
    task
        Loss and rows.
    module
        Put into training mode for each epoch and into evaluation mode after it.
    parameters
        What is trained; those that require no gradient stay as they are.
    schedule
        How long and how fast.
    generator
        Order of the rows.

    Returns
    -------
    list of Epoch
        The training curve.

    Raises
    ------
    BadInput
        If the loss is not finite: the learning rate is too high for these data.
    """
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    steps = schedule.epochs * sum(1 for _ in batches(task.rows, schedule, np.random.default_rng(0)))
    optimiser = torch.optim.AdamW(trained, lr=schedule.learning_rate, weight_decay=schedule.weight_decay)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        schedule.learning_rate,
        total_steps=max(steps + 1, SHORTEST_CYCLE),
        pct_start=WARM_UP,
        cycle_momentum=False,
    )
    curve = []
    for epoch in track(range(1, schedule.epochs + 1), desc=task.name, unit="epoch"):
        module.train()
        losses = []
        for batch in batches(task.rows, schedule, generator):
            loss = task.loss(batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            cycle.step()
            losses.append(float(loss.detach()))
        module.eval()
        curve.append(Epoch(epoch, float(np.mean(losses)), task.validation_loss()))
        if not np.isfinite(curve[-1].train_loss):
            raise BadInput(
                f"{task.name}: the loss became {curve[-1].train_loss} in epoch {epoch}; lower its learning rate"
            )
    return curve


SHORTEST_CYCLE = 10
"""Steps of a cycle, at least: the warm-up of a shorter one has no length."""
