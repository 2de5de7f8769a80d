"""The comparison of models, computed again: every representation clustered anew with every declared seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    normalized_mutual_info_score,
)

from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling, Strings
from reprise.audit.recompute.agree import agreed, counted, entry
from reprise.clustering.methods import cluster

SCORES = {
    "ami": adjusted_mutual_info_score,
    "ari": adjusted_rand_score,
    "nmi": normalized_mutual_info_score,
}
MOST_TRACKS = 3000
"""Tracks up to which all representations are clustered again."""


def comparison(
    reported: Mapping[str, Any],
    entrants: Mapping[str, tuple[Strings, np.ndarray]],
    labellings: tuple[Labelling, ...],
    test: Strings,
    seeds: range,
) -> Iterator[Finding]:
    """Yield the reported agreement of each representation beside the one computed again.

    Parameters
    ----------
    reported
        ``metrics/compare.json``.
    entrants
        Name to ids and vectors, in the units in which they were clustered.
    labellings
        Labels.
    test
        Test tracks.
    seeds
        Declared clustering seeds.
    """
    for name, (ids, values) in entrants.items():
        block = entry(reported, "models", name)
        if block is None or len(ids) > MOST_TRACKS:
            continue
        runs = [cluster(values, "kmeans", int(reported["k"]), seed) for seed in seeds]
        for labelling in labellings:
            found = entry(block, labelling.name)
            if found is None or "ami" not in found:
                continue
            kept = np.ones(len(ids), dtype=bool) if block["fair_scope"] == "all" else np.isin(ids, test)
            yield from _scope(f"{name} by {labelling.name}", found, labelling, ids, (runs, kept))
            if entry(found, "test", "ami"):
                subject = f"{name} on test tracks by {labelling.name}"
                yield from _scope(subject, found["test"], labelling, ids, (runs, np.isin(ids, test)))


def _scope(
    subject: str,
    reported: Mapping[str, Any],
    labelling: Labelling,
    ids: Strings,
    clustered: tuple[list[np.ndarray], np.ndarray],
) -> Iterator[Finding]:
    runs, kept = clustered
    rows, position = labelling.at(ids)
    rows, position = rows[kept[rows]], position[kept[rows]]
    if "n" in reported["ami"]:
        yield counted(subject, "compare", int(reported["ami"]["n"]), len(rows), "tracks")
    for metric in sorted(SCORES.keys() & reported.keys()):
        again = [float(SCORES[metric](labelling.codes[position], run[rows])) for run in runs]
        where = (metric.upper(), subject, "compare")
        yield agreed(where, float(reported[metric]["value"]), float(np.mean(again)), again)
