"""The evaluation and the clustering of the selected model, computed again from assignments, latents and labels by another implementation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, silhouette_score

from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling, Strings
from reprise.audit.recompute.agree import agreed, counted, entry
from reprise.models.read_latents import NO_LABELS

if TYPE_CHECKING:
    import pandas as pd

SCORES = {"ami": adjusted_mutual_info_score, "ari": adjusted_rand_score}
SCORED_UP_TO = 10_000
"""Tracks up to which the reported silhouette is that of all tracks, not of a sample."""

Runs = dict[str, dict[int, dict[str, int]]]
"""Method to seed to track to cluster."""


@dataclass(frozen=True)
class Declared:
    """What ``params.yaml`` says is clustered: number of clusters, first seed, number of seeds, methods."""

    k: int
    first_seed: int
    seeds: int
    methods: tuple[str, ...]


def runs_of(assignments: pd.DataFrame) -> Runs:
    """Return the assignments by method and seed."""
    found: Runs = {}
    for (method, seed), rows in assignments.groupby(["method", "seed"]):
        tracks, clusters = rows["track_id"].astype(str), rows["cluster"].astype(int)
        found.setdefault(str(method), {})[int(seed)] = dict(zip(tracks, clusters, strict=True))
    return found


def every_track(stage: str, assignments: pd.DataFrame, tracks: Strings) -> Finding:
    """Check that each method and seed assigned every track once."""
    wanted = set(tracks.tolist())
    wrong = []
    for (method, seed), rows in assignments.groupby(["method", "seed"]):
        found = rows["track_id"].to_numpy(dtype=str)
        if len(found) != len(wanted) or set(found.tolist()) != wanted:
            wrong.append(f"{method}/{seed}: {len(found)}")
    return Finding(
        "scores.rows",
        "cluster assignments",
        stage,
        "leak" if wrong else "ok",
        float(len(wrong)),
        f"{len(wrong)} clusterings do not hold each of {len(wanted)} tracks once"
        + (f" ({', '.join(wrong[:3])})" if wrong else ""),
        "assign every track; a track that is dropped belongs into the rejects table, not out of the score",
        count=len(wrong),
    )


def as_declared(stage: str, runs: Runs, declared: Declared) -> Finding:
    """Check that the runs are those that were declared: no seed, method or number of clusters chosen after looking."""
    wrong = sorted(set(runs) - set(declared.methods))
    every = set(range(declared.first_seed, declared.first_seed + declared.seeds))
    for method, by_seed in runs.items():
        if set(by_seed) not in (every, {declared.first_seed}):
            wrong.append(f"{method}: seeds {', '.join(map(str, sorted(by_seed)))}")
        for seed, clusters in by_seed.items():
            number = len(set(clusters.values()))
            if method != "own" and number > declared.k:
                wrong.append(f"{method}/{seed}: {number} clusters")
            if method == "kmeans" and number < declared.k:
                wrong.append(f"{method}/{seed}: {number} clusters")
    return Finding(
        "scores.as_declared",
        "cluster assignments",
        stage,
        "leak" if wrong else "ok",
        float(len(wrong)),
        f"{len(wrong)} of {sum(map(len, runs.values()))} runs are not the declared ones (k {declared.k}, {declared.seeds} seeds from {declared.first_seed})"
        + (f": {'; '.join(wrong[:3])}" if wrong else ""),
        "declare method, number of clusters and seeds in params.yaml before looking, and run all of them",
        count=len(wrong),
    )


def evaluation(
    reported: Mapping[str, Any], runs: Runs, labelling: Labelling, scopes: Mapping[str, Strings]
) -> Iterator[Finding]:
    """Yield each reported AMI and ARI beside the one computed again, and the headline's fairness and size.

    Parameters
    ----------
    reported
        ``metrics/evaluate.json``.
    runs
        See `runs_of`.
    labelling
        The label the scores are against.
    scopes
        Tracks of each scope.
    """
    for scope, tracks in scopes.items():
        rows = entry(reported, "against", labelling.name, scope) or {}
        for method, scores in rows.items():
            again = _again(runs.get(method, {}), labelling, tracks)
            for metric in scores.keys() & SCORES.keys():
                where = (metric.upper(), f"{method} on {scope} tracks by {labelling.name}", "evaluate")
                yield _compared(where, scores[metric], again[metric])
    yield from _headline(reported, runs, labelling, scopes)


def _headline(
    reported: Mapping[str, Any], runs: Runs, labelling: Labelling, scopes: Mapping[str, Strings]
) -> Iterator[Finding]:
    headline = entry(reported, "headline")
    if headline is None or headline["attribute"] != labelling.name:
        return
    scope, method = str(headline["scope"]), str(headline["method"])
    fair = (
        "all" if headline["labels_used"] == NO_LABELS else "test"
    )  # its own rule: the audited one is not asked
    usual = "kmeans" if "kmeans" in runs else min(runs, default="")
    rows, _ = labelling.at(scopes[scope])
    again = _again(runs.get(method, {}), labelling, scopes[scope])
    for metric in SCORES:
        yield _compared(
            (metric.upper(), f"the headline by {labelling.name}", "evaluate"), headline[metric], again[metric]
        )
    yield counted(
        f"headline by {labelling.name}", "evaluate", int(headline["ami"]["n"]), len(rows), f"tracks ({scope})"
    )
    usual_and_fair = method == usual and scope == fair
    yield Finding(
        "scores.headline",
        f"headline by {labelling.name}",
        "evaluate",
        "ok" if usual_and_fair else "leak",
        float(not usual_and_fair),
        f"quoted: {method} on {scope} tracks; fair: {usual} on {fair} tracks (labels used: {headline['labels_used']})",
        "quote the method that is declared, on tracks whose labels were not used, whatever scored best",
        count=len(rows),
    )


def separation(
    reported: Mapping[str, Any], runs: Runs, ids: Strings, values: np.ndarray
) -> Iterator[Finding]:
    """Yield each reported silhouette (``metrics/cluster.json``) beside the one computed again from the latents."""
    if len(ids) > SCORED_UP_TO:
        return
    for method, by_seed in runs.items():
        silhouette = entry(reported, "methods", method, "silhouette")
        clusters = [np.array([run.get(track, -1) for track in ids]) for run in by_seed.values()]
        if silhouette is None or any(len(np.unique(run)) < 2 for run in clusters):
            continue
        again = [float(silhouette_score(values.astype(np.float64), run)) for run in clusters]
        yield agreed(
            ("silhouette", method, "cluster"), float(silhouette["value"]), float(np.mean(again)), again
        )


def _again(
    by_seed: Mapping[int, Mapping[str, int]], labelling: Labelling, tracks: Strings
) -> dict[str, list[float]]:
    """Scores of each seed."""
    rows, position = labelling.at(tracks)
    codes = labelling.codes[position]
    clusters = [[run.get(track, -1) for track in tracks[rows]] for run in by_seed.values()]
    return {metric: [float(score(codes, run)) for run in clusters] for metric, score in SCORES.items()}


def _compared(where: tuple[str, str, str], reported: Mapping[str, Any], again: list[float]) -> Finding:
    return agreed(where, float(reported["value"]), float(np.mean(again)) if again else float("nan"), again)
