"""How many Gaussians the descriptors speak for: the Bayesian information criterion of a mixture.

References
----------
Schwarz 1978, "Estimating the dimension of a model"; Fraley and Raftery 1998, "How many clusters?" (for mixtures).
"""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from reprise.relabel.clustering import Floats

RESTARTS = 3
FLOOR = 1e-3
"""Added to each variance, in units of the mean variance of an axis, so that no component shrinks onto a point."""


def principal_scores(values: Floats) -> Floats:
    """Return the rows on their principal axes, shape (n, min(n, d)): descriptors overlap, and a diagonal Gaussian knows no correlation."""
    with threadpool_limits(limits=1):
        scores: Floats = PCA(svd_solver="full").fit_transform(values)
    return scores


def bic(scores: Floats, k: int, seed: int) -> float:
    """Return -2 log L + p log n of a mixture of k Gaussians with diagonal covariances; lower is better.

    Parameters
    ----------
    scores
        Result of `principal_scores`.
    k
        Number of components.
    seed
        Seed of the starts.
    """
    model = GaussianMixture(
        k,
        covariance_type="diag",
        n_init=RESTARTS,
        reg_covar=FLOOR * float(scores.var(axis=0).mean()),
        random_state=seed,
    )
    with threadpool_limits(limits=1):
        return float(model.fit(scores).bic(np.asarray(scores)))
