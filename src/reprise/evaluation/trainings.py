"""Over several trainings: how much of a score is the luck of one training.

A score belongs to the one model whose latents the pipeline hands on. Beside it stands the mean over trainings from other
seeds, each clustered by the same method with the same k and clustering seeds, with its 95 % t interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import METHODS, cluster
from reprise.evaluation import agreement, separation
from reprise.evaluation.reference import ATTRIBUTES, Reference
from reprise.evaluation.uncertainty import Interval, interval_over_seeds

Scores = dict[str, dict[str, float]]
"""Attribute, or ``separation``, to each score."""

ONE = "one training: set training.seeds to 3 or more for an interval over trainings"
SEPARATION = "separation"


@dataclass(frozen=True)
class Protocol:
    """How each training is clustered and scored.

    Parameters
    ----------
    method
        Clustering method.
    k
        Number of clusters.
    seeds
        Clustering seeds.
    scope
        Tracks that are fair: ``all`` or ``test``.
    """

    method: str
    k: int
    seeds: tuple[int, ...]
    scope: str


@dataclass(frozen=True)
class Trainings:
    """Scores of every training.

    Parameters
    ----------
    scores
        One entry per training, the selected model's first.
    why
        Why there is no interval; empty where there is one.
    """

    scores: tuple[Scores, ...]
    why: str = ""

    def interval(self, group: str, metric: str) -> Interval | None:
        """Return the mean over trainings with its interval, or ``None`` where that score or a second training is missing."""
        if self.why or any(metric not in scores.get(group, {}) for scores in self.scores):
            return None
        return interval_over_seeds([scores[group][metric] for scores in self.scores])

    def gain(self, group: str, metric: str, over: float) -> Interval | None:
        """Return the mean over trainings of what is gained over a fixed score, with its interval."""
        found = self.interval(group, metric)
        return found and Interval(found.value - over, found.low - over, found.high - over)

    def to_dict(self) -> dict[str, Any]:
        """Return the block ``trainings`` of a metrics file."""
        if self.why:
            return {"available": False, "why": self.why}
        block: dict[str, Any] = {"available": True, "seeds": len(self.scores)}
        for group in sorted(self.scores[0]):
            found = {metric: self.interval(group, metric) for metric in sorted(self.scores[0][group])}
            block[group] = {metric: value.to_dict() for metric, value in found.items() if value is not None}
        return block


def over_trainings(latents: Sequence[NDArray[Any]], reference: Reference, protocol: Protocol) -> Trainings:
    """Cluster and score the latents of several trainings.

    Parameters
    ----------
    latents
        One array ``(n, latent_dim)`` per training.
    reference
        Labels and splits of the same tracks.
    protocol
        Method, number of clusters, seeds, scope.

    Returns
    -------
    Trainings
        Means over clustering seeds, by training; nothing is clustered where there is one training.
    """
    if len(latents) < 2:
        return Trainings((), ONE)
    if protocol.method not in METHODS:
        return Trainings((), f"clusters of the method '{protocol.method}' exist for one training only")
    return Trainings(tuple(_score(values, reference, protocol) for values in latents))


def _score(values: NDArray[Any], reference: Reference, protocol: Protocol) -> Scores:
    runs = [cluster(values, protocol.method, protocol.k, seed) for seed in protocol.seeds]
    scores = {}
    for attribute in ATTRIBUTES:
        if reference.obstacle(attribute, protocol.scope) is None:
            rows = reference.rows(attribute, protocol.scope)
            classes = reference.classes[attribute][rows]
            scores[attribute] = _mean([agreement.evaluate(classes, run[rows]) for run in runs])
    if separation.obstacle(runs) is None:
        scores[SEPARATION] = _mean([separation.evaluate(values, run) for run in runs])
    return scores


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
