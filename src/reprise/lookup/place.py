"""Where a track stands among all tracks: on a map, in a cluster, and next to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from reprise.errors import BadInput
from reprise.lookup.neighbours import Neighbours, find_neighbours
from reprise.models.read_latents import Latents

Rows = NDArray[np.int64]
CLUSTERING = "kmeans"


@dataclass(frozen=True)
class Places:
    """Places of some tracks in the latent space of the selected model.

    Attributes
    ----------
    table
        Columns map_x, map_y, cluster, cluster_distance; one row per track.
    neighbours
        The nearest tracks among all.
    variance
        Share of the latents' variance that the map shows, in [0, 1].
    """

    table: pd.DataFrame
    neighbours: Neighbours
    variance: float


def find_places(latents: Latents, assignments: pd.DataFrame, queries: Rows, k: int) -> Places:
    """Place tracks.

    Parameters
    ----------
    latents
        Of all tracks.
    assignments
        Table of the contract ``assignments``; the first seed of K-Means is taken.
    queries
        Rows of `latents` to place.
    k
        Number of neighbours.

    Raises
    ------
    BadInput
        If K-Means has no cluster for a track.
    """
    values = latents.values.astype(np.float64)
    projection = PCA(n_components=2, svd_solver="full").fit(values)
    points = projection.transform(values[queries])
    clusters = _clusters(latents, assignments)
    centroids = pd.DataFrame(values).groupby(clusters).mean().loc[clusters[queries]].to_numpy()
    table = pd.DataFrame({"map_x": points[:, 0], "map_y": points[:, 1], "cluster": clusters[queries]})
    table["cluster_distance"] = np.linalg.norm(values[queries] - centroids, axis=1)
    variance = float(projection.explained_variance_ratio_.sum())
    return Places(table, find_neighbours(latents.values, queries, k), variance)


def _clusters(latents: Latents, assignments: pd.DataFrame) -> Rows:
    """Cluster of every track, by the first seed of K-Means."""
    chosen = assignments[assignments["method"] == CLUSTERING]
    first = chosen[chosen["seed"] == chosen["seed"].min()].set_index("track_id")["cluster"]
    clusters = first.reindex(latents.track_ids)
    if clusters.isna().any():
        track = latents.track_ids[int(clusters.isna().to_numpy().argmax())]
        raise BadInput(
            f"data/clusters/assignments.parquet: no {CLUSTERING} cluster for track {track}; run the cluster stage"
        )
    rows: Rows = clusters.to_numpy(dtype=np.int64)
    return rows
