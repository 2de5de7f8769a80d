"""The table of assignments: every method and seed on one set of latents, and the model's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import DETERMINISTIC, Clusters, cluster, renumber
from reprise.errors import BadInput
from reprise.tables import empty_table, read_table

if TYPE_CHECKING:
    import pandas as pd

OWN = "own"
"""Method name of the assignments that a model makes itself (VaDE)."""


@dataclass(frozen=True)
class ClusterSettings:
    """What to cluster with.

    Parameters
    ----------
    k
        Number of clusters.
    methods
        Names of methods, `OWN` among them for the model's own.
    seeds
        Number of clustering seeds.
    seed
        First of them; the others follow.
    """

    k: int
    methods: tuple[str, ...]
    seeds: int
    seed: int


def assign(
    track_ids: NDArray[np.str_], latents: NDArray[Any], own: Clusters | None, settings: ClusterSettings
) -> pd.DataFrame:
    """Cluster latents by every method and seed.

    Parameters
    ----------
    track_ids
        Shape ``(n,)``.
    latents
        Shape ``(n, latent_dim)``.
    own
        The model's own clusters, shape ``(n,)``, or ``None`` where it makes none.
    settings
        Methods, number of clusters, seeds. Deterministic methods run for the first seed only.

    Returns
    -------
    pandas.DataFrame
        ``track_id, method, seed, cluster``, sorted.

    Raises
    ------
    BadParameter
        If a method is unknown or there are fewer tracks than clusters.
    """
    import pandas as pd

    parts = [empty_table("assignments")]
    for method in settings.methods:
        if method == OWN:
            runs = {} if own is None else {settings.seed: renumber(own)}
        else:
            count = 1 if method in DETERMINISTIC else settings.seeds
            runs = {
                seed: cluster(latents, method, settings.k, seed)
                for seed in range(settings.seed, settings.seed + count)
            }
        parts += [
            pd.DataFrame({"track_id": track_ids, "method": method, "seed": seed, "cluster": clusters})
            for seed, clusters in runs.items()
        ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return table.sort_values(["method", "seed", "track_id"], kind="stable", ignore_index=True)


def read_own(directory: Path, track_ids: NDArray[np.str_]) -> Clusters | None:
    """Return the clusters that a model assigned itself, in the order of ``track_ids``, or ``None``.

    Raises
    ------
    BadInput
        If the model's table lacks a track.
    """
    path = directory / "assignments.parquet"
    if not path.exists():
        return None
    table = read_table(path).set_index("track_id")["cluster"].reindex(track_ids)
    if table.isna().any():
        raise BadInput(f"{path}: no cluster for track '{table.index[table.isna()][0]}', which has a latent")
    own: Clusters = table.to_numpy(dtype=np.int64)
    return own


def clusterings(assignments: pd.DataFrame, track_ids: NDArray[np.str_]) -> dict[str, list[Clusters]]:
    """Return the clusterings of each method, one array per seed in the order of ``track_ids``.

    Raises
    ------
    BadInput
        If a clustering lacks a track.
    """
    found: dict[str, list[Clusters]] = {}
    for (method, seed), rows in assignments.groupby(["method", "seed"], sort=True):
        column = rows.set_index("track_id")["cluster"].reindex(track_ids)
        if column.isna().any():
            raise BadInput(
                f"clusters of method {method}, seed {seed}: track '{column.index[column.isna()][0]}' is missing; "
                "run the cluster stage again (dvc repro)"
            )
        found.setdefault(str(method), []).append(column.to_numpy(dtype=np.int64))
    return found


def sizes(clusters: Sequence[int] | Clusters) -> list[int]:
    """Return the numbers of tracks of the clusters that have any, largest first."""
    return sorted((int(size) for size in np.bincount(np.asarray(clusters)) if size), reverse=True)
