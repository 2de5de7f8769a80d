"""Whether the reported scores are those of all tracks and all seeds: best-of-many and dropped rows show nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling, Strings

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 2e-5
"""Reported numbers have six significant digits."""


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


def recomputed(
    stage: str,
    reported: Mapping[str, Any],
    assignments: pd.DataFrame,
    labelling: Labelling,
    scopes: Mapping[str, Strings],
) -> list[Finding]:
    """Compute each reported AMI again, from the assignments and the labels, by another implementation.

    Parameters
    ----------
    stage
        The stage that reported.
    reported
        ``metrics/evaluate.json``.
    assignments
        ``track_id``, ``method``, ``seed``, ``cluster``.
    labelling
        The label the scores are against.
    scopes
        Tracks of each scope.
    """
    against = reported.get("against", {}).get(labelling.name, {})
    found = []
    for scope, tracks in scopes.items():
        rows = against.get(scope, {})
        for method, scores in rows.items() if rows.get("available", True) else ():
            per_seed = _per_seed(assignments, method, labelling, tracks)
            subject = f"{method} on {scope} tracks by {labelling.name}"
            found.append(_compare(stage, subject, float(scores["ami"]["value"]), per_seed))
    return found


def _per_seed(assignments: pd.DataFrame, method: str, labelling: Labelling, tracks: Strings) -> list[float]:
    rows, position = labelling.at(tracks)
    ids, codes = tracks[rows], labelling.codes[position]
    scores = []
    for _, run in assignments[assignments["method"] == method].groupby("seed"):
        cluster = dict(zip(run["track_id"].to_numpy(dtype=str), run["cluster"].to_numpy(), strict=True))
        clusters = [cluster.get(track, -1) for track in ids]
        scores.append(float(adjusted_mutual_info_score(codes, clusters)))
    return scores


def _compare(stage: str, subject: str, reported: float, per_seed: list[float]) -> Finding:
    mean = float(np.mean(per_seed)) if per_seed else float("nan")
    same = abs(reported - mean) <= TOLERANCE * max(1.0, abs(mean))
    chosen = bool(per_seed) and not same and abs(reported - max(per_seed)) <= TOLERANCE
    return Finding(
        "scores.recomputed",
        subject,
        stage,
        "ok" if same else "leak",
        reported - mean if per_seed else 0.0,
        f"AMI reported {reported:.5f}, computed again {mean:.5f} as the mean of {len(per_seed)} seeds"
        + (": the reported one is the best seed" if chosen else ""),
        "report the mean over all seeds and all tracks",
        count=len(per_seed),
    )
