"""Groups of tracks that must stay together: the same artist, or nearly the same recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int64]

TILE = 1_024  # tracks per side of a tile of similarities: 4 MB at a time


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of tracks whose fingerprints agree.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        Row numbers, the smaller first.
    next_similarity : float
        Largest similarity under the threshold: how clear the decision was. 0 for fewer than two tracks.
    """

    pairs: Pairs
    next_similarity: float


def near_duplicates(fingerprints: Float32, similarity: float) -> NearDuplicates:
    """Find pairs of fingerprints whose cosine reaches a threshold.

    Parameters
    ----------
    fingerprints : ndarray of float32, shape (n, d)
        Of length 1 or 0, so that dot products are cosines.
    similarity : float
        Threshold in (0, 1].

    Returns
    -------
    NearDuplicates
        Computed tile by tile: memory does not grow with the square of n.
    """
    n = len(fingerprints)
    found = [np.empty((0, 2), np.int64)]
    following = 0.0
    for top in range(0, n, TILE):
        rows = np.asarray(fingerprints[top : top + TILE])
        for left in range(top, n, TILE):
            cosine = rows @ np.asarray(fingerprints[left : left + TILE]).T
            first, second = np.nonzero(cosine >= similarity)
            pairs = np.stack([first + top, second + left], axis=1)
            found.append(pairs[pairs[:, 0] < pairs[:, 1]])
            different = cosine[(cosine < similarity) & ~_diagonal(cosine.shape, top - left)]
            following = max(following, float(different.max(initial=0.0)))
    return NearDuplicates(np.concatenate(found), following)


def _diagonal(shape: tuple[int, ...], offset: int) -> npt.NDArray[np.bool_]:
    """Mark where a tile of similarities compares a track with itself."""
    return np.eye(shape[0], shape[1], k=offset, dtype=np.bool_)


def group(track_ids: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join linked tracks, directly or through others.

    Parameters
    ----------
    track_ids : sequence of str
        All tracks.
    links : iterable of (str, str)
        Pairs of tracks that belong together.

    Returns
    -------
    dict of str to str
        Group of each track: the smallest id in it, which depends on no order.
    """
    parent = {track_id: track_id for track_id in track_ids}

    def root(track_id: str) -> str:
        while parent[track_id] != track_id:
            parent[track_id] = parent[parent[track_id]]
            track_id = parent[track_id]
        return track_id

    for first, second in links:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    return {track_id: root(track_id) for track_id in track_ids}


def same_key_links(track_ids: Sequence[str], keys: Sequence[str]) -> list[tuple[str, str]]:
    """Link every track to the first one that has the same key (artist)."""
    first: dict[str, str] = {}
    return [
        (first.setdefault(key, track_id), track_id) for track_id, key in zip(track_ids, keys, strict=True)
    ]
