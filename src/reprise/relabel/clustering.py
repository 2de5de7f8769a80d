"""K-Means on standardised descriptors, fitted on some tracks and applied to all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from reprise.errors import BadInput

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Standardiser:
    """Column means and standard deviations of the tracks it was fitted on."""

    mean: Floats
    scale: Floats

    @classmethod
    def fit(cls, values: Floats) -> Standardiser:
        """Fit on rows of `values`, shape (n, d); a constant column keeps scale 1 (it becomes 0)."""
        scale = values.std(axis=0)
        return cls(values.mean(axis=0), np.where(scale > 1e-12, scale, 1.0))

    def __call__(self, values: Floats) -> Floats:
        """Return (values - mean) / scale."""
        standardised: Floats = (values - self.mean) / self.scale
        return standardised


@dataclass(frozen=True)
class Centres:
    """Fitted K-Means centres.

    Attributes
    ----------
    centres
        Shape (k, d), in the order of falling cluster size on the fitted rows.
    inertia
        Sum of squared distances of the fitted rows to their centre.
    """

    centres: Floats
    inertia: float

    def assign(self, values: Floats) -> Labels:
        """Return the nearest centre of each row of `values`, shape (n,)."""
        distances = ((values[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2)
        nearest: Labels = distances.argmin(axis=1).astype(np.int64)
        return nearest


def fit_kmeans(values: Floats, k: int, seed: int, *, restarts: int = 10) -> Centres:
    """Fit K-Means (Lloyd's algorithm, k-means++ starts; best of `restarts`).

    Parameters
    ----------
    values
        Standardised rows, shape (n, d).
    k
        Number of clusters.
    seed
        Seed of the starts.
    restarts
        Number of starts.

    Raises
    ------
    BadInput
        If there are fewer rows than clusters.
    """
    if len(values) <= k:
        raise BadInput(
            f"K-Means with k = {k} needs more than {k} training tracks; there are {len(values)}: lower relabel.k or relabel.k_min"
        )
    with threadpool_limits(limits=1):  # a parallel reduction would add the same numbers in another order
        model = KMeans(n_clusters=k, n_init=restarts, random_state=seed).fit(values)
    sizes = np.bincount(model.labels_, minlength=k)
    order = np.argsort(-sizes, kind="stable")
    return Centres(np.asarray(model.cluster_centers_[order], dtype=np.float64), float(model.inertia_))
