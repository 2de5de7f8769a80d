"""Why a conditional model clusters well and agrees badly: the decoder is told the class, so z need not hold it.

Conditioning removes from the latent what the condition already says; what is left to cluster are the other properties
of a track. So the silhouette stays, the agreement falls, and the clusters follow brightness or loudness.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation import clusterings, probes
from reprise.evaluation.agreement import ami
from reprise.evaluation.separation import silhouette
from reprise.evaluation.uncertainty import Interval, Resampling, around, interval_over_tracks
from reprise.evaluation.variance import chance_level, eta_squared
from reprise.plotting.bars import grouped
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence

REMOVED = "told the class, the encoder leaves it out of the latent (a probe reads it less well than from PCA)"
FOLLOWS = "clusters follow acoustic properties more than the class"


def prove(evidence: Evidence) -> Outcome:
    """Measure what the latents know of the class, and what their clusters capture instead."""
    why = evidence.reference.obstacle(evidence.attribute, evidence.scope)
    if why:
        return Outcome(
            {"class_removed": Unmeasured(REMOVED, why), "clusters_follow_sound": Unmeasured(FOLLOWS, why)}
        )
    removed = _removed(evidence)
    follows, captured = _follows(evidence)
    figure = grouped(
        list(captured),
        {
            "variance between clusters": np.array([row["eta_squared"] for row in captured.values()]),
            "by chance": np.array([row["by_chance"] for row in captured.values()]),
        },
        f"{evidence.name}: what the clusters capture",
        "eta squared",
    )
    return Outcome({"class_removed": removed, "clusters_follow_sound": follows}, {"captured": figure})


def _removed(evidence: Evidence) -> Claim | Unmeasured:
    """Probe the latents that were encoded *with* the true class: the paradox in its purest form."""
    given, rows = evidence.given
    reference, resampling = evidence.reference, evidence.resampling
    classes, groups = reference.classes[evidence.attribute][rows], reference.groups[rows]
    splits = probes.usable_splits(classes, groups, resampling.seed)
    if isinstance(splits, str):
        return Unmeasured(REMOVED, splits)
    representations = {
        "told_the_class": given,
        "not_told": evidence.latents.values[rows],
        "pca": evidence.baseline[rows],
    }
    hits = {name: _hits(values, classes, splits) for name, values in representations.items()}
    scored = np.concatenate([held_out for _, held_out in splits])
    intervals = {
        name: _interval(hit, groups[scored], resampling)
        for name, hit in {**hits, "difference": hits["pca"] - hits["told_the_class"]}.items()
    }
    return Claim(
        statement=REMOVED,
        measure="linear-probe accuracy on PCA scores minus that on latents encoded with the true class",
        found=intervals["difference"],
        threshold=0.0,
        null="no difference: 0",
        figures={f"probe_of_{name}": intervals[name].to_dict() for name in representations}
        | {
            "probe_by_proportional_guess": float(
                np.square(np.unique(classes, return_counts=True)[1] / len(classes)).sum()
            ),
            "scored_on": "training and validation tracks, cross-validated by artist",
        },
        labels_used=evidence.latents.labels_used,
    )


def _interval(values: NDArray[np.float64], groups: NDArray[Any], resampling: Resampling) -> Interval:
    return interval_over_tracks(
        lambda rows: float(values[rows].mean()), groups, resampling.resamples, resampling.seed
    )


def _hits(latents: NDArray[Any], classes: NDArray[Any], splits: probes.Splits) -> NDArray[np.float64]:
    """Return 1 for each held-out track whose class the linear probe reads, else 0."""
    _, truth, predicted = probes.predictions(probes.linear_probe, latents, classes, splits)
    hits: NDArray[np.float64] = (truth == predicted).astype(np.float64)
    return hits


def _follows(evidence: Evidence) -> tuple[Claim, dict[str, dict[str, float]]]:
    """Compare AMI of the clusters with equally many bins of the best property and with the class."""
    reference, attribute = evidence.reference, evidence.attribute
    rows = reference.rows(attribute, evidence.scope)
    classes, groups = reference.classes[attribute][rows], reference.groups[rows]
    runs = [run[rows] for run in evidence.clusters]
    count = len(set(classes.tolist()))
    bins = {name: _bins(values[rows], count) for name, values in evidence.properties.items()}
    agreements = {name: float(np.mean([ami(values, run) for run in runs])) for name, values in bins.items()}
    best = max(agreements, key=lambda name: agreements[name])
    captured = {attribute: _captured(_one_hot(classes), runs)} | {
        name: _captured(values, evidence.clusters) for name, values in evidence.properties.items()
    }
    claim = Claim(
        statement=FOLLOWS,
        measure=f"AMI of the clusters with bins of {best} minus AMI with {attribute} (as many bins as classes)",
        found=_difference(bins[best], classes, runs, groups, evidence),
        threshold=0.0,
        null="clusters follow both alike: 0 (the property is the best of those measured)",
        figures={
            "ami": agreements | {attribute: float(np.mean([ami(classes, run) for run in runs]))},
            "variance_between_clusters": captured,
            "property": best,
            "silhouette": float(
                np.mean([silhouette(evidence.latents.values, run) for run in evidence.clusters])
            ),
            "scope": f"AMI and {attribute}: {evidence.scope} tracks; variance of properties: all tracks",
        },
        labels_used=evidence.latents.labels_used,
    )
    return claim, captured


def _captured(values: NDArray[Any], runs: list[NDArray[np.int64]]) -> dict[str, float]:
    return {
        "eta_squared": float(np.mean([eta_squared(values, run) for run in runs])),
        "by_chance": chance_level(len(np.unique(runs[0])), len(runs[0])),
    }


def _difference(
    better: NDArray[Any],
    worse: NDArray[Any],
    runs: list[NDArray[np.int64]],
    groups: NDArray[Any],
    evidence: Evidence,
) -> Interval:
    first = clusterings.resampled(better, runs, groups, evidence.resampling)["ami"]
    second = clusterings.resampled(worse, runs, groups, evidence.resampling)["ami"]
    value = np.mean([ami(better, run) - ami(worse, run) for run in runs])
    return around(float(value), (first - second).tolist())


def _bins(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    edges = np.quantile(values, np.linspace(0, 1, count + 1)[1:-1])
    return np.searchsorted(edges, values, side="right").astype(np.int64)


def _one_hot(classes: NDArray[Any]) -> NDArray[np.float64]:
    names, codes = np.unique(classes, return_inverse=True)
    return np.asarray(np.eye(len(names))[codes])
