"""Pairwise judgements as training targets, and folds that keep triplets whole.

References
----------
Bradley and Terry 1952: P(a above b) = sigma(s_a - s_b). Annotators' votes are soft targets, a tie counts as half a vote for each side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from reprise.emotion.musav import DIMENSIONS
from reprise.errors import BadInput

Rows = NDArray[np.int64]
FROM_MAJORITY = {"a": 1.0, "b": 0.0, "ab": 0.5}


@dataclass(frozen=True)
class Judgements:
    """Judged pairs by row of the emotion corpus.

    Attributes
    ----------
    first, second
        Rows of the two tracks, shape (n,).
    dimension
        0 for arousal, 1 for valence, shape (n,).
    target
        Share of votes that put the first track higher, in [0, 1], shape (n,).
    """

    first: Rows
    second: Rows
    dimension: Rows
    target: NDArray[np.float32]

    def among(self, chosen: NDArray[np.bool_]) -> Judgements:
        """Return the pairs both of whose tracks are chosen."""
        kept = chosen[self.first] & chosen[self.second]
        return Judgements(self.first[kept], self.second[kept], self.dimension[kept], self.target[kept])


def soft_targets(pairs: pd.DataFrame) -> NDArray[np.float64]:
    """Return the share of votes for the first track, a tie counting half; without votes that of ``higher_value``; NaN where neither tells."""
    votes = pairs[["votes_a", "votes_b", "votes_tie"]].to_numpy(dtype=np.float64)
    total = votes.sum(axis=1)
    share = (votes[:, 0] + 0.5 * votes[:, 2]) / np.where(total > 0, total, 1.0)
    agreed = pairs["agreement"].isin(["full-agreement", "majority-agreement"]).to_numpy()
    majority = pairs["higher_value"].map(FROM_MAJORITY).to_numpy(dtype=np.float64)
    targets: NDArray[np.float64] = np.where(total > 0, share, np.where(agreed, majority, np.nan))
    return targets


def read_judgements(pairs: pd.DataFrame, track_ids: pd.Series[str]) -> Judgements:
    """Turn the table into training targets; pairs of tracks without features are left out.

    Raises
    ------
    BadInput
        If a dimension is unknown.
    """
    unknown = sorted(set(pairs["dimension"]) - set(DIMENSIONS))
    if unknown:
        raise BadInput(f"pairs.parquet: dimension '{unknown[0]}' must be one of {', '.join(DIMENSIONS)}")
    index = pd.Index(track_ids)
    first, second = (
        index.get_indexer(pd.Index(pairs[column])).astype(np.int64) for column in ("track_a", "track_b")
    )
    targets = soft_targets(pairs)
    kept = (first >= 0) & (second >= 0) & np.isfinite(targets)
    dimension = (
        pairs["dimension"]
        .map({name: number for number, name in enumerate(DIMENSIONS)})
        .to_numpy(dtype=np.int64)
    )
    return Judgements(first[kept], second[kept], dimension[kept], targets[kept].astype(np.float32))


def folds(judgements: Judgements, tracks: int, count: int, seed: int) -> Rows:
    """Return the fold of each track: tracks that are compared, directly or through others, share one (a triplet is never split).

    Parameters
    ----------
    judgements
        Judged pairs.
    tracks
        Number of tracks.
    count
        Number of folds, at most the number of connected groups.
    seed
        Seed of the order of groups.
    """
    edges = coo_matrix(
        (np.ones(len(judgements.first)), (judgements.first, judgements.second)), shape=(tracks, tracks)
    )
    groups, of_track = connected_components(edges, directed=False)
    order = np.random.default_rng(seed).permutation(groups)
    fold: Rows = (order % min(count, groups))[of_track].astype(np.int64)
    return fold
