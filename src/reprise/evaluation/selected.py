"""The evaluation of the selected model: every method, attribute and scope, and what of it is fair to quote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.evaluation import agreement, clusterings, probes, separation
from reprise.evaluation.reference import ATTRIBUTES, SCOPES, Reference
from reprise.evaluation.trainings import Protocol, Trainings, over_trainings
from reprise.evaluation.uncertainty import Estimate, Resampling
from reprise.models.read_latents import fair_scope

if TYPE_CHECKING:
    import pandas as pd

INTERVALS = (
    "low/high: 95 % bootstrap over artists (whole groups of tracks) of the mean over clustering seeds; "
    "seed_low/seed_high: 95 % t interval over clustering seeds; chance/chance_high: mean and 97.5 % quantile of "
    "permuted labels"
)
Scores = dict[tuple[str, str, str], dict[str, Estimate]]
"""Attribute, scope and method to an estimate of each metric."""


@dataclass(frozen=True)
class Subject:
    """What is evaluated.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    labels_used
        Labels the latents depend on; ``none`` for label-free models.
    clusterings
        Method to one array of shape ``(n,)`` per seed; `headline_method` says which is quoted.
    reference
        Classes, splits and groups of the same tracks in the same order.
    trainings
        Latents of all trainings of the model, ``latents`` first.
    """

    latents: NDArray[Any]
    labels_used: str
    clusterings: Mapping[str, list[NDArray[np.int64]]]
    reference: Reference
    trainings: Sequence[NDArray[Any]] = ()

    @property
    def fair_scope(self) -> str:
        """``all`` for label-free models; ``test`` where labels of the other tracks were used in training."""
        return fair_scope(self.labels_used)

    @property
    def headline_method(self) -> str:
        """The method that is quoted: K-Means where it ran, whatever scored best."""
        return "kmeans" if "kmeans" in self.clusterings else next(iter(self.clusterings))

    @property
    def headline_attribute(self) -> str | None:
        """The attribute that is quoted: genre where it is known, else language, else none."""
        usable = [name for name in ATTRIBUTES if self.reference.obstacle(name, self.fair_scope) is None]
        return usable[0] if usable else None


def score_all(subject: Subject, resampling: Resampling) -> Scores:
    """Score every method against every attribute on every scope that has labels.

    Raises
    ------
    BadInput
        If there is no clustering.
    """
    if not subject.clusterings:
        raise BadInput(
            "there is no clustering to evaluate; cluster.methods must name one that the model supports"
        )
    reference = subject.reference
    scores: Scores = {}
    for attribute in ATTRIBUTES:
        for scope in SCOPES:
            if reference.obstacle(attribute, scope):
                continue
            rows = reference.rows(attribute, scope)
            for method, runs in subject.clusterings.items():
                scores[attribute, scope, method] = clusterings.score(
                    reference.classes[attribute][rows],
                    [run[rows] for run in runs],
                    reference.groups[rows],
                    resampling,
                )
    return scores


def metrics(subject: Subject, scores: Scores, resampling: Resampling) -> dict[str, Any]:
    """Return the content of ``metrics/evaluate.json``, but for the model's name."""
    return {
        "available": True,
        "labels_used": subject.labels_used,
        "n_tracks": len(subject.latents),
        "latent_dim": subject.latents.shape[1],
        "intervals": INTERVALS,
        "fair_scope": subject.fair_scope,
        "scopes": _scopes(subject),
        "headline": _headline(subject, scores),
        "trainings": trainings(subject, resampling.seed).to_dict(),
        "against": {name: _against(subject, scores, name) for name in ATTRIBUTES},
        "probe": {name: probe(subject, name, resampling) for name in ATTRIBUTES},
        "separation": {
            method: _separation(subject.latents, runs) for method, runs in subject.clusterings.items()
        },
    }


def trainings(subject: Subject, seed: int) -> Trainings:
    """Cluster every training as the headline was clustered, and score it on the tracks that are fair."""
    runs = subject.clusterings[subject.headline_method]
    seeds = tuple(range(seed, seed + len(runs)))
    protocol = Protocol(subject.headline_method, len(np.unique(runs[0])), seeds, subject.fair_scope)
    return over_trainings(subject.trainings, subject.reference, protocol)


def probe(subject: Subject, attribute: str, resampling: Resampling) -> dict[str, Any]:
    """Return the accuracies of the probes: cross-validated by artist, or on test tracks where labels were used."""
    reference, scope = subject.reference, subject.fair_scope
    why = reference.obstacle(attribute, scope) or reference.obstacle(attribute, "all")
    if why:
        return {"available": False, "why": why}
    rows = reference.rows(attribute, "all")
    classes, groups = reference.classes[attribute][rows], reference.groups[rows]
    splits: probes.Splits | str
    if scope == "all":
        splits = probes.usable_splits(classes, groups, resampling.seed)
    else:
        splits = probes.split_by_mask(reference.split[rows] == "test")
        splits = probes.why_not_fitted(classes, splits) or splits
    if isinstance(splits, str):
        return {"available": False, "why": splits}
    found = probes.evaluate(subject.latents[rows], classes, groups, splits, resampling)
    return {
        "available": True,
        "labels_used": attribute,
        "scored_on": "all tracks, cross-validated by artist" if scope == "all" else "test tracks",
    } | {name: _tracks_only(estimate) for name, estimate in found.items()}


def score_table(subject: Subject, scores: Scores) -> pd.DataFrame:
    """Return one row per attribute, scope, method and metric."""
    import pandas as pd

    columns = ["attribute", "scope", "method", "metric", "value", "low", "high", "seed_low", "seed_high", "chance", "chance_high", "n", "labels_used"]  # fmt: skip
    rows = [
        {"attribute": attribute, "scope": scope, "method": method, "metric": metric}
        | estimate.to_dict()
        | {"labels_used": subject.labels_used}
        for (attribute, scope, method), found in scores.items()
        for metric, estimate in found.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def confusion(subject: Subject) -> pd.DataFrame:
    """Return, for each fairly scored track, its class and the class its cluster is matched to (Hungarian method)."""
    import pandas as pd

    attribute = subject.headline_attribute
    if attribute is None:
        return pd.DataFrame({"actual": [], "predicted": []})
    rows = subject.reference.rows(attribute, subject.fair_scope)
    actual = subject.reference.classes[attribute][rows]
    clusters = subject.clusterings[subject.headline_method][0][rows]
    names = {cluster: f"(cluster {cluster})" for cluster in np.unique(clusters).tolist()}
    matched = agreement.matching(agreement.contingency(actual, clusters))
    for row, column in zip(*matched, strict=True):
        names[int(np.unique(clusters)[column])] = str(np.unique(actual)[row])
    table = pd.DataFrame({"actual": actual, "predicted": [names[cluster] for cluster in clusters.tolist()]})
    return table.sort_values(["actual", "predicted"], kind="stable", ignore_index=True)


def _scopes(subject: Subject) -> str:
    if subject.fair_scope == "all":
        return "label-free model: all tracks are fair; test tracks are given beside"
    return f"the model was given labels ({subject.labels_used}): only test tracks are fair, the scores on all tracks contain them"


def _headline(subject: Subject, scores: Scores) -> dict[str, Any]:
    attribute, method = subject.headline_attribute, subject.headline_method
    if attribute is None:
        reasons = (subject.reference.obstacle(name, subject.fair_scope) for name in ATTRIBUTES)
        return {"available": False, "why": "; ".join(str(reason) for reason in reasons)}
    found = scores[attribute, subject.fair_scope, method]
    return {
        "attribute": attribute,
        "method": method,
        "scope": subject.fair_scope,
        "labels_used": subject.labels_used,
    } | {metric: estimate.to_dict() for metric, estimate in found.items()}


def _against(subject: Subject, scores: Scores, attribute: str) -> dict[str, Any]:
    why = subject.reference.obstacle(attribute, "all")
    if why:
        return {"available": False, "why": why}
    found: dict[str, Any] = {"available": True}
    for scope in SCOPES:
        obstacle = subject.reference.obstacle(attribute, scope)
        found[scope] = (
            {"available": False, "why": obstacle}
            if obstacle
            else {
                method: {
                    metric: _brief(scores[attribute, scope, method][metric]) for metric in ("ami", "ari")
                }
                for method in subject.clusterings
            }
        )
    return found


def _brief(estimate: Estimate) -> dict[str, float]:
    return estimate.tracks.to_dict() | {"chance_high": estimate.chance_high}


def _tracks_only(estimate: Estimate) -> dict[str, float]:
    return {key: value for key, value in estimate.to_dict().items() if not key.startswith("seed_")}


def _separation(latents: NDArray[Any], runs: list[NDArray[np.int64]]) -> dict[str, Any]:
    why = separation.obstacle(runs)
    return {"available": False, "why": why} if why else separation.over_seeds(latents, runs)
