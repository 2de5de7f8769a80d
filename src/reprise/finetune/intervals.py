"""Bootstrap intervals: a number with what it could have been on another sample of tracks.

References
----------
Efron 1979, "Bootstrap methods: another look at the jackknife" (percentile interval).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Groups = Sequence[object] | NDArray[np.int64] | NDArray[np.str_]
"""Anything with one hashable group per row."""

REPEATS = 1000
LEVEL = 0.95


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float],
    groups: Groups,
    seed: int,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a statistic under resampling of whole groups.

    Parameters
    ----------
    statistic
        Maps row indices (with repeats) to the value; NaN values (undefined on that resample) are left out.
    groups
        Group of each row, e.g. its artist or triplet; rows of one group are drawn together.
    seed
        Seed of the resampling.

    Returns
    -------
    tuple of float
        Lower and upper end.
    """
    _, inverse = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(inverse == group) for group in range(int(inverse.max()) + 1)]
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(REPEATS):
        drawn = generator.integers(len(members), size=len(members))
        values.append(statistic(np.concatenate([members[group] for group in drawn])))
    tail = 50 * (1 - LEVEL)
    low, high = np.nanpercentile(values, [tail, 100 - tail])
    return float(low), float(high)


def mean_with_interval(values: NDArray[np.float64], groups: Groups, seed: int) -> dict[str, float]:
    """Return the mean of one value per row with its interval, as ``{"value", "low", "high"}``."""
    low, high = bootstrap(lambda rows: float(values[rows].mean()), groups, seed)
    return {"value": float(values.mean()), "low": low, "high": high}
