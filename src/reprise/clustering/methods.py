"""The clustering methods of the designs, each a function of latents, number of clusters and seed.

Conventions
-----------
- Latents are clustered as they are: scaling dimensions is a choice that can move any score, so a model that wants it
  does it itself.
- Labels are integers from 0; they are renumbered by the first track they occur on, so that equal partitions are equal
  arrays.

References
----------
.. [1] Arthur, Vassilvitskii: k-means++. SODA 2007.
.. [2] Ward: Hierarchical grouping to optimize an objective function. JASA 58, 1963.
.. [3] Ng, Jordan, Weiss: On spectral clustering. NIPS 2001.
.. [4] Dempster, Laird, Rubin: Maximum likelihood from incomplete data via the EM algorithm. JRSS B 39, 1977.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput, BadParameter

Clusters = NDArray[np.int64]

RESTARTS = 10
NEIGHBOURS = 10
WEAK_LINK = 1e-3
DETERMINISTIC = frozenset({"agglomerative"})
"""Methods whose result does not depend on the seed: one run says all."""


def cluster(latents: NDArray[Any], method: str, k: int, seed: int) -> Clusters:
    """Cluster tracks.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``, finite.
    method
        Key of `METHODS`.
    k
        Number of clusters, 2 to n.
    seed
        Seed of the method; without effect for those in `DETERMINISTIC`.

    Returns
    -------
    ndarray
        Shape ``(n,)``, integers from 0 numbered by first occurrence.

    Raises
    ------
    BadInput
        If a latent is not finite.
    BadParameter
        If the method is unknown or there are fewer tracks than clusters.
    """
    if method not in METHODS:
        raise BadParameter(f"cluster.methods = '{method}': must be one of {', '.join(METHODS)}")
    if not 2 <= k <= len(latents):
        raise BadParameter(f"cluster.k = {k}: must be 2 to the number of tracks, {len(latents)}")
    if not np.isfinite(latents).all():
        raise BadInput("latents hold values that are not finite; train the model again")
    return renumber(METHODS[method](latents.astype(np.float64), k, seed))


def renumber(clusters: NDArray[Any]) -> Clusters:
    """Return clusters numbered by the first track they occur on."""
    _, first, member = np.unique(clusters, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbered: Clusters = rank[member]
    return numbered


def kmeans(latents: NDArray[np.float64], k: int, seed: int) -> NDArray[Any]:
    """K-Means with k-means++ and ten restarts [1]_."""
    from sklearn.cluster import KMeans

    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Number of distinct clusters"
        )  # fewer distinct tracks than k
        labels: NDArray[Any] = KMeans(k, n_init=RESTARTS, max_iter=300, random_state=seed).fit_predict(
            latents
        )
    return labels


def agglomerative(latents: NDArray[np.float64], k: int, seed: int) -> NDArray[Any]:  # noqa: ARG001
    """Agglomerative clustering with Ward's criterion [2]_."""
    from sklearn.cluster import AgglomerativeClustering

    labels: NDArray[Any] = AgglomerativeClustering(k, linkage="ward").fit_predict(latents)
    return labels


def spectral(latents: NDArray[np.float64], k: int, seed: int) -> NDArray[Any]:
    """Spectral clustering of the nearest-neighbour graph [3]_."""
    from sklearn.cluster import SpectralClustering

    model = SpectralClustering(k, affinity="precomputed", n_init=RESTARTS, random_state=seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Number of distinct clusters")
        labels: NDArray[Any] = model.fit_predict(neighbour_graph(latents, k))
    return labels


def neighbour_graph(latents: NDArray[np.float64], k: int) -> Any:
    """Return the symmetric nearest-neighbour graph as a sparse matrix, in one piece.

    A graph in more than ``k`` pieces would answer with outliers, so neighbours are added until there are at most ``k``.
    Pieces that remain are clusters in their own right; weak links between their central tracks keep the eigenvectors
    defined.
    """
    from scipy.sparse.csgraph import connected_components
    from sklearn.neighbors import kneighbors_graph

    neighbours = min(NEIGHBOURS, len(latents))
    while True:
        graph = kneighbors_graph(latents, neighbours, include_self=True)
        graph = (0.5 * (graph + graph.T)).tolil()
        pieces, member = connected_components(graph, directed=False)
        if pieces <= k or neighbours == len(latents):
            break
        neighbours = min(neighbours + 5, len(latents))
    centres = [_central(latents, np.flatnonzero(member == piece)) for piece in range(pieces)]
    for centre in centres[1:]:
        graph[centres[0], centre] = graph[centre, centres[0]] = WEAK_LINK
    return graph.tocsr()


def _central(latents: NDArray[np.float64], rows: NDArray[np.intp]) -> int:
    """Return the track nearest to the mean of the given ones."""
    distances = np.square(latents[rows] - latents[rows].mean(axis=0)).sum(axis=1)
    return int(rows[distances.argmin()])


def gmm(latents: NDArray[np.float64], k: int, seed: int) -> NDArray[Any]:
    """Gaussian mixture with diagonal covariances, ten restarts [4]_.

    Full covariances have more parameters than a few hundred tracks can tell. The variance floor is relative to the
    data, so that the scale of the latents does not matter.
    """
    labels: NDArray[Any] = fit_gmm(latents, k, seed).predict(latents)
    return labels


def fit_gmm(latents: NDArray[np.float64], k: int, seed: int) -> Any:
    """Return the fitted mixture of `gmm` (``predict_proba`` gives soft assignments)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    floor = max(1e-3 * float(latents.var(axis=0).mean()), 1e-9)
    model = GaussianMixture(k, covariance_type="diag", n_init=RESTARTS, reg_covar=floor, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(latents)


METHODS: dict[str, Callable[[NDArray[np.float64], int, int], NDArray[Any]]] = {
    "agglomerative": agglomerative,
    "gmm": gmm,
    "kmeans": kmeans,
    "spectral": spectral,
}
