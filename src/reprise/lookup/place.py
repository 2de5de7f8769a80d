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
Floats = NDArray[np.float64]
CLUSTERING = "kmeans"


@dataclass(frozen=True)
class Atlas:
    """The latent space of the selected model, with what is drawn into it.

    Attributes
    ----------
    latents
        Of all tracks.
    projection
        Their first two principal axes: the map.
    clusters
        K-Means cluster of each track (first seed), numbered from 0.
    centroids
        Mean of each cluster, shape (k, d).
    """

    latents: Latents
    projection: PCA
    clusters: Rows
    centroids: Floats

    @property
    def variance(self) -> float:
        """Share of the latents' variance that the map shows, in [0, 1]."""
        return float(self.projection.explained_variance_ratio_.sum())

    def points(self, values: Floats) -> Floats:
        """Return places on the map of latents of shape (n, d), shape (n, 2)."""
        points: Floats = self.projection.transform(values)
        return points

    def nearest_clusters(self, values: Floats) -> Rows:
        """Return the cluster with the nearest centroid of latents of shape (n, d), shape (n,)."""
        nearest: Rows = self.distances(values).argmin(axis=1).astype(np.int64)
        return nearest

    def distances(self, values: Floats) -> Floats:
        """Return Euclidean distances of latents of shape (n, d) to all centroids, shape (n, k)."""
        gaps: Floats = np.linalg.norm(values[:, None, :] - self.centroids[None, :, :], axis=2)
        return gaps


@dataclass(frozen=True)
class Places:
    """Places of some tracks in the latent space of the selected model.

    Attributes
    ----------
    table
        Columns map_x, map_y, cluster, cluster_distance; one row per track.
    neighbours
        The nearest tracks among all.
    """

    table: pd.DataFrame
    neighbours: Neighbours


def draw_atlas(latents: Latents, assignments: pd.DataFrame) -> Atlas:
    """Draw the map of all tracks and find the middle of each cluster.

    Parameters
    ----------
    latents
        Of all tracks.
    assignments
        Table of the contract ``assignments``; the first seed of K-Means is taken.

    Raises
    ------
    BadInput
        If K-Means has no cluster for a track.
    """
    values = latents.values.astype(np.float64)
    clusters = _clusters(latents, assignments)
    centroids = pd.DataFrame(values).groupby(clusters).mean()
    if centroids.index.to_list() != list(range(len(centroids))):
        raise BadInput(
            f"data/clusters/assignments.parquet: clusters of {CLUSTERING} must be numbered 0 to {len(centroids) - 1} without a gap"
        )
    return Atlas(latents, PCA(n_components=2, svd_solver="full").fit(values), clusters, centroids.to_numpy())


def find_places(atlas: Atlas, queries: Rows, k: int) -> Places:
    """Place tracks of the atlas itself.

    Parameters
    ----------
    atlas
        Result of `draw_atlas`.
    queries
        Rows of its latents.
    k
        Number of neighbours.
    """
    values = atlas.latents.values[queries].astype(np.float64)
    points, clusters = atlas.points(values), atlas.clusters[queries]
    table = pd.DataFrame({"map_x": points[:, 0], "map_y": points[:, 1], "cluster": clusters})
    table["cluster_distance"] = atlas.distances(values)[np.arange(len(queries)), clusters]
    return Places(table, find_neighbours(atlas.latents.values, queries, k))


def _clusters(latents: Latents, assignments: pd.DataFrame) -> Rows:
    """Cluster of every track, by the first seed of K-Means."""
    chosen = assignments[assignments["method"] == CLUSTERING]
    first = chosen[chosen["seed"] == chosen["seed"].min()].set_index("track_id")["cluster"]
    clusters = first.reindex(latents.track_ids)
    if clusters.isna().any():
        track = latents.track_ids[int(clusters.isna().to_numpy().argmax())]
        raise BadInput(
            f"data/clusters/assignments.parquet: no {CLUSTERING} cluster for track {track}; run the cluster stage with "
            f"{CLUSTERING} in cluster.methods"
        )
    rows: Rows = clusters.to_numpy(dtype=np.int64)
    return rows
