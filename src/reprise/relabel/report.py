"""Metrics of the relabelling: coherence with its uncertainty and chance, and what was kept and discarded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_samples

from reprise.finetune.intervals import mean_with_interval
from reprise.relabel.acoustic import Relabelling
from reprise.relabel.clustering import Floats, Labels
from reprise.relabel.naming import Rules

PERMUTATIONS = 20
REASONS = ("small", "themeless", "unwanted")


def summarise(result: Relabelling, rules: Rules, *, fixed: bool, seed: int) -> dict[str, Any]:
    """Return the metrics of a relabelling.

    Parameters
    ----------
    result
        The relabelling.
    rules
        The rules that it used.
    fixed
        Whether the number of clusters was given rather than chosen.
    seed
        Seed of bootstrap and permutations.
    """
    stability = mean_with_interval(result.stability.scores, np.arange(len(result.stability.scores)), seed)
    return {
        "k": result.k,
        "k_chosen_by": "fixed by relabel.k"
        if fixed
        else "mean rank of silhouette, elbow, stability and BIC on the training tracks",
        "kept": len(result.label_to_idx),
        "discarded": {
            **{reason: _count(result, reason) for reason in REASONS},
            "tracks": len(result.clusters) - len(result.labelled),
        },
        "own_names": {
            "used": sum(theme.named_by in ("hand", "unwanted") for theme in result.themes.values()),
            "unused": ", ".join(result.unused_names) or "none",
        },
        "best_k": best_numbers(result.numbers),
        "coherence": result.coherence,
        "tracks": {
            "labelled": len(result.labelled),
            "without_label": len(result.clusters) - len(result.labelled),
            "fitted_on": int((result.clusters["split"] == "train").sum()),
        },
        "stability": {**stability, "chance": 0.0, "measure": "adjusted Rand index under 80 % subsampling"},
        "silhouette": {split: silhouette(result, split, seed) for split in ("train", "validation", "test")},
        "labels": {
            theme.name: {"named_by": theme.named_by, "cluster": cluster, **_sizes(result, cluster)}
            for cluster, theme in result.themes.items()
            if theme.name
        },
        "tags": _tags(result, rules),
        "labels_used": "none: names from descriptors"
        if result.profile.empty
        else "original tags of training tracks, for names only",
    }


def best_numbers(numbers: pd.DataFrame) -> dict[str, int]:
    """Return the number of clusters that each criterion alone would take."""
    best = {name: numbers[name].idxmax() for name in ("elbow", "silhouette", "stability")}
    best["bic"] = numbers["bic"].idxmin()
    return {name: int(numbers.loc[row, "k"]) for name, row in best.items()}


def silhouette(result: Relabelling, split: str, seed: int) -> dict[str, Any]:
    """Return the mean silhouette of one split, with interval and the value of shuffled assignments."""
    rows = (result.clusters["split"] == split).to_numpy()
    values, clusters = result.standardised[rows], result.clusters["cluster"].to_numpy(dtype=np.int64)[rows]
    if not 2 <= len(np.unique(clusters)) < len(clusters):
        return {
            "available": False,
            "why": f"{len(clusters)} {split} tracks in {len(np.unique(clusters))} clusters",
        }
    measured = mean_with_interval(silhouette_samples(values, clusters), np.arange(len(clusters)), seed)
    return {**measured, "chance": _shuffled(values, clusters, seed), "n": len(clusters)}


def _shuffled(values: Floats, clusters: Labels, seed: int) -> float:
    generator = np.random.default_rng(seed)
    draws = [silhouette_samples(values, generator.permutation(clusters)).mean() for _ in range(PERMUTATIONS)]
    return float(np.mean(draws))


def _tags(result: Relabelling, rules: Rules) -> dict[str, Any]:
    profile = result.profile
    if profile.empty:
        why = (
            "no training track carries a tag that is frequent enough; clusters are named by their descriptors"
        )
        return {"available": False, "why": why}
    significant = (profile["q_value"] <= rules.fdr) & (profile["lift"] > 1)
    return {
        "available": True,
        "tested_tags": int(profile["tag"].nunique()),
        "tests": len(profile),
        "over_represented": int(significant.sum()),
        "false_discovery_rate": rules.fdr,
        "tagged_training_tracks": int(profile.drop_duplicates("cluster")["cluster_tracks"].sum()),
    }


def _sizes(result: Relabelling, cluster: int) -> dict[str, int]:
    splits = result.clusters.loc[result.clusters["cluster"] == cluster, "split"]
    return {split: int((splits == split).sum()) for split in ("train", "validation", "test")}


def _count(result: Relabelling, reason: str) -> int:
    return sum(theme.named_by == reason and not theme.name for theme in result.themes.values())
