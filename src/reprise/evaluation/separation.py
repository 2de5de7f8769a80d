"""Separation of clusters in the latent space, without any reference.

Conventions
-----------
- *Latents* are rows of a real matrix, one per track; *clusters* one integer per track. Distances are Euclidean in the
  latent space as it is: no scaling, since scaling alone can turn any score into another.

Metrics
-------
- :func:`silhouette` : mean of (b - a) / max(a, b); in [-1, 1], higher is better separated.
- :func:`davies_bouldin` : mean over clusters of the worst ratio of spread to distance; >= 0, lower is better.

Above `SAMPLED_ABOVE` tracks silhouette is taken on a sample that holds rows of every cluster.

Neither knows what the clusters mean: against genre, silhouette orders methods almost backwards, so it is never the
only headline.

References
----------
.. [1] Rousseeuw: Silhouettes. Journal of Computational and Applied Mathematics 20, 1987.
.. [2] Davies, Bouldin: A cluster separation measure. IEEE TPAMI 1, 1979.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.evaluation.uncertainty import interval_over_seeds

SAMPLED_ABOVE = 10_000
"""Number of tracks above which silhouette is taken on a sample: the full one needs all pairs."""
SAMPLE = 2_000
"""Tracks in the sample; the standard deviation over samples is below .003."""


def validate(latents: NDArray[Any], clusters: NDArray[Any]) -> None:
    """Check that latents and clusters belong together and that separation is defined.

    Raises
    ------
    BadInput
        If the lengths differ, a latent is not finite, or there are not 2 to n - 1 clusters.
    """
    if latents.ndim != 2 or clusters.shape != (len(latents),):
        raise BadInput(
            f"latents of shape {latents.shape} and clusters of shape {clusters.shape} do not belong together"
        )
    if not np.isfinite(latents).all():
        raise BadInput("latents hold values that are not finite")
    n_clusters = len(np.unique(clusters))
    if not 2 <= n_clusters < len(latents):
        raise BadInput(
            f"{n_clusters} cluster(s) of {len(latents)} tracks: separation needs 2 to n - 1 clusters"
        )


def silhouette(latents: NDArray[Any], clusters: NDArray[Any], *, seed: int = 0) -> float:
    """Mean silhouette [1]_, in [-1, 1].

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    clusters
        Shape ``(n,)``.
    seed
        Seed of the sample that is taken above `SAMPLED_ABOVE` tracks; without effect below.

    Raises
    ------
    BadInput
        See `validate`.
    """
    from sklearn.metrics import silhouette_score

    validate(latents, clusters)
    if len(latents) > SAMPLED_ABOVE:
        rows = _sample(clusters, seed)
        latents, clusters = latents[rows], clusters[rows]
    return float(silhouette_score(latents.astype(np.float64), clusters))


def davies_bouldin(latents: NDArray[Any], clusters: NDArray[Any]) -> float:
    """Davies-Bouldin index [2]_, >= 0; lower is better separated.

    Raises
    ------
    BadInput
        See `validate`.
    """
    from sklearn.metrics import davies_bouldin_score

    validate(latents, clusters)
    return float(davies_bouldin_score(latents.astype(np.float64), clusters))


def evaluate(latents: NDArray[Any], clusters: NDArray[Any]) -> dict[str, float]:
    """Return all separation scores by name."""
    return {"davies_bouldin": davies_bouldin(latents, clusters), "silhouette": silhouette(latents, clusters)}


def obstacle(runs: Sequence[NDArray[Any]]) -> str | None:
    """Return why the separation of clusterings is not defined, or ``None``."""
    if any(not 2 <= len(np.unique(run)) < len(run) for run in runs):
        return "a clustering has one cluster, or one for each track"
    return None


def over_seeds(latents: NDArray[Any], runs: Sequence[NDArray[Any]]) -> dict[str, Any]:
    """Return the mean over seeds of each separation score with its interval, or why there is none, by score.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    runs
        One array of clusters, shape ``(n,)``, per seed.
    """
    why = obstacle(runs)
    if why:
        return {name: {"available": False, "why": why} for name in ("davies_bouldin", "silhouette")}
    found = [evaluate(latents, run) for run in runs]
    return {name: interval_over_seeds([scores[name] for scores in found]).to_dict() for name in found[0]}


def _sample(clusters: NDArray[Any], seed: int) -> NDArray[np.intp]:
    """Return `SAMPLE` rows drawn at random, and two of each cluster (one of a singleton) where those lack them.

    Silhouette needs two clusters and a cluster of two tracks: a draw alone can miss all clusters but one.
    """
    order = np.random.default_rng(seed).permutation(len(clusters))
    by_cluster = np.argsort(clusters[order], kind="stable")
    _, first, sizes = np.unique(clusters[order][by_cluster], return_index=True, return_counts=True)
    of_each = by_cluster[np.concatenate([first, first[sizes > 1] + 1])]
    rows: NDArray[np.intp] = order[np.union1d(np.arange(SAMPLE), of_each)]
    return rows
