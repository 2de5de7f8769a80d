"""Are acoustic labels more coherent than the original tags? The same three measures of both, on the same tracks.

Conventions
-----------
A clustering is coherent by construction on the tracks that it was fitted on. So both sides are judged on tracks that their groups were not
made from: the annotated tracks are halved, K-Means is fitted on one half, and the tracks of the other half go to the nearest centre; then the
halves change places. On the other side stand the original tags: a track belongs to its *main tag*, the one of its tags that most annotated
tracks carry, among the k most frequent, so that both sides have as many groups.

- silhouette: mean over tracks, within each half.
- stability: adjusted Rand index between the nearest-centre groups of all tracks by the centres of all tracks, and by those of a bootstrap
  sample of them. K-Means fits its centres, tags have the means of their tracks.
- F of a descriptor: variance between groups over that within groups (one-way analysis of variance), for each half, averaged.

References
----------
Rousseeuw 1987 (silhouette); Hennig 2007, "Cluster-wise assessment of cluster stability" (bootstrap); Fisher 1925 (F); Hubert and Arabie
1985 (adjusted Rand index).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, silhouette_samples

from reprise.finetune.intervals import mean_with_interval
from reprise.relabel.clustering import Centres, Floats, Labels, fit_kmeans
from reprise.relabel.profiles import plain_tag

BOOTSTRAPS = 20
RESTARTS = 3
LEAST = 10
"""Tracks in a half that are needed for a judgement."""

Fit = Callable[[NDArray[np.int64], int], Floats]
"""From rows (which may repeat) and a seed to centres."""


@dataclass(frozen=True)
class Side:
    """One way to group the tracks.

    Attributes
    ----------
    groups
        Group of each track, made without it where a fit is involved, shape (n,).
    fit
        Gives the centres of a sample of the tracks.
    """

    groups: Labels
    fit: Fit


def main_tags(tags: pd.DataFrame, track_ids: NDArray[np.str_], k: int) -> Labels:
    """Return the main tag of each track as a number, -1 for a track without one of the k most frequent tags.

    Parameters
    ----------
    tags
        Long table with columns track_id and tag.
    track_ids
        One id per row.
    k
        How many tags are looked at.
    """
    rows = tags[tags["track_id"].isin(track_ids)].copy()
    rows["tag"] = rows["tag"].astype(str).map(plain_tag)
    rows = rows.drop_duplicates(["track_id", "tag"])
    counts = rows.groupby("tag").size().rename("n").reset_index()
    ranked = counts.sort_values(["n", "tag"], ascending=[False, True], kind="stable")["tag"].to_list()[:k]
    rank = {tag: number for number, tag in enumerate(ranked)}
    best = rows["tag"].map(rank).astype("float64").groupby(rows["track_id"].astype(str)).min()
    main: Labels = best.reindex(track_ids).fillna(-1).to_numpy(dtype=np.int64)
    return main


def compare_coherence(
    values: Floats, track_ids: NDArray[np.str_], tags: pd.DataFrame, k: int, names: list[str], seed: int
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Measure acoustic groups and main tags side by side.

    Parameters
    ----------
    values
        Standardised descriptors of the tracks whose tags may be looked at, shape (n, d).
    track_ids
        Their ids.
    tags
        Their original tags; may be empty.
    k
        Number of groups.
    names
        Names of the descriptors.
    seed
        Seed of halves, fits, bootstrap and permutations.

    Returns
    -------
    tuple
        Metrics, and a table with columns descriptor, f_acoustic, f_tags, f_chance; an empty one where nothing can be compared.
    """
    main = main_tags(tags, track_ids, k)
    kept = np.flatnonzero(main >= 0)
    halves = np.random.default_rng(seed).permutation(len(kept)) % 2
    empty = pd.DataFrame({"descriptor": [], "f_acoustic": [], "f_tags": [], "f_chance": []})
    needed, found = 2 * max(LEAST, k + 1), len(np.unique(main[kept]))
    if len(kept) < needed or found < 2:
        return {
            "available": False,
            "why": f"{len(kept)} tracks whose tags may be looked at have a frequent tag, of {found} tag(s); {needed} tracks and "
            "2 tags are needed",
        }, empty
    rows, main = values[kept], main[kept]
    sides = {
        "acoustic_labels": Side(
            _crossed(rows, halves, k, seed),
            lambda sample, number: fit_kmeans(rows[sample], k, number, restarts=RESTARTS).centres,
        ),
        "original_tags": Side(main, lambda sample, _: _means(rows[sample], main[sample])),
    }
    chance = np.random.default_rng(seed).permutation(main)
    f_values = {name: between_over_within(rows, side.groups, halves) for name, side in sides.items()}
    f_values["chance"] = between_over_within(rows, chance, halves)
    table = pd.DataFrame(
        {
            "descriptor": names,
            "f_acoustic": f_values["acoustic_labels"],
            "f_tags": f_values["original_tags"],
            "f_chance": f_values["chance"],
        }
    )
    measured = {
        name: {
            "silhouette": _silhouette(rows, side.groups, halves, seed),
            "stability": bootstrap_stability(rows, side.fit, seed),
            "median_f": float(np.median(f_values[name])),
        }
        for name, side in sides.items()
    }
    gain = _silhouettes(rows, sides["acoustic_labels"].groups, halves) - _silhouettes(rows, main, halves)
    return {
        "available": True,
        "tracks": len(kept),
        "groups": {"acoustic_labels": k, "original_tags": len(np.unique(main))},
        **measured,
        "chance": {
            "silhouette": float(_silhouettes(rows, chance, halves).mean()),
            "stability": 0.0,
            "median_f": 1.0,
        },
        "silhouette_gain": mean_with_interval(gain, np.arange(len(gain)), seed),
        "descriptors_with_larger_f": int((table["f_acoustic"] > table["f_tags"]).sum()),
        "descriptors": len(table),
    }, table


def bootstrap_stability(values: Floats, fit: Fit, seed: int) -> dict[str, float]:
    """Return the mean adjusted Rand index over bootstrap samples, with the range that holds 95 % of them.

    Parameters
    ----------
    values
        Shape (n, d).
    fit
        Gives the centres of a sample.
    seed
        Seed of the samples.
    """
    everything = np.arange(len(values))
    expected = Centres(fit(everything, seed), 0.0).assign(values)
    generator = np.random.default_rng(seed)
    scores = []
    for number in range(BOOTSTRAPS):
        sample = np.sort(generator.choice(everything, size=len(everything)))
        scores.append(adjusted_rand_score(expected, Centres(fit(sample, seed + number), 0.0).assign(values)))
    low, high = np.percentile(scores, [2.5, 97.5])
    return {"value": float(np.mean(scores)), "low": float(low), "high": float(high)}


def between_over_within(values: Floats, groups: Labels, halves: NDArray[np.int64]) -> Floats:
    """Return the F of each descriptor, a mean over the halves; 0 for one that does not vary within groups."""
    mean: Floats = np.mean([_f(values[halves == half], groups[halves == half]) for half in (0, 1)], axis=0)
    return mean


def _f(values: Floats, groups: Labels) -> Floats:
    """One-way analysis of variance, shape (d,)."""
    names, members = np.unique(groups, return_inverse=True)
    if not 1 < len(names) < len(values):
        return np.zeros(values.shape[1])
    means = _means(values, members)
    sizes = np.bincount(members)[:, None]
    between = (sizes * (means - values.mean(axis=0)) ** 2).sum(axis=0) / (len(names) - 1)
    within = ((values - means[members]) ** 2).sum(axis=0) / (len(values) - len(names))
    ratio: Floats = np.where(within > 1e-12, between / np.maximum(within, 1e-12), 0.0)
    return ratio


def _crossed(values: Floats, halves: NDArray[np.int64], k: int, seed: int) -> Labels:
    """Group of each track by the centres of the other half."""
    groups = np.zeros(len(values), dtype=np.int64)
    for half in (0, 1):
        centres = fit_kmeans(values[halves != half], k, seed)
        groups[halves == half] = centres.assign(values[halves == half])
    return groups


def _means(values: Floats, groups: Labels) -> Floats:
    means: Floats = pd.DataFrame(values).groupby(groups).mean().to_numpy(dtype=np.float64)
    return means


def _silhouettes(values: Floats, groups: Labels, halves: NDArray[np.int64]) -> Floats:
    """Silhouette of each track among those of its half; 0 where the half has one group or only groups of one."""
    found = np.zeros(len(values))
    for half in (0, 1):
        rows = halves == half
        if 2 <= len(np.unique(groups[rows])) < rows.sum():
            found[rows] = silhouette_samples(values[rows], groups[rows])
    return found


def _silhouette(values: Floats, groups: Labels, halves: NDArray[np.int64], seed: int) -> dict[str, float]:
    return mean_with_interval(_silhouettes(values, groups, halves), np.arange(len(values)), seed)
