"""Disentanglement: whether each latent dimension holds one true factor, and each factor lies in one dimension.

Conventions
-----------
- *Latents* are rows of a real matrix ``(n, latent_dim)``, *factors* rows of a real matrix ``(n, n_factors)``: the true
  values that each track was rendered with. A constant factor cannot be measured and is left out before.
- All scores lie in [0, 1], higher is better. Their level for a useless representation is above 0 and depends on n, so
  a permutation level stands beside each.

Metrics
-------
- :func:`mig` : mutual information gap [1]_, on 20 x 10 equal-frequency bins: for each factor, how much more the best
  dimension tells of it than the second best, over the factor's entropy; the mean over factors.
- :func:`sap` : separated attribute predictability [2]_: the same gap between squared correlations.
- :func:`dci` : disentanglement, completeness, informativeness [3]_ of a tree ensemble per factor.
  (The paper's lasso gives a useless representation a disentanglement of 1: what little it keeps is sparse.)

References
----------
.. [1] Chen, Li, Grosse, Duvenaud: Isolating sources of disentanglement in VAEs. NeurIPS 2018, equation 6.
.. [2] Kumar, Sattigeri, Balakrishnan: Variational inference of disentangled latent concepts. ICLR 2018, section 3.
.. [3] Eastwood, Williams: A framework for the quantitative evaluation of disentangled representations. ICLR 2018.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput

Matrix = NDArray[np.float64]

LATENT_BINS = 20
FACTOR_BINS = 10
HELD_OUT = 0.25
TREES = 40
LEAF = 3


def validate(latents: NDArray[Any], factors: NDArray[Any]) -> None:
    """Check that latents and factors belong together.

    Raises
    ------
    BadInput
        If lengths differ, a value is not finite, there are fewer than two dimensions, or a factor is constant.
    """
    if latents.ndim != 2 or factors.ndim != 2 or len(latents) != len(factors):
        raise BadInput(
            f"latents {latents.shape} and factors {factors.shape} must be matrices with one row per track"
        )
    if latents.shape[1] < 2:
        raise BadInput("a gap between the best two dimensions needs at least two dimensions")
    if not (np.isfinite(latents).all() and np.isfinite(factors).all()):
        raise BadInput("latents or factors hold values that are not finite")
    if (np.ptp(factors, axis=0) == 0).any():
        raise BadInput("a factor is constant: leave it out before")


def mig(latents: NDArray[Any], factors: NDArray[Any]) -> float:
    """Return the mutual information gap, equation 6 of [1]_, in [0, 1].

    Raises
    ------
    BadInput
        See `validate`.
    """
    validate(latents, factors)
    codes = [_bins(column, LATENT_BINS) for column in latents.T]
    gaps = []
    for column in factors.T:
        factor = _bins(column, FACTOR_BINS)
        information = np.sort([_information(code, factor) for code in codes])
        gaps.append((information[-1] - information[-2]) / _information(factor, factor))
    return float(np.mean(gaps))


def sap(latents: NDArray[Any], factors: NDArray[Any]) -> float:
    """Return the gap between the two highest squared correlations of each factor, section 3 of [2]_, in [0, 1].

    Raises
    ------
    BadInput
        See `validate`.
    """
    validate(latents, factors)
    explained = np.sort(_squared_correlations(latents, factors), axis=0)
    return float((explained[-1] - explained[-2]).mean())


def dci(latents: NDArray[Any], factors: NDArray[Any], *, seed: int = 0) -> dict[str, float]:
    """Return disentanglement, completeness and informativeness, section 2 of [3]_, each in [0, 1].

    Parameters
    ----------
    latents, factors
        See the module.
    seed
        Seed of the quarter of tracks on which informativeness (R², at least 0) is measured.

    Raises
    ------
    BadInput
        See `validate`.
    """
    validate(latents, factors)
    importance, informativeness = _forest(_standardised(latents), _standardised(factors), seed)
    return {
        "disentanglement": _weighted_certainty(importance),
        "completeness": _weighted_certainty(importance.T),
        "informativeness": informativeness,
    }


def evaluate(latents: NDArray[Any], factors: NDArray[Any], *, seed: int = 0) -> dict[str, float]:
    """Return all scores by name."""
    return {"mig": mig(latents, factors), "sap": sap(latents, factors)} | dci(latents, factors, seed=seed)


def _bins(column: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return equal-frequency bins; equal values share a bin."""
    edges = np.unique(np.quantile(column, np.linspace(0, 1, count + 1)[1:-1]))
    return np.searchsorted(edges, column, side="right").astype(np.int64)


def _information(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    joint = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(joint, (first, second), 1.0 / len(first))
    independent = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


def _standardised(values: NDArray[Any]) -> Matrix:
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    deviation = centred.std(axis=0)
    return np.asarray(centred / np.where(deviation > 1e-12, deviation, 1.0))


def _squared_correlations(latents: NDArray[Any], factors: NDArray[Any]) -> Matrix:
    return np.square(_standardised(latents).T @ _standardised(factors) / len(latents))


def _forest(latents: Matrix, factors: Matrix, seed: int) -> tuple[Matrix, float]:
    """Return importances ``(latent_dim, n_factors)`` and the mean R² on held-out tracks."""
    from sklearn.ensemble import ExtraTreesRegressor

    order = np.random.default_rng([seed, 5]).permutation(len(latents))
    held = order[: max(1, int(HELD_OUT * len(order)))]
    fit = order[len(held) :]
    weights, explained = [], []
    for factor in factors.T:
        model = ExtraTreesRegressor(TREES, max_features=1.0, min_samples_leaf=LEAF, random_state=seed)
        model.fit(latents[fit], factor[fit])
        weights.append(model.feature_importances_)
        error = np.square(factor[held] - model.predict(latents[held])).sum()
        spread = np.square(factor[held] - factor[held].mean()).sum()
        explained.append(float(np.clip(1 - error / max(spread, 1e-12), 0.0, 1.0)))
    return np.stack(weights, axis=1), float(np.mean(explained))


def _weighted_certainty(importance: Matrix) -> float:
    """Return the mean over rows of 1 - normalised entropy, each row weighted by its share of all importance."""
    total = importance.sum()
    if total == 0 or importance.shape[1] < 2:
        return 0.0
    rows = importance.sum(axis=1, keepdims=True)
    share = importance / np.where(rows > 0, rows, 1.0)
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=1) / np.log(importance.shape[1])
    return float(((1.0 - entropy) * rows[:, 0] / total).sum())
