"""Checks of what the run reported: every headline number that the artefacts allow is computed again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reprise.audit.checks.pseudo_labels import class_in_name, nearest_centre, same_partition
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Strings
from reprise.audit.material import Material
from reprise.audit.recompute.acoustic import finetuning, lookup, relabelling, standardised_by
from reprise.audit.recompute.clusterings import as_declared, evaluation, every_track, runs_of, separation
from reprise.audit.recompute.comparison import MOST_TRACKS, comparison
from reprise.audit.recompute.judged import mood, regression
from reprise.tables import TARGETS

DIMENSIONS = ("arousal", "valence")
AUDIO = ("danceability", "loudness")
SONG_GROUPS = {"lyric_topics": tuple(name for name in TARGETS if name not in AUDIO), "audio": AUDIO}
HAND_MADE = {"hand-made": "pooled", "22 descriptors": "descriptors"}


def report_checks(material: Material) -> Iterator[Finding]:
    """Yield the findings about reports."""
    parts = material.roles["tracks"].parts
    test = np.array(sorted(track for track, part in parts.items() if part == "test"), dtype=str)
    yield from _clusters(material, test)
    yield from _comparison(material, test)
    yield from _acoustic(material)
    for name in ("transfer", "regress"):
        if material.reports.metrics[name].get("available", True) is False:
            yield skipped(f"scores.{name}", "all numbers", name, str(material.reports.metrics[name]["why"]))
    yield from mood(material.reports.metrics["transfer"], material.side.pairs, DIMENSIONS)
    if material.reports.songs is not None:
        groups = {
            group: tuple(name for name in names if name in material.reports.songs.targets)
            for group, names in SONG_GROUPS.items()
        }
        known = {group: names for group, names in groups.items() if names}
        yield from regression(material.reports.metrics["regress"], material.reports.songs, known)


def _clusters(material: Material, test: Strings) -> Iterator[Finding]:
    reports = material.reports
    if reports.assignments.empty:
        why = str(reports.metrics["cluster"].get("why", "the selected model is not available"))
        yield skipped("scores.rows", "cluster assignments", "cluster", why)
        return
    tracks = material.orders["feature rows"][1]
    runs = runs_of(reports.assignments)
    yield every_track("cluster", reports.assignments, tracks)
    yield as_declared("cluster", runs, reports.declared)
    scopes = {"all": tracks, "test": np.intersect1d(test, tracks)}
    for labelling in material.corpus.labellings:
        yield from evaluation(reports.metrics["evaluate"], runs, labelling, scopes)
    selected = material.latent(str(reports.metrics["cluster"].get("selected_model", "")))
    if selected is None:
        return
    yield from separation(reports.metrics["cluster"], runs, selected.ids, selected.values)
    for seed, run in runs.get("kmeans", {}).items():
        clusters = np.array([run.get(track, -1) for track in selected.ids])
        what = (f"kmeans of seed {seed}", f"latents of {selected.name}", "cluster")
        everyone = np.ones(len(clusters), dtype=bool)
        yield nearest_centre(what, clusters, selected.values.astype(np.float64), everyone)


def _comparison(material: Material, test: Strings) -> Iterator[Finding]:
    train = np.array(
        [material.roles["tracks"].parts.get(track) == "train" for track in material.features[0].ids]
    )
    if len(train) > MOST_TRACKS:
        yield skipped(
            "scores.compare", "all numbers", "compare", f"more than {MOST_TRACKS} tracks to cluster again"
        )
        return
    entrants = {item.name: (item.ids, item.values) for item in material.latents}
    for name, table in HAND_MADE.items():
        item = material.feature(table)
        values = item.values[:, item.values[train].std(axis=0) > 1e-12]
        entrants[name] = (item.ids, standardised_by(values, train))
    first, count = material.reports.declared.first_seed, material.reports.compare_seeds
    yield from comparison(
        material.reports.metrics["compare"],
        entrants,
        material.corpus.labellings,
        test,
        range(first, first + count),
    )


def _acoustic(material: Material) -> Iterator[Finding]:
    reports, parts = material.reports, material.roles["tracks"].parts
    descriptors = material.feature("descriptors")
    clusters = reports.acoustic.set_index("track_id").reindex(descriptors.ids).reset_index(names="track_id")
    if clusters["cluster"].notna().all():
        train = np.array([parts.get(track) == "train" for track in descriptors.ids])
        values = standardised_by(descriptors.values, train)
        yield from relabelling(reports.metrics["relabel"], clusters, values, parts)
        what = ("acoustic clusters", "standardised descriptors", "relabel")
        yield nearest_centre(what, clusters["cluster"].to_numpy(dtype=np.int64), values, train)
    else:
        lacking = int(clusters["cluster"].isna().sum())
        text = f"{lacking} of {len(clusters)} tracks have no acoustic cluster"
        yield Finding(
            "scores.rows",
            "acoustic clusters",
            "relabel",
            "leak",
            float(lacking),
            text,
            "assign every track",
            count=lacking,
        )
    ids = np.array(list(reports.acoustic_labels), dtype=str)
    names = np.array(list(reports.acoustic_labels.values()), dtype=str)
    for labelling in material.corpus.labellings:
        yield same_partition("relabel", ids, names, labelling)
        yield class_in_name("relabel", names, labelling)
    said = reports.lookup.set_index("track_id")["new_acoustic_label"].to_dict()
    if reports.metrics["finetune"].get("available", True) is False:
        yield skipped(
            "scores.finetune", "all numbers", "finetune", str(reports.metrics["finetune"].get("why", ""))
        )
    else:
        yield from finetuning(reports.metrics["finetune"], reports.acoustic_labels, said, parts)
    selected = material.latent(str(reports.metrics["lookup"].get("selected_model", "")))
    groups = material.roles["tracks"].groups.dropna(subset=["artist_id"])
    artists = dict(zip(groups["track_id"].astype(str), groups["artist_id"].astype(str), strict=True))
    latents = None if selected is None else (selected.ids, selected.values)
    yield from lookup(reports.metrics["lookup"], reports.lookup, latents, artists, parts)
