"""Exact nearest tracks of a point in the latent space of the selected model: Euclidean, as in the lookup table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
SLACK = 8
"""Candidates beyond k that are ranked again in double precision: float32 may order near ties differently."""


@dataclass(frozen=True)
class Near:
    """Tracks by rising distance: their rows and distances, shape (k,) each."""

    rows: Rows
    distances: NDArray[np.float64]


class Space:
    """The latents of all tracks, ready to be searched.

    Parameters
    ----------
    latents
        float32, shape (n, d); rows of NaN belong to tracks without a latent and are never found.
    """

    def __init__(self, latents: NDArray[np.float32]) -> None:
        self.known: NDArray[np.bool_] = np.asarray(np.isfinite(latents).all(axis=1), dtype=np.bool_)
        self.values = latents if self.known.all() else np.where(self.known[:, None], latents, np.float32(0))
        self.halves = np.where(self.known, (self.values**2).sum(axis=1) / 2, np.float32(np.inf)).astype(
            np.float32
        )

    def nearest(
        self, point: NDArray[np.float64], k: int, allowed: NDArray[np.bool_] | None = None, besides: int = -1
    ) -> Near:
        """Return the k nearest tracks of a point.

        Parameters
        ----------
        point
            Shape (d,).
        k
            How many; fewer where fewer are allowed.
        allowed
            Which tracks may be found, shape (n,); ``None`` for all.
        besides
            Row of a track that is not to be found; -1 for none.
        """
        score = self.values @ point.astype(np.float32)
        np.subtract(self.halves, score, out=score)  # half the squared distance, but for a constant
        if allowed is not None:
            score[~allowed] = np.inf
        if besides >= 0:
            score[besides] = np.inf
        count = min(len(score), k + SLACK)
        found = np.argpartition(score, count - 1)[:count] if count else np.empty(0, np.int64)
        found = np.sort(found[np.isfinite(score[found])])
        distances = np.linalg.norm(self.values[found].astype(np.float64) - point, axis=1)
        order = np.argsort(distances, kind="stable")[:k]
        return Near(found[order].astype(np.int64), distances[order])

    def point(self, row: int) -> NDArray[np.float64] | None:
        """Return the latent of a track, ``None`` where it has none."""
        return self.values[row].astype(np.float64) if self.known[row] else None
