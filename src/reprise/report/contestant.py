"""One contestant of the comparison: a representation, and everything that is measured of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import cluster
from reprise.evaluation import clusterings, separation
from reprise.evaluation.reference import ATTRIBUTES, SCOPES, Reference
from reprise.evaluation.selected import Subject, probe
from reprise.evaluation.trainings import Protocol, Trainings, over_trainings
from reprise.evaluation.uncertainty import Estimate, Resampling
from reprise.evaluation.units import effective_dimensions, live_share
from reprise.evaluation.variance import chance_level, eta_squared
from reprise.models.read_latents import fair_scope

if TYPE_CHECKING:
    import pandas as pd

Replicates = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Field:
    """What all contestants have in common.

    Parameters
    ----------
    reference
        Labels, splits and groups; its tracks are those of every contestant, in order.
    properties
        Acoustic property to one value per track.
    k, seeds
        Number of clusters and of clustering seeds.
    resampling
        Numbers of resamples and permutations.
    """

    reference: Reference
    properties: Mapping[str, NDArray[np.float64]]
    k: int
    seeds: int
    resampling: Resampling


@dataclass(frozen=True)
class Contestant:
    """A representation that is compared.

    Parameters
    ----------
    name
        As the tables show it.
    kind
        ``model`` or ``hand-made``.
    latents
        Shape ``(n, latent_dim)``.
    labels_used
        Labels it depends on; ``none``.
    parameters
        Number of trained values, or ``None`` where not known.
    history
        Learning curve with a column ``epoch``; without rows where nothing was learned in steps.
    trainings
        Latents of all trainings, ``latents`` first; empty for what is not trained.
    """

    name: str
    kind: str
    latents: NDArray[Any]
    labels_used: str
    parameters: int | None
    history: pd.DataFrame
    trainings: tuple[NDArray[Any], ...] = ()

    @property
    def deep(self) -> bool:
        """Whether the representation was learned in steps."""
        return self.kind == "model" and len(self.history) > 1

    @property
    def scope(self) -> str:
        """``all`` for label-free representations, ``test`` for those that were given labels."""
        return fair_scope(self.labels_used)


@dataclass(frozen=True)
class Absentee:
    """A model that the dataset cannot train, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Result:
    """What was measured of a contestant.

    Parameters
    ----------
    contestant
        The representation.
    clusters
        K-Means, one array per seed.
    scores
        Attribute and scope to an estimate of each agreement metric.
    replicates
        Attribute and scope to the bootstrap replicates behind them, for paired differences.
    metrics
        Everything else, as it stands in the metrics file.
    trainings
        The same over trainings from other seeds.
    """

    contestant: Contestant
    clusters: list[NDArray[np.int64]]
    scores: dict[tuple[str, str], dict[str, Estimate]]
    replicates: dict[tuple[str, str], Replicates]
    metrics: dict[str, Any]
    trainings: Trainings

    @property
    def scope(self) -> str:
        """The tracks that are fair: `Contestant.scope`."""
        return self.contestant.scope


def measure(contestant: Contestant, field: Field) -> Result:
    """Cluster a representation by K-Means over all seeds and measure it."""
    first = field.resampling.seed
    runs = [
        cluster(contestant.latents, "kmeans", field.k, seed) for seed in range(first, first + field.seeds)
    ]
    scores, replicates = {}, {}
    for attribute in ATTRIBUTES:
        for scope in SCOPES:
            if field.reference.obstacle(attribute, scope):
                continue
            rows = field.reference.rows(attribute, scope)
            classes, cut = field.reference.classes[attribute][rows], [run[rows] for run in runs]
            drawn = clusterings.resampled(classes, cut, field.reference.groups[rows], field.resampling)
            replicates[attribute, scope] = drawn
            scores[attribute, scope] = clusterings.estimates(classes, cut, drawn, field.resampling)
    subject = Subject(contestant.latents, contestant.labels_used, {"kmeans": runs}, field.reference)
    metrics = {
        "live_units": round(live_share(contestant.latents) * contestant.latents.shape[1]),
        "effective_dimensions": effective_dimensions(contestant.latents),
        "probe": {attribute: probe(subject, attribute, field.resampling) for attribute in ATTRIBUTES},
        "captures": captures(runs, field),
    } | separation.over_seeds(contestant.latents, runs)
    protocol = Protocol("kmeans", field.k, tuple(range(first, first + field.seeds)), contestant.scope)
    trainings = over_trainings(contestant.trainings, field.reference, protocol)
    return Result(contestant, runs, scores, replicates, metrics, trainings)


def captures(runs: list[NDArray[np.int64]], field: Field) -> dict[str, Any]:
    """Return the share of each property's variance that lies between clusters (eta squared), mean over seeds."""
    found: dict[str, Any] = {
        name: float(np.mean([eta_squared(values, run) for run in runs]))
        for name, values in field.properties.items()
    }
    for attribute in ATTRIBUTES:
        if field.reference.obstacle(attribute, "all"):
            continue
        rows = field.reference.rows(attribute, "all")
        names, codes = np.unique(field.reference.classes[attribute][rows], return_inverse=True)
        found[attribute] = float(np.mean([eta_squared(np.eye(len(names))[codes], run[rows]) for run in runs]))
    return found | {"chance": chance_level(len(np.unique(runs[0])), len(runs[0]))}
