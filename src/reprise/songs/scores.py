"""R², mean absolute error and Spearman's rho for each target, with bootstrap intervals over groups of songs.

Conventions
-----------
Truth and predictions have shape (songs, targets). Intervals resample whole groups (an artist's songs stand or fall together); row 0 of
the weights is the sample itself, so one formula gives the value and its replicates.

References
----------
Efron & Tibshirani, An Introduction to the Bootstrap, 1993 (percentile interval).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

from reprise.songs.source import Floats, Strings

METRICS = ("r2", "mae", "spearman")
COVERAGE = 95.0


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval; NaN where the value is not defined."""

    value: float
    low: float
    high: float


def bootstrap_weights(groups: Strings, replicates: int, rng: np.random.Generator) -> Floats:
    """Return how often each song is drawn, shape (1 + replicates, songs); row 0 is all ones."""
    names, member = np.unique(groups, return_inverse=True)
    draws = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=replicates)
    return np.concatenate([np.ones((1, len(groups))), draws[:, member].astype(np.float64)])


def r2(truth: Floats, predicted: Floats, weights: Floats) -> Floats:
    """Coefficient of determination, shape (weights, targets); NaN where the truth does not vary."""
    residual = weights @ np.square(truth - predicted)
    total = _weighted_square(truth, weights)
    return 1 - _ratio(residual, total)


def mae(truth: Floats, predicted: Floats, weights: Floats) -> Floats:
    """Mean absolute error in the units of the target, shape (weights, targets)."""
    error: Floats = weights @ np.abs(truth - predicted) / weights.sum(axis=1, keepdims=True)
    return error


def spearman(truth: Floats, predicted: Floats, weights: Floats) -> Floats:
    """Rank correlation, shape (weights, targets); 0 for a constant prediction, which has no order.

    Ranks are those of the whole sample, so a replicate is a weighted Pearson correlation of them.
    """
    x, y = rankdata(truth, axis=0), rankdata(predicted, axis=0)
    covariance = _weighted_square(x + y, weights) - _weighted_square(x - y, weights)
    spread_x, spread_y = _weighted_square(x, weights), _weighted_square(y, weights)
    correlation = _ratio(covariance / 4, np.sqrt(np.maximum(spread_x * spread_y, 0)))
    return np.where((spread_y <= 1e-9) & (spread_x > 1e-9), 0.0, correlation)


def score(truth: Floats, predicted: Floats, weights: Floats) -> dict[str, Floats]:
    """Return all of `METRICS`, each of shape (weights, targets)."""
    return {
        "r2": r2(truth, predicted, weights),
        "mae": mae(truth, predicted, weights),
        "spearman": spearman(truth, predicted, weights),
    }


def interval(values: Floats) -> Interval:
    """Return row 0 of a column of replicates with the percentile interval of the others.

    Parameters
    ----------
    values
        Shape (1 + replicates,). Replicates that are not defined are left out.
    """
    replicates = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or len(replicates) == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    tail = (100 - COVERAGE) / 2
    low, high = np.percentile(replicates, [tail, 100 - tail])
    return Interval(float(values[0]), float(low), float(high))


def _weighted_square(values: Floats, weights: Floats) -> Floats:
    """Weighted sum of squared deviations from the weighted mean, shape (weights, columns)."""
    centred = values - values.mean(axis=0)  # against cancellation
    count = weights.sum(axis=1, keepdims=True)
    square: Floats = weights @ np.square(centred) - np.square(weights @ centred) / count
    return square


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    defined = denominator > 1e-12
    return np.where(defined, numerator / np.where(defined, denominator, 1.0), np.nan)
