"""Names of clusters: their dominant tags, or what their descriptors say; clusters too small or without a theme get none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reprise.relabel.words import AXES, position

TAGS_IN_NAME = 2
AXES_IN_NAME = 3


@dataclass(frozen=True)
class Rules:
    """What a cluster needs to be kept.

    Attributes
    ----------
    min_share
        Smallest share of the training tracks, in [0, 1].
    fdr
        False discovery rate at which a tag is over-represented.
    theme
        Distance of a cluster's mean from the overall mean, in standard deviations, from which a descriptor makes a theme.
    """

    min_share: float
    fdr: float
    theme: float


@dataclass(frozen=True)
class Theme:
    """The fate of one cluster.

    Attributes
    ----------
    name
        Its label; empty if it is discarded.
    named_by
        "tags", "descriptors" or "hand"; for a discarded cluster the reason, "small", "themeless" or "unwanted" (by hand).
    """

    name: str
    named_by: str


def tag_words(profile: pd.DataFrame, cluster: int, fdr: float) -> list[str]:
    """Return the over-represented tags of a cluster, most significant first ("high-energy" becomes "High-Energy")."""
    rows = profile[(profile["cluster"] == cluster) & (profile["q_value"] <= fdr) & (profile["lift"] > 1)]
    return ["-".join(part.capitalize() for part in str(tag).split("-")) for tag in rows["tag"]]


def descriptor_words(centre: pd.Series[float], theme: float) -> list[str]:
    """Return words for the descriptors on which a cluster stands out, strongest first.

    Parameters
    ----------
    centre
        Standardised mean of the cluster, indexed by descriptor; descriptors without a word are ignored.
    theme
        Smallest absolute value, in standard deviations.
    """
    columns = [(axis.column(centre.index), axis) for axis in AXES]
    present = [(float(centre[column]), axis) for column, axis in columns if column is not None]
    strong = sorted((one for one in present if abs(one[0]) >= theme), key=lambda one: -abs(one[0]))
    return [axis.high if value > 0 else axis.low for value, axis in strong]


def name_clusters(
    shares: pd.Series[float], centres: pd.DataFrame, profile: pd.DataFrame, rules: Rules
) -> dict[int, Theme]:
    """Name every cluster, or say why it has no name.

    Parameters
    ----------
    shares
        Share of the training tracks in each cluster, indexed by cluster.
    centres
        Standardised centres, one row per cluster, one column per descriptor.
    profile
        Result of `reprise.relabel.profiles.profile_clusters`; empty where there are no tags.
    rules
        What a cluster needs to be kept.

    Returns
    -------
    dict
        Cluster to its theme; names are unique. A cluster without an over-represented tag is named by its descriptors.
    """
    themes: dict[int, Theme] = {}
    taken: set[str] = set()
    for cluster in sorted(centres.index):
        if float(shares.get(cluster, 0.0)) < rules.min_share:
            themes[cluster] = Theme("", "small")
            continue
        from_tags = tag_words(profile, cluster, rules.fdr)
        words = from_tags or descriptor_words(centres.loc[cluster], rules.theme)
        if not words:
            themes[cluster] = Theme("", "themeless")
            continue
        name = _unique(words, TAGS_IN_NAME if from_tags else AXES_IN_NAME, taken)
        taken.add(name)
        themes[cluster] = Theme(name, "tags" if from_tags else "descriptors")
    return themes


def _unique(words: list[str], wanted: int, taken: set[str]) -> str:
    """Join the first words, descriptors in the order of `AXES`; take more of them, then a number, until the name is new."""
    names = [
        " / ".join(sorted(words[:count], key=position))
        for count in range(wanted, max(wanted, len(words)) + 1)
    ]
    for name in names:
        if name not in taken:
            return name
    return next(
        f"{names[0]} ({number})"
        for number in range(2, len(taken) + 3)
        if f"{names[0]} ({number})" not in taken
    )


def label_indices(themes: dict[int, Theme]) -> dict[str, int]:
    """Return the class index of each label: alphabetical, from 0."""
    names = sorted(theme.name for theme in themes.values() if theme.name)
    return {name: index for index, name in enumerate(np.unique(names).tolist())}
