"""Exact nearest neighbours among all tracks, and how good they are as recommendations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from reprise.finetune.intervals import bootstrap

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """The nearest tracks of some tracks, nearest first.

    Attributes
    ----------
    rows
        Row of each neighbour, shape (queries, k).
    distances
        Euclidean distances, shape (queries, k).
    """

    rows: Rows
    distances: NDArray[np.float64]


def find_neighbours(values: NDArray[np.float32], queries: Rows, k: int) -> Neighbours:
    """Return the k nearest other rows of each query row.

    Parameters
    ----------
    values
        One embedding per row, shape (n, d).
    queries
        Rows to find neighbours for.
    k
        How many; at most n - 1 are given.
    """
    k = min(k, len(values) - 1)
    index = NearestNeighbors(n_neighbors=k + 1, algorithm="brute", metric="euclidean").fit(
        values.astype(np.float64)
    )
    distances, rows = index.kneighbors(values[queries].astype(np.float64))
    others = rows != queries[:, None]
    others[others.all(axis=1), -1] = (
        False  # among equal embeddings a track need not be listed as its own neighbour
    )
    shape = (len(queries), k)
    return Neighbours(rows[others].reshape(shape).astype(np.int64), distances[others].reshape(shape))


def nearest(
    values: NDArray[np.float32], query: NDArray[np.float64], k: int, leave_out: NDArray[np.bool_]
) -> tuple[Rows, NDArray[np.float64]]:
    """Return rows and distances of the k rows nearest to a vector that is none of them, nearest first.

    Parameters
    ----------
    values
        One embedding per row, shape (n, d).
    query
        Shape (d,).
    k
        How many; at most as many as are left are given.
    leave_out
        Rows that are not to be given, shape (n,).
    """
    distances = np.linalg.norm(values.astype(np.float64) - query, axis=1)
    order = np.argsort(distances, kind="stable")
    rows: Rows = order[~leave_out[order]][:k].astype(np.int64)
    return rows, distances[rows]


def artist_recall(
    neighbours: Neighbours, queries: Rows, artists: pd.Series[str], seed: int
) -> dict[str, Any]:
    """Return recall@k of tracks by the same artist, with its interval (over artists) and that of random neighbours.

    Parameters
    ----------
    neighbours
        Result of `find_neighbours`.
    queries
        The rows asked for.
    artists
        Artist of each row; missing where unknown.
    seed
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``value``: mean over the queries with at least one other track by their artist of found / min(k, existing); ``chance``: the same for
        k tracks drawn at random.
    """
    codes, _ = pd.factorize(artists)
    others = np.where(codes[queries] >= 0, (codes[queries, None] == codes[None, :]).sum(axis=1) - 1, 0)
    asked = np.flatnonzero(others > 0)
    if not len(asked):
        return {"available": False, "why": "no test track has another track by its artist"}
    k = neighbours.rows.shape[1]
    possible = np.minimum(others[asked], k)
    found = (codes[neighbours.rows[asked]] == codes[queries[asked], None]).sum(axis=1) / possible
    chance = k * others[asked] / (len(codes) - 1) / possible
    low, high = bootstrap(
        lambda rows: float(found[rows].mean()), codes[queries[asked]].astype(np.int64), seed
    )
    return {
        "value": float(found.mean()),
        "low": low,
        "high": high,
        "chance": float(chance.mean()),
        "k": k,
        "queries": len(asked),
    }
