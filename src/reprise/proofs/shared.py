"""What several proofs measure or draw alike: concentration on one unit, random rotations, the dot of a difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation.uncertainty import Interval
from reprise.plotting.scores import Dot


def concentration(changes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each row's squares that falls on its largest, in [0, 1]: 1 if one entry alone changes.

    Parameters
    ----------
    changes
        Shape ``(rows, entries)``.
    """
    squares = np.square(changes)
    share: NDArray[np.float64] = squares.max(axis=1) / np.maximum(squares.sum(axis=1), 1e-12)
    return share


def rotation(dimensions: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return an orthogonal matrix drawn uniformly: the signs of the triangle make the factor unique."""
    orthogonal, triangle = np.linalg.qr(generator.standard_normal((dimensions, dimensions)))
    return np.asarray(orthogonal * np.sign(np.diag(triangle)))


def difference_dot(row: str, interval: Interval) -> Dot:
    """Return the dot of a difference with its interval."""
    return Dot(row, "difference", interval.value, interval.low, interval.high)
