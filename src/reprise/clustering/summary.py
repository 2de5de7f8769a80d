"""What can be said of clusterings without any label: sizes, separation against a null, stability between seeds."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.assignments import OWN, ClusterSettings, clusterings, sizes
from reprise.clustering.methods import Clusters, cluster
from reprise.evaluation.agreement import ari
from reprise.evaluation.separation import obstacle, silhouette
from reprise.evaluation.uncertainty import interval_over_seeds

if TYPE_CHECKING:
    import pandas as pd

REFERENCES = 3
"""Unstructured data sets whose silhouette is the null."""


def summarise(
    assignments: pd.DataFrame,
    track_ids: NDArray[np.str_],
    latents: NDArray[Any],
    settings: ClusterSettings,
) -> dict[str, Any]:
    """Describe each method's clusterings.

    Parameters
    ----------
    assignments
        Table of `reprise.clustering.assignments.assign`.
    track_ids, latents
        What was clustered.
    settings
        How.

    Returns
    -------
    dict
        By method: ``sizes`` (largest, smallest, number), ``silhouette`` (mean over seeds, interval, and ``chance``: the
        same method on unstructured data of the same covariance), ``stability_ari`` (mean agreement of pairs of seeds).
    """
    summary = {}
    for method, runs in clusterings(assignments, track_ids).items():
        summary[method] = {
            "seeds": len(runs),
            "silhouette": _silhouette(latents, runs, _null(method, latents, settings)),
            "sizes": _sizes(runs[0]),
            "stability_ari": _stability(runs),
        }
    return summary


def unstructured(latents: NDArray[Any], seed: int) -> NDArray[np.float64]:
    """Draw one Gaussian cloud around 0 with the covariance of the latents: data without clusters.

    The reference of the gap statistic (Tibshirani, Walther, Hastie, JRSS B 63, 2001) with a Gaussian for the box.
    Memory is that of the latents.
    """
    centred = latents.astype(np.float64) - latents.mean(axis=0, dtype=np.float64)
    generator = np.random.default_rng([seed, 4])
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    # the symmetric root: it does not depend on the signs of the axes, which libraries choose differently
    root = axes * np.sqrt(np.maximum(variances, 0.0)) @ axes.T
    cloud: NDArray[np.float64] = generator.standard_normal(centred.shape) @ root
    return cloud


def _null(method: str, latents: NDArray[Any], settings: ClusterSettings) -> float | None:
    if method == OWN:
        return None
    values = []
    for number in range(REFERENCES):
        cloud = unstructured(latents, settings.seed + number)
        values.append(silhouette(cloud, cluster(cloud, method, settings.k, settings.seed)))
    return float(np.mean(values))


def _silhouette(latents: NDArray[Any], runs: list[Clusters], chance: float | None) -> dict[str, Any]:
    why = obstacle(runs)
    if why:
        return {"available": False, "why": why}
    found: dict[str, Any] = interval_over_seeds([silhouette(latents, run) for run in runs]).to_dict()
    return found if chance is None else found | {"chance": chance}


def _sizes(clusters: Clusters) -> dict[str, int]:
    counts = sizes(clusters)
    return {"clusters": len(counts), "largest": counts[0], "smallest": counts[-1]}


def _stability(runs: list[Clusters]) -> dict[str, Any]:
    if len(runs) < 2:
        return {"available": False, "why": "one run: the method is deterministic, or the model's own"}
    pairs = [ari(first, second) for first, second in combinations(runs, 2)]
    return {"value": float(np.mean(pairs)), "lowest": float(min(pairs)), "chance": 0.0}
