"""Recommendations: from liked and disliked tracks, along a path between tracks, by mood, and by label."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.web.catalogue import Catalogue
from reprise.web.near import Near, Rows, Space

DISLIKE = 0.5
"""Weight of the disliked tracks' centre against the liked ones' (Rocchio 1971 as in Manning et al. 2008, section 9.1.1)."""

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]


def by_taste(space: Space, liked: Rows, disliked: Rows, k: int, allowed: Mask) -> Near:
    """Return the tracks nearest to what is liked, moved away from what is disliked.

    Parameters
    ----------
    space
        The latent space.
    liked, disliked
        Rows; at least one is liked. None of them is recommended.
    k
        How many.
    allowed
        Which tracks may be recommended.
    """
    wanted = space.values[liked].astype(np.float64).mean(axis=0)
    if len(disliked):
        wanted = wanted + DISLIKE * (wanted - space.values[disliked].astype(np.float64).mean(axis=0))
    return space.nearest(wanted, k, _without(allowed, np.concatenate([liked, disliked])))


def between(space: Space, first: int, last: int, steps: int, allowed: Mask) -> Rows:
    """Return a playlist that leads from one track to another through the latent space.

    Parameters
    ----------
    space
        The latent space; both tracks have a latent.
    first, last
        Rows of the ends.
    steps
        Number of tracks, both ends included; fewer where too few are allowed.
    allowed
        Which tracks may stand between.

    Returns
    -------
    numpy.ndarray
        Rows; each inner one is the nearest unused track to the next of evenly spaced points on the line between the ends.
    """
    start, end = space.values[first].astype(np.float64), space.values[last].astype(np.float64)
    free = _without(allowed, np.array([first, last]))
    chosen = [first]
    for share in np.linspace(0.0, 1.0, max(2, steps))[1:-1]:
        found = space.nearest(start + share * (end - start), 1, free)
        if len(found.rows):
            chosen.append(int(found.rows[0]))
            free[found.rows[0]] = False
    return np.array([*chosen, last] if last != first else chosen, dtype=np.int64)


def along_mood(catalogue: Catalogue, corners: Points, k: int, allowed: Mask) -> Near:
    """Return tracks near a point, or in order along a path, of the arousal–valence plane.

    Parameters
    ----------
    catalogue
        The tracks; those without a mood are not found.
    corners
        Arousal and valence of the point, or of the path's corners in order; shape (m, 2), in [0, 1].
    k
        How many tracks: the nearest of a point, evenly spaced along a path.
    allowed
        Which tracks may be recommended.
    """
    mood = np.column_stack([catalogue.numbers["arousal"], catalogue.numbers["valence"]])
    free = allowed & np.isfinite(mood).all(axis=1)
    if len(corners) == 1:
        distances = np.where(free, np.linalg.norm(mood - corners[0], axis=1), np.inf)
        rows = np.argsort(distances, kind="stable")[: min(k, int(free.sum()))]
        return Near(rows.astype(np.int64), distances[rows])
    chosen: list[int] = []
    far: list[float] = []
    for point in spaced(corners, k):
        distances = np.where(free, np.linalg.norm(mood - point, axis=1), np.inf)
        row = int(np.argmin(distances)) if len(distances) else 0
        if len(distances) and np.isfinite(distances[row]):
            chosen.append(row)
            far.append(float(distances[row]))
            free[row] = False
    return Near(np.array(chosen, dtype=np.int64), np.array(far))


def spaced(corners: Points, count: int) -> Points:
    """Return points at equal distances along a path of straight pieces, both ends included; shape (count, dimensions)."""
    lengths = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    wanted = np.linspace(0.0, travelled[-1], max(1, count))
    return np.column_stack([np.interp(wanted, travelled, values) for values in corners.T])


def by_label(catalogue: Catalogue, label: str, k: int, allowed: Mask) -> Near:
    """Return the tracks of the lookup table that most likely have a label, surest first; the distance is 1 - probability."""
    column = catalogue.labels.index(label)
    chance = np.full(len(catalogue), -1.0)
    known = catalogue.listed >= 0
    chance[known] = catalogue.probabilities[catalogue.listed[known], column]
    chance[~allowed] = -1.0
    rows = np.argsort(-chance, kind="stable")[: min(k, int((chance >= 0).sum()))]
    return Near(rows.astype(np.int64), np.maximum(0.0, 1.0 - chance[rows]))


def _without(allowed: Mask, rows: Rows) -> Mask:
    free = allowed.copy()
    free[rows] = False
    return free
