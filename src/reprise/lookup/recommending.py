"""How good neighbours are as recommendations, beside those by raw descriptors and those drawn at random.

Conventions
-----------
Recall of a query is the share found of the tracks that belong to it: found / min(k, existing). For artists, a query is a test track and the
other tracks of its artist belong to it. For tags, queries and candidates are the tracks whose tags may be looked at (training and validation
tracks: a table for the test split is not made with tags of test tracks); a track's recall is the mean over its tags, and the tracks that carry a
tag belong to it. Queries to which nothing belongs are not asked. Intervals are over artists; differences are paired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.finetune.intervals import mean_with_interval
from reprise.lookup.neighbours import Neighbours, artist_recall, find_neighbours
from reprise.relabel.clustering import Standardiser

Rows = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """What neighbours are judged by; rows of all arrays are rows of the latents.

    Attributes
    ----------
    artists
        Artist of each track; missing where unknown.
    descriptors
        Raw descriptors, standardised over the training tracks, shape (n, 22).
    tags
        Long table with columns track_id and tag, of training and validation tracks; may be empty.
    """

    artists: pd.Series[str]
    descriptors: Floats
    tags: pd.DataFrame


def read_evidence(
    track_ids: NDArray[np.str_],
    groups: pd.DataFrame,
    descriptors: pd.DataFrame,
    tags: pd.DataFrame,
    train: NDArray[np.bool_],
) -> Evidence:
    """Bring artists and descriptors into the order of the latents.

    Parameters
    ----------
    track_ids
        Ids by row of the latents.
    groups, descriptors, tags
        Tables of these contracts.
    train
        Whether a row is a training track, shape (n,).

    Raises
    ------
    BadInput
        If a track has no descriptors.
    """
    table = descriptors.set_index("track_id").reindex(track_ids)
    if table.isna().any(axis=None):
        track = table.index[table.isna().any(axis=1)][0]
        raise BadInput(f"lookup: track {track} has latents but no descriptors; run the features stage again")
    values = table.to_numpy(dtype=np.float64)
    artists = groups.set_index("track_id")["artist_id"].reindex(track_ids)
    return Evidence(artists, Standardiser.fit(values[train])(values).astype(np.float32), tags)


def judge_by_artist(neighbours: Neighbours, queries: Rows, evidence: Evidence, seed: int) -> dict[str, Any]:
    """Return recall of tracks by the same artist: of the neighbours (as `artist_recall`), with that of raw descriptors beside it."""
    result = artist_recall(neighbours, queries, evidence.artists, seed)
    if result.get("available") is False:
        return result
    raw = find_neighbours(evidence.descriptors, queries, neighbours.rows.shape[1])
    peer = artist_recall(raw, queries, evidence.artists, seed)
    return {**result, "raw_descriptors": {name: peer[name] for name in ("value", "low", "high")}}


def judge_by_tag(
    values: Floats, track_ids: NDArray[np.str_], evidence: Evidence, k: int, seed: int
) -> dict[str, Any]:
    """Return recall of tracks with the same tag, of neighbours in an embedding and in raw descriptors.

    Parameters
    ----------
    values
        One embedding per row, shape (n, d).
    track_ids
        Ids by row.
    evidence
        What is known of the tracks.
    k
        Number of neighbours.
    seed
        Seed of the bootstrap.
    """
    known = evidence.tags[evidence.tags["track_id"].isin(track_ids)].drop_duplicates(["track_id", "tag"])
    tagged = np.flatnonzero(np.isin(track_ids, known["track_id"].to_numpy(dtype=np.str_)))
    if len(tagged) < 2:
        return {"available": False, "why": f"{len(tagged)} tracks whose tags may be looked at have tags"}
    table = pd.crosstab(known["track_id"].astype(str), known["tag"].astype(str)).reindex(track_ids[tagged])
    carries = table.to_numpy() > 0
    k = min(k, len(tagged) - 1)
    others = carries.sum(axis=0) - 1
    asked = np.flatnonzero((carries & (others > 0)).any(axis=1))
    if not len(asked):
        return {"available": False, "why": "no two tracks whose tags may be looked at share one"}
    found = {
        name: _tag_recall(space[tagged], carries, k)[asked]
        for name, space in (("latents", values), ("raw", evidence.descriptors))
    }
    hit = np.where(others > 0, k * others / (len(tagged) - 1) / np.clip(others, 1, k), 0.0)
    chance = _mean_over_tags(np.broadcast_to(hit, carries.shape), carries, others)[asked]
    artists = evidence.artists.fillna(pd.Series(track_ids, index=evidence.artists.index))
    groups = artists.to_numpy(dtype=np.str_)[tagged][asked]
    return {
        **mean_with_interval(found["latents"], groups, seed),
        "chance": float(chance.mean()),
        "raw_descriptors": mean_with_interval(found["raw"], groups, seed),
        "latents_minus_raw": mean_with_interval(found["latents"] - found["raw"], groups, seed),
        "k": k,
        "queries": len(asked),
        "queries_are": "training and validation tracks",
    }


def _tag_recall(values: Floats, carries: NDArray[np.bool_], k: int) -> NDArray[np.float64]:
    """Recall of each track, NaN where nothing belongs to it."""
    near = find_neighbours(values, np.arange(len(values)), k).rows
    others = carries.sum(axis=0) - 1
    found = carries[near].sum(axis=1) / np.clip(others, 1, k)
    return _mean_over_tags(found, carries, others)


def _mean_over_tags(
    found: NDArray[np.float64], carries: NDArray[np.bool_], others: Rows
) -> NDArray[np.float64]:
    """Mean over the tags of each track that another track carries as well."""
    counted = carries & (others > 0)
    number = counted.sum(axis=1)
    means: NDArray[np.float64] = np.where(
        number > 0, (found * counted).sum(axis=1) / np.maximum(number, 1), np.nan
    )
    return means
