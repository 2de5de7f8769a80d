"""Groups of tracks that must stay together: the same artist, or nearly the same recording."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reprise.errors import BadParameter

Float32 = npt.NDArray[np.float32]
Pairs = npt.NDArray[np.int64]

TILE = 1_024  # tracks per side of a tile of similarities: 4 MB at a time
MOST_PAIRS = 5_000_000  # more is a threshold that separates nothing, and would fill the memory


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs of tracks whose fingerprints agree, and how similar all others are.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        Row numbers, the smaller first.
    next_similarity : float
        Largest similarity under the threshold: how clear the decision was. 0 for fewer than two tracks.
    typical, spread : float
        Mean and standard deviation of the similarities under the threshold; 0 where there are none.
    n_others : int
        Number of pairs under the threshold.
    """

    pairs: Pairs
    next_similarity: float
    typical: float
    spread: float
    n_others: int

    def expected_by_chance(self, similarity: float) -> float:
        """Return how many pairs of different tracks would reach a similarity, were theirs normally distributed.

        They are, to the fourth moment (docs/duplicates.md).
        """
        if self.spread == 0.0:
            return 0.0
        distance = (similarity - self.typical) / self.spread
        return self.n_others * 0.5 * math.erfc(distance / math.sqrt(2.0))


def near_duplicates(fingerprints: Float32, similarity: float) -> NearDuplicates:
    """Find pairs of fingerprints whose cosine reaches a threshold.

    Parameters
    ----------
    fingerprints : ndarray of float32, shape (n, d)
        Of length 1 or 0, so that dot products are cosines. Those of length 0 (tracks without events) are like no other.
    similarity : float
        Threshold in (0, 1].

    Returns
    -------
    NearDuplicates
        Computed tile by tile: memory does not grow with the square of n.

    Raises
    ------
    BadParameter
        If millions of pairs reach the threshold.
    """
    found = [np.empty((0, 2), np.int64)]
    following, total, squares, n_found, heard = 0.0, 0.0, 0.0, 0, 0
    for top in range(0, len(fingerprints), TILE):
        rows = np.asarray(fingerprints[top : top + TILE])
        heard += int(np.count_nonzero(rows.any(axis=1)))
        for left in range(top, len(fingerprints), TILE):
            cosine = rows @ np.asarray(fingerprints[left : left + TILE]).T
            if left == top:
                cosine = np.triu(cosine, 1)
            highest = float(cosine.max(initial=0.0))
            if highest >= similarity:
                first, second = np.nonzero(cosine >= similarity)
                found.append(np.stack([first + top, second + left], axis=1))
                n_found += len(first)
                _refuse_too_many(n_found, similarity)
                cosine[first, second] = 0.0
                highest = float(cosine.max())
            following = max(following, highest)
            total += float(cosine.sum(dtype=np.float64))
            squares += float(np.vdot(cosine, cosine))
    n_others = heard * (heard - 1) // 2 - n_found
    typical = total / max(n_others, 1)
    spread = math.sqrt(max(squares / max(n_others, 1) - typical**2, 0.0))
    return NearDuplicates(np.concatenate(found), following, typical, spread, n_others)


def _refuse_too_many(n_pairs: int, similarity: float) -> None:
    """Refuse a threshold that unrelated tracks reach."""
    if n_pairs > MOST_PAIRS:
        raise BadParameter(
            f"split.duplicate_similarity is {similarity}: more than {MOST_PAIRS:,} pairs of tracks are as similar as "
            "that, so it tells nothing apart: raise it (docs/duplicates.md)"
        )


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
