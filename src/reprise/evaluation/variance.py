"""What clusters capture: the share of a property's variance that lies between them.

Conventions
-----------
- A *property* is a real number per track (tempo, loudness, brightness ...), or a matrix with one row per track.

Metrics
-------
- :func:`eta_squared` : variance between clusters over total variance, in [0, 1]; (k - 1) / (n - 1) by chance.

References
----------
.. [1] Fisher: Statistical methods for research workers, chapter VII, 1925.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput


def validate(values: NDArray[Any], clusters: NDArray[Any]) -> None:
    """Check that properties and clusters belong together.

    Raises
    ------
    BadInput
        If lengths differ, or a value is not finite.
    """
    if len(values) != len(clusters) or len(values) == 0:
        raise BadInput(
            f"{len(values)} values for {len(clusters)} cluster labels: one value per track is needed"
        )
    if not np.isfinite(values).all():
        raise BadInput("a property holds values that are not finite")


def eta_squared(values: NDArray[Any], clusters: NDArray[Any]) -> float:
    """Return the share of variance between clusters [1]_, in [0, 1]; 0 for a constant property.

    Parameters
    ----------
    values
        Shape ``(n,)`` or ``(n, d)``; dimensions are summed.
    clusters
        Shape ``(n,)``.

    Raises
    ------
    BadInput
        See `validate`.
    """
    validate(values, clusters)
    rows = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    centred = rows - rows.mean(axis=0)
    total = float(np.square(centred).sum())
    if total == 0.0:
        return 0.0
    _, member = np.unique(clusters, return_inverse=True)
    sums = np.zeros((int(member.max()) + 1, rows.shape[1]))
    np.add.at(sums, member, centred)
    between = float((np.square(sums).sum(axis=1) / np.bincount(member)).sum())
    return min(1.0, between / total)


def chance_level(n_clusters: int, n: int) -> float:
    """Return the expectation of eta squared where clusters are random."""
    return (n_clusters - 1) / max(n - 1, 1)
