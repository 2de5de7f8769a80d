"""Mood and song regression, computed again: pairs counted by MusAV's rules, R² and errors from the saved regressor's predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, r2_score

from reprise.audit.finding import Finding
from reprise.audit.recompute.agree import agreed, counted, entry, granular

if TYPE_CHECKING:
    import pandas as pd

SUBSETS = ("gt", "fa", "ct", "ct_fa")
LEAST_COVERAGE = 0.9
"""Share of the strict pairs that must be scored: predictions of a network hardly ever tie."""


def mood(reported: Mapping[str, Any], pairs: pd.DataFrame, dimensions: tuple[str, ...]) -> Iterator[Finding]:
    """Yield how many pairs were scored of how many, whether accuracies are whole numbers of pairs, and what a third human reaches.

    The predictions behind the accuracies are cross-validated and not kept, so the accuracies themselves cannot be computed again.

    Parameters
    ----------
    reported
        ``metrics/transfer.json``.
    pairs
        Table of judged pairs.
    dimensions
        ``arousal`` and ``valence``.
    """
    if entry(reported, "trained_on") is None:
        return
    yield counted(
        "triplets",
        "transfer",
        int(reported["trained_on"]["triplets"]),
        pairs["triplet_id"].nunique(),
        "triplets",
    )
    for dimension in dimensions:
        rows = pairs[pairs["dimension"] == dimension]
        for subset in SUBSETS:
            found = entry(reported, dimension, "model", subset)
            if found is not None:
                yield from _subset(f"{dimension}, {subset}", found, _strict(rows, subset))
        human = entry(reported, dimension, "third_human_against_two")
        if human is not None:
            again, judged = _third(rows)
            yield counted(
                f"third human, {dimension}", "transfer", int(human["judgements"]), judged, "judgements"
            )
            yield agreed(
                ("accuracy", f"a third human, {dimension}", "transfer"), float(human["value"]), again
            )


def _subset(subject: str, found: Mapping[str, Any], strict: int) -> Iterator[Finding]:
    scored, coverage = int(found["scored_pairs"]), float(found["coverage"])
    yield granular(("accuracy", subject, "transfer"), float(found["accuracy"]["value"]), scored)
    dropped = strict - scored
    told = abs(coverage - scored / max(strict, 1)) <= 1e-5
    enough = scored >= LEAST_COVERAGE * strict
    yield Finding(
        "scores.coverage",
        subject,
        "transfer",
        "ok" if told and enough else "leak",
        scored / max(strict, 1),
        f"{scored} of {strict} strict pairs scored, coverage reported {coverage:.3f}",
        "score every strict pair; only tied predictions may be left out, and are counted",
        count=dropped,
    )


def _strict(pairs: pd.DataFrame, subset: str) -> int:
    kept = pairs["agreement"].isin(["full-agreement", "majority-agreement"])
    if "fa" in subset:
        kept &= pairs["agreement"] == "full-agreement"
    if "ct" in subset:
        kept &= pairs["consistency"] == "consistent"
    return int((kept & pairs["higher_value"].isin(["a", "b"])).sum())


def _third(pairs: pd.DataFrame) -> tuple[float, int]:
    """Accuracy of each annotator against two who agree, and the number of such judgements."""
    right = judged = 0
    for a, b in zip(pairs["votes_a"], pairs["votes_b"], strict=True):
        if {a, b} == {3, 0}:
            right, judged = right + 3, judged + 3
        elif {a, b} == {2, 1}:
            judged += 1
    return (right / judged if judged else float("nan")), judged


@dataclass(frozen=True)
class SongPredictions:
    """Test songs.

    Attributes
    ----------
    targets
        Names of the m targets.
    truth, predicted
        Shape (n, m), in the units of the table.
    baseline
        Shape (m,): mean of the training songs.
    counts
        Songs with targets in each part, by the split.
    """

    targets: tuple[str, ...]
    truth: np.ndarray
    predicted: np.ndarray
    baseline: np.ndarray
    counts: Mapping[str, int]


def regression(
    reported: Mapping[str, Any], songs: SongPredictions, groups: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    """Yield R², error and rank correlation of each target and group of targets.

    Parameters
    ----------
    reported
        ``metrics/regress.json``.
    songs
        Predictions of the saved regressor.
    groups
        Group to its targets.
    """
    if entry(reported, "targets") is None:
        return
    for part, count in songs.counts.items():
        yield counted(f"{part} songs", "regress", int(reported["songs"][part]), count, "songs")
    again = {name: _scores(songs, column) for column, name in enumerate(songs.targets)}
    for name, values in again.items():
        for metric, value in values.items():
            found = entry(reported, "targets", name, metric)
            if found is not None and np.isfinite(value):
                yield agreed((metric, name, "regress"), float(found["value"]), value, remedy=REMEDY)
    yield from _chance(reported, songs)
    for group, members in groups.items():
        found = entry(reported, "groups", group, "regressor", "r2")
        mean = float(np.mean([again[name]["r2"] for name in members]))
        if found is not None and np.isfinite(mean):
            yield agreed(("mean r2", group, "regress"), float(found["value"]), mean, remedy=REMEDY)


def _chance(reported: Mapping[str, Any], songs: SongPredictions) -> Iterator[Finding]:
    """Yield the reported chance level of each R²: that of the training mean."""
    for column, name in enumerate(songs.targets):
        found, truth = entry(reported, "targets", name, "r2"), songs.truth[:, column]
        if found is not None and "chance" in found and np.ptp(truth) > 1e-12:
            again = float(r2_score(truth, np.full(len(truth), songs.baseline[column])))
            yield agreed(("chance r2", name, "regress"), float(found["chance"]), again, remedy=REMEDY)


REMEDY = "report the saved regressor on all test songs"


def _scores(songs: SongPredictions, column: int) -> dict[str, float]:
    truth, predicted = songs.truth[:, column], songs.predicted[:, column]
    varies = np.ptp(truth) > 1e-12
    moves = np.ptp(predicted) > 1e-9
    return {
        "r2": float(r2_score(truth, predicted)) if varies else float("nan"),
        "mae": float(mean_absolute_error(truth, predicted)),
        "spearman": float(spearmanr(truth, predicted).statistic) if varies and moves else float("nan"),
    }
