"""How far two runs of one function are apart, in a form that survives another processor and finds a label in one cell.

Bits differ between processors, and a discrete value (a tempo) may jump for a track or two. A label that was added, or a row that belongs to another
track, moves one cell or more in most rows. So each cell is asked in how many rows it moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOVED = 0.01
"""Change of a cell, in standard deviations of that cell over tracks, that counts as moved; float16 rounds by less."""

MANY = 0.1
"""Share of rows in which a cell may move before the runs count as different."""


@dataclass(frozen=True)
class Difference:
    """Comparison of two runs.

    Attributes
    ----------
    rows, cells
        Size of a run: tracks, and values of each.
    moved
        Largest share of rows in which one cell moved; 1 where the shapes differ.
    """

    rows: int
    cells: int
    moved: float

    @property
    def same(self) -> bool:
        """Whether the runs agree."""
        return self.moved <= MANY


def difference(made: NDArray[Any], expected: NDArray[Any]) -> Difference:
    """Compare two runs, row by row and cell by cell; the first axis is that of the tracks."""
    rows, cells = len(expected), int(np.prod(expected.shape[1:]))
    if made.shape != expected.shape:
        return Difference(rows, cells, 1.0)
    first = made.reshape(rows, -1).astype(np.float32)
    second = expected.reshape(rows, -1).astype(np.float32)
    if not np.array_equal(np.isfinite(first), np.isfinite(second)):
        return Difference(rows, cells, 1.0)
    first, second = np.nan_to_num(first), np.nan_to_num(second)
    deviation = np.maximum(first.std(axis=0), second.std(axis=0))
    floor = 1e-6 + 1e-3 * float(np.median(deviation))
    moved = np.abs(first - second) > MOVED * np.maximum(deviation, floor)
    return Difference(rows, cells, float(moved.mean(axis=0).max(initial=0.0)))
