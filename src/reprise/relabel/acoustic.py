"""From standardised descriptors to named acoustic labels: fit on the training tracks, apply to all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from reprise.errors import BadInput
from reprise.relabel.choosing import Stability, choose_number, measure_stability, score_numbers
from reprise.relabel.clustering import Floats, Standardiser, fit_kmeans
from reprise.relabel.coherence import compare_coherence
from reprise.relabel.naming import Rules, Theme, label_indices, name_clusters
from reprise.relabel.own_names import BY_HAND, rename
from reprise.relabel.profiles import profile_clusters


@dataclass(frozen=True)
class Choice:
    """How many clusters: a fixed `k`, or (k = 0) the best of `k_min` … `k_max`."""

    k: int
    k_min: int
    k_max: int


@dataclass(frozen=True)
class Relabelling:
    """Acoustic labels of all tracks and what led to them.

    Attributes
    ----------
    clusters
        Columns track_id, split, cluster, distance (to the centre, in standard deviations), label ("" where discarded).
    standardised
        Standardised descriptors, rows as in `clusters`.
    centres
        Standardised centres, one row per cluster, one column per descriptor.
    numbers
        Scores of each candidate k (a single row where k was fixed).
    stability
        Stability of the chosen clustering.
    profile
        Tags by cluster; empty where there are no tags.
    themes
        Cluster to its name or the reason why it has none.
    coherence
        Acoustic labels and original tags side by side, see `reprise.relabel.coherence`.
    f_values
        F of each descriptor in both.
    unused_names
        Names in the file of own names that no cluster has.
    """

    clusters: pd.DataFrame
    standardised: Floats
    centres: pd.DataFrame
    numbers: pd.DataFrame
    stability: Stability
    profile: pd.DataFrame
    themes: dict[int, Theme]
    coherence: dict[str, Any]
    f_values: pd.DataFrame
    unused_names: list[str]

    @property
    def k(self) -> int:
        """Number of clusters before discarding."""
        return len(self.centres)

    @property
    def label_to_idx(self) -> dict[str, int]:
        """Class index of each kept label."""
        return label_indices(self.themes)

    @property
    def labelled(self) -> pd.DataFrame:
        """Columns track_id and new_acoustic_label, for the tracks of kept clusters."""
        kept = self.clusters[self.clusters["label"] != ""]
        return (
            kept[["track_id", "label"]].rename(columns={"label": "new_acoustic_label"}).reset_index(drop=True)
        )


def relabel(
    descriptors: pd.DataFrame,
    splits: pd.DataFrame,
    tags: pd.DataFrame,
    choice: Choice,
    rules: Rules,
    *,
    own_names: Mapping[str, str] = MappingProxyType({}),
    names_file: str | Path = BY_HAND,
    seed: int,
) -> Relabelling:
    """Cluster the descriptors, profile the clusters against the tags, and name them.

    Parameters
    ----------
    descriptors
        track_id and numeric columns: the 22 descriptors of this project, or any other table of that form (AcousticBrainz).
    splits
        track_id and split; only "train" rows are fitted on and only their tags are looked at.
    tags
        Original tags, long format; may be empty.
    choice
        Number of clusters.
    rules
        What a cluster needs to be kept.
    own_names
        Names that a person gave in place of those that are found, see `reprise.relabel.own_names`.
    names_file
        Where these were read, for messages.
    seed
        Seed of K-Means and of all samples.

    Raises
    ------
    BadInput
        If a descriptor is not finite, there are too few training tracks, or fewer than two clusters are kept.
    """
    table = descriptors.merge(
        splits[["track_id", "split"]], on="track_id", validate="one_to_one"
    ).sort_values("track_id")
    names = [column for column in descriptors.columns if column != "track_id"]
    values = _finite(table, names)
    train = (table["split"] == "train").to_numpy()
    if not train.any():
        raise BadInput("relabel: no training tracks have descriptors; check data/splits/tracks.parquet")
    standardised = Standardiser.fit(values[train])(values)
    fitted = standardised[train]
    k_min, k_max = (choice.k, choice.k) if choice.k else (choice.k_min, choice.k_max)
    numbers = score_numbers(fitted, k_min, k_max, seed)
    centres = fit_kmeans(fitted, choose_number(numbers), seed)
    assigned = centres.assign(standardised)
    clusters = pd.DataFrame(
        {"track_id": table["track_id"].to_numpy(), "split": table["split"].to_numpy(), "cluster": assigned}
    )
    clusters["distance"] = np.linalg.norm(standardised - centres.centres[assigned], axis=1)
    training = clusters[train].set_index("track_id")["cluster"]
    profile = profile_clusters(training, tags)
    centre_table = pd.DataFrame(centres.centres, columns=names)
    found = name_clusters(training.value_counts(normalize=True), centre_table, profile, rules)
    unused = sorted(set(own_names) - {theme.name for theme in found.values()})
    themes = rename(found, own_names, names_file)
    _refuse_too_few(themes)
    clusters["label"] = clusters["cluster"].map({cluster: theme.name for cluster, theme in themes.items()})
    stability = measure_stability(fitted, centres, seed)
    open_tags = table["split"].isin(["train", "validation"]).to_numpy()
    coherence, f_values = compare_coherence(
        standardised[open_tags],
        table.loc[open_tags, "track_id"].to_numpy(dtype=np.str_),
        tags,
        len(centre_table),
        names,
        seed,
    )
    return Relabelling(
        clusters, standardised, centre_table, numbers, stability, profile, themes, coherence, f_values, unused
    )


def _finite(table: pd.DataFrame, names: list[str]) -> Floats:
    values: Floats = table[names].to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise BadInput(
            f"relabel: descriptor '{names[column]}' of track {table['track_id'].iloc[row]} is {values[row, column]}; it must be finite"
        )
    return values


def _refuse_too_few(themes: dict[int, Theme]) -> None:
    kept = [theme for theme in themes.values() if theme.name]
    if len(kept) < 2:
        reasons = ", ".join(theme.named_by for theme in themes.values() if not theme.name)
        raise BadInput(
            f"relabel: {len(kept)} of {len(themes)} clusters kept (discarded: {reasons}); two are needed: "
            "lower relabel.min_share or relabel.theme"
        )
