"""Exact nearest neighbours by cosine similarity: every vector is looked at. The reference, and the fastest way while there are few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reprise.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

BLOCK = 65_536
"""Rows that are compared at a time: bounds the memory of a search over a memory map."""


@dataclass(frozen=True)
class Hits:
    """Nearest rows, the most similar first.

    Attributes
    ----------
    rows
        Shape (k,), row numbers.
    similarities
        Shape (k,), cosines in [-1, 1], descending.
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float32]


class ExactIndex:
    """Looks at every vector.

    Parameters
    ----------
    vectors
        Shape (n, d), rows of length 1 (`unit`); a memory map will do.
    """

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def __len__(self) -> int:
        return len(self._vectors)

    def search(self, query: Vectors, k: int) -> Hits:
        """Return the k rows most similar to a query.

        Parameters
        ----------
        query
            Shape (d,), of length 1.
        k
            How many; at most all rows are given. Of equal similarities the smaller row comes first.
        """
        best = Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        for start in range(0, len(self._vectors), BLOCK):
            cosines = self._vectors[start : start + BLOCK] @ query
            near = _largest(cosines, k)
            rows = np.concatenate([best.rows, near + start])
            found = np.concatenate([best.similarities, cosines[near]])
            order = np.lexsort((rows, -found))[:k]
            best = Hits(rows[order], found[order])
        return best


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Scale rows to length 1; a row of zeros stays, and is similar to nothing.

    Parameters
    ----------
    vectors
        Shape (n, d) or (d,).

    Raises
    ------
    BadInput
        If a number is not finite.
    """
    values = np.asarray(vectors, dtype=np.float32)
    length = np.linalg.norm(values, axis=-1, keepdims=True)
    if not np.isfinite(length).all():
        row = int(np.flatnonzero(~np.isfinite(np.atleast_1d(length[..., 0])))[0])
        raise BadInput(
            f"similarity search: row {row} of the embedding is not finite; run the stage that wrote it again"
        )
    return np.divide(values, np.where(length > 0, length, 1.0), dtype=np.float32)


def _largest(cosines: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Rows of the k largest, all of those as large as the k-th among them, so that ties are broken by the caller."""
    if k >= len(cosines):
        return np.arange(len(cosines), dtype=np.int64)
    least = np.partition(cosines, len(cosines) - k)[len(cosines) - k]
    return np.flatnonzero(cosines >= least).astype(np.int64)
