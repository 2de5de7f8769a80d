"""Phases of training: what is learnt, for how long, at which rate and with which weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from reprise.training.crops import Batch

Terms = dict[str, Tensor]

ANNEALED = "kl"
"""Term whose weight a phase may raise slowly: an encoder that must match its prior before it knows its input may collapse."""


def nothing() -> None:
    """Begin a phase without preparation."""


@dataclass(frozen=True)
class Phase:
    """A part of training with an objective of its own.

    Parameters
    ----------
    name
        Name in the learning curve.
    epochs
        Most epochs.
    learning_rate
        Of Adam.
    losses
        From a batch and a generator to named loss terms, one value per example.
    weights
        Weight of each term.
    begin
        Called once before the first epoch of the phase (a warm start).
    cosine
        Whether the learning rate falls along half a cosine to nothing and the *last* weights are kept: for an objective
        whose validation loss on few tracks is too noisy to stop by. Otherwise the rate is constant, training stops after
        ``training.patience`` epochs without a lower validation loss, and the best weights are kept.
    anneal_epochs
        Epochs over which the weight of the term `ANNEALED` rises linearly to its own (Bowman et al., Generating sentences
        from a continuous space, CoNLL 2016, section 3.1). Reported losses always use the full weights, so that epochs
        compare and early stopping is not deceived.
    """

    name: str
    epochs: int
    learning_rate: float
    losses: Callable[[Batch, torch.Generator], Terms]
    weights: Mapping[str, float]
    begin: Callable[[], None] = nothing
    cosine: bool = False
    anneal_epochs: int = 0

    def weights_in(self, epoch: int) -> Mapping[str, float]:
        """Return the weights to learn with in an epoch, counted from 0."""
        if epoch >= self.anneal_epochs or ANNEALED not in self.weights:
            return self.weights
        return {**self.weights, ANNEALED: self.weights[ANNEALED] * epoch / self.anneal_epochs}

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, counted from 0."""
        if not self.cosine:
            return self.learning_rate
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * epoch / self.epochs))


def lengthened(phases: tuple[Phase, ...], steps_per_epoch: int, min_steps: int) -> tuple[Phase, ...]:
    """Return the phases with more epochs, in proportion, where all of them together make fewer than ``min_steps`` steps."""
    steps = steps_per_epoch * sum(phase.epochs for phase in phases)
    if steps >= min_steps:
        return phases

    def longer(epochs: int) -> int:
        return math.ceil(epochs * min_steps / steps)

    return tuple(
        replace(phase, epochs=longer(phase.epochs), anneal_epochs=longer(phase.anneal_epochs))
        for phase in phases
    )
