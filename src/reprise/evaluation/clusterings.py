"""Scores of several clusterings (one per seed) of the same tracks against reference labels, with intervals and chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation import agreement
from reprise.evaluation.uncertainty import (
    Estimate,
    Interval,
    Resampling,
    around,
    interval_over_seeds,
    resampled_rows,
)

METRICS = ("accuracy", "ami", "ari", "nmi", "purity")


def score(
    reference: NDArray[Any],
    clusterings: Sequence[NDArray[Any]],
    groups: NDArray[Any],
    resampling: Resampling,
) -> dict[str, Estimate]:
    """Score clusterings of the same tracks.

    Parameters
    ----------
    reference
        Shape ``(n,)``: the class of each track; none missing.
    clusterings
        One clustering of shape ``(n,)`` per seed.
    groups
        Shape ``(n,)``: artist or duplicate group, the unit of the bootstrap.
    resampling
        Numbers of resamples and permutations.

    Returns
    -------
    dict
        An estimate for each of `METRICS`.

    Raises
    ------
    BadInput
        If lengths differ or there are no tracks.
    """
    for clusters in clusterings:
        agreement.validate(reference, clusters)
    replicates = resampled(reference, clusterings, groups, resampling)
    return estimates(reference, clusterings, replicates, resampling)


def estimates(
    reference: NDArray[Any],
    clusterings: Sequence[NDArray[Any]],
    replicates: Mapping[str, NDArray[np.float64]],
    resampling: Resampling,
) -> dict[str, Estimate]:
    """Return the estimates of `score` from replicates that `resampled` returned."""
    per_seed = [agreement.evaluate(reference, clusters) for clusters in clusterings]
    chance = permuted(reference, clusterings, resampling)
    found = {}
    for metric in METRICS:
        seeds = interval_over_seeds([scores[metric] for scores in per_seed])
        found[metric] = Estimate(
            tracks=around(seeds.value, replicates[metric].tolist()),
            seeds=seeds,
            chance=float(chance[metric].mean()),
            chance_high=float(np.quantile(chance[metric], 0.975)),
            n=len(reference),
        )
    return found


def resampled(
    reference: NDArray[Any], clusterings: Sequence[NDArray[Any]], groups: NDArray[Any], resampling: Resampling
) -> dict[str, NDArray[np.float64]]:
    """Return the mean over seeds of each metric on bootstrap resamples, shape ``(resamples,)`` each.

    The same groups and seed give the same resamples, so that two models can be subtracted resample by resample.
    """
    rows = resampled_rows(groups, resampling.resamples, resampling.seed)
    scores = [
        [agreement.evaluate(reference[sample], clusters[sample]) for clusters in clusterings]
        for sample in rows
    ]
    return {
        metric: np.array([np.mean([seed[metric] for seed in sample]) for sample in scores])
        for metric in METRICS
    }


def permuted(
    reference: NDArray[Any], clusterings: Sequence[NDArray[Any]], resampling: Resampling
) -> dict[str, NDArray[np.float64]]:
    """Return each metric with permuted labels, shape ``(permutations,)``; seeds take turns.

    Permuting keeps the sizes of classes and clusters, so the expected mutual information is computed once per seed.
    """
    generator = np.random.default_rng([resampling.seed, 2])
    expected = [
        agreement.expected_mutual_information(agreement.contingency(reference, clusters))
        for clusters in clusterings
    ]
    scores = []
    for turn in range(resampling.permutations):
        seed = turn % len(clusterings)
        table = agreement.contingency(generator.permutation(reference), clusterings[seed])
        scores.append(agreement.scores_of(table, expected[seed]))
    return {metric: np.array([row[metric] for row in scores]) for metric in METRICS}


def difference(
    reference: NDArray[Any],
    better: Sequence[NDArray[Any]],
    worse: Sequence[NDArray[Any]],
    groups: NDArray[Any],
    resampling: Resampling,
) -> dict[str, Interval]:
    """Return what ``better`` scores above ``worse`` on the same tracks, resample by resample (a paired bootstrap)."""
    value = {
        metric: np.mean([agreement.evaluate(reference, c)[metric] for c in better])
        - np.mean([agreement.evaluate(reference, c)[metric] for c in worse])
        for metric in METRICS
    }
    first = resampled(reference, better, groups, resampling)
    second = resampled(reference, worse, groups, resampling)
    return {
        metric: around(float(value[metric]), (first[metric] - second[metric]).tolist()) for metric in METRICS
    }
