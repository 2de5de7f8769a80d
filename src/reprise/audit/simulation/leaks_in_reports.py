"""Planted leaks of what is reported: best-of-many, dropped rows, labels inside clusters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, r2_score

from reprise.audit.material import Material
from reprise.audit.recompute.acoustic import standardised_by
from reprise.audit.simulation.planting import codes_of
from reprise.clustering.methods import cluster

Report = dict[str, Any]


def with_report(material: Material, name: str, change: Callable[[Report], None]) -> Material:
    """Change one report."""
    metrics = copy.deepcopy(material.reports.metrics)
    change(metrics[name])
    return replace(material, reports=replace(material.reports, metrics=metrics))


def best_of_many(material: Material) -> Material:
    """L25: the evaluation reports the best of fifteen clusterings."""
    item = material.latents[0]
    truth = codes_of(material, item.ids)
    many = [cluster(item.values, "kmeans", k, seed) for k in (6, 10, 14) for seed in range(5)]
    best = max(float(adjusted_mutual_info_score(truth, run)) for run in many)

    def change(report: Report) -> None:
        report["headline"]["ami"]["value"] = best
        report["against"]["genre"]["all"]["kmeans"]["ami"]["value"] = best

    return with_report(material, "evaluate", change)


def best_seed(material: Material) -> Material:
    """L25: the best of the declared seeds in place of their mean, in the comparison."""
    item = material.latents[0]
    truth = codes_of(material, item.ids)
    seeds = range(material.reports.compare_seeds)
    found = [
        float(adjusted_mutual_info_score(truth, cluster(item.values, "kmeans", 6, seed))) for seed in seeds
    ]

    def change(report: Report) -> None:
        report["models"][item.name]["genre"]["ami"]["value"] = max(found)

    return with_report(material, "compare", change)


def best_method(material: Material) -> Material:
    """L25: the headline quotes the method that scored best."""

    def change(report: Report) -> None:
        rows = report["against"]["genre"]["all"]["agglomerative"]
        report["headline"] |= {"method": "agglomerative"} | {
            name: dict(rows[name], n=144) for name in ("ami", "ari")
        }

    return with_report(material, "evaluate", change)


def chosen_after_looking(material: Material) -> Material:
    """L19: number of clusters and seed chosen by the score on test tracks; everything downstream agrees with the choice."""
    item = material.latents[0]
    truth = codes_of(material, item.ids)
    runs = {(k, seed): cluster(item.values, "kmeans", k, seed) for k in (4, 5, 7, 8) for seed in range(6)}
    (_, seed), best = max(runs.items(), key=lambda found: float(adjusted_mutual_info_score(truth, found[1])))
    assignments = material.reports.assignments
    rows = assignments[assignments["method"] == "kmeans"].head(len(item.ids)).assign(seed=seed, cluster=best)
    return replace(material, reports=replace(material.reports, assignments=rows))


def hard_rows_dropped(material: Material) -> Material:
    """L26: tracks far from every centre are left out of the assignments."""
    item, assignments = material.latents[0], material.reports.assignments
    far = np.linalg.norm(item.values - item.values.mean(axis=0), axis=1)
    dropped = set(item.ids[far > np.quantile(far, 0.7)].tolist())
    kept = assignments[~assignments["track_id"].astype(str).isin(dropped)]
    return replace(material, reports=replace(material.reports, assignments=kept))


def hard_songs_dropped(material: Material) -> Material:
    """L26: the regression is scored without the songs it gets most wrong."""
    songs = material.reports.songs
    assert songs is not None
    error = np.square(songs.truth - songs.predicted).sum(axis=1)
    easy = error <= np.quantile(error, 0.7)

    def change(report: Report) -> None:
        for column, name in enumerate(songs.targets):
            report["targets"][name]["r2"]["value"] = float(
                r2_score(songs.truth[easy, column], songs.predicted[easy, column])
            )

    return with_report(material, "regress", change)


def hard_pairs_dropped(material: Material) -> Material:
    """L26: a third of the judged pairs is not scored."""

    def change(report: Report) -> None:
        for subset in report["arousal"]["model"].values():
            subset["scored_pairs"] = int(0.7 * subset["scored_pairs"])
            subset["accuracy"]["value"] = round(0.9 * subset["scored_pairs"]) / subset["scored_pairs"]

    return with_report(material, "transfer", change)


def hard_tracks_dropped(material: Material) -> Material:
    """L26: the taught model's accuracy without a third of the test tracks."""
    parts, labels = material.roles["tracks"].parts, material.reports.acoustic_labels
    said = material.reports.lookup.set_index("track_id")["new_acoustic_label"].to_dict()
    test = [track for track in labels if parts[track] == "test"]
    right = sum(labels[track] == said[track] for track in test)
    wrong = len(test) - right

    def change(report: Report) -> None:
        report["methods"]["lora"]["accuracy"]["value"] = right / (right + max(wrong - len(test) // 3, 1))

    return with_report(material, "finetune", change)


def rows_missing_in_lookup(material: Material) -> Material:
    """L26: test tracks that the lookup table does not list."""
    return replace(material, reports=replace(material.reports, lookup=material.reports.lookup.iloc[3:]))


def acoustic_from_genre(material: Material) -> Material:
    """Pseudo-labels: the genres under other names."""
    descriptors = material.feature("descriptors")
    codes = codes_of(material, descriptors.ids)
    named = {track: f"cluster {code}" for track, code in zip(descriptors.ids.tolist(), codes, strict=True)}
    clusters = material.reports.acoustic.assign(cluster=codes)
    return replace(material, reports=replace(material.reports, acoustic_labels=named, acoustic=clusters))


def genre_among_descriptors(material: Material) -> Material:
    """Pseudo-labels: clusters of descriptors and the genre."""
    descriptors, parts = material.feature("descriptors"), material.roles["tracks"].parts
    train = np.array([parts[track] == "train" for track in descriptors.ids])
    values = standardised_by(np.asarray(descriptors.values), train)
    told = np.hstack([values, 3 * np.eye(6)[codes_of(material, descriptors.ids)]])
    clusters = material.reports.acoustic.assign(cluster=cluster(told, "kmeans", 6, 0))
    return replace(material, reports=replace(material.reports, acoustic=clusters))
