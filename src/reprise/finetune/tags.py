"""Original tags as multi-label targets, and how well scores rank them.

Conventions
-----------
A track without any tag is unannotated, not a negative example, and is left out. Macro means are over the tags that have both
positive and negative examples among the judged tracks. Chance is .5 for ROC-AUC and the tag's prevalence for PR-AUC.

References
----------
Bogdanov et al. 2019, "The MTG-Jamendo dataset for automatic music tagging" (macro PR-AUC and ROC-AUC).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from reprise.finetune.intervals import bootstrap

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TagTargets:
    """Tags of the tracks as zeros and ones.

    Attributes
    ----------
    names
        Tags carried by enough training tracks, alphabetical, m of them.
    values
        Shape (tracks, m), float32, 0 or 1.
    annotated
        Whether a track has any tag at all, shape (tracks,).
    """

    names: list[str]
    values: Floats
    annotated: NDArray[np.bool_]


def tag_targets(
    track_ids: pd.Series[str], tags: pd.DataFrame, train: NDArray[np.bool_], min_tracks: int
) -> TagTargets:
    """Build the target matrix.

    Parameters
    ----------
    track_ids
        One id per row.
    tags
        Long table with columns track_id and tag; may be empty.
    train
        Whether a row is a training track; tags are counted there.
    min_tracks
        Training tracks that must carry a tag, and must not carry it while being annotated.
    """
    known = tags[tags["track_id"].isin(track_ids)].drop_duplicates(["track_id", "tag"])
    table = (
        pd.crosstab(known["track_id"].astype(str), known["tag"].astype(str)) if len(known) else pd.DataFrame()
    )
    table = table.reindex(track_ids.astype(str))
    annotated = (
        table.notna().all(axis=1).to_numpy() if table.shape[1] else np.zeros(len(track_ids), dtype=bool)
    )
    judged = table[train & annotated]
    positive = (judged == 1).sum()
    names = sorted(table.columns[(positive >= min_tracks) & (positive <= len(judged) - min_tracks)])
    return TagTargets(names, table[names].fillna(0).to_numpy(dtype=np.float32), annotated)


def roc_auc(truth: Floats, scores: Floats) -> NDArray[np.float64]:
    """Return the area under the ROC curve of each column, by ranks (Mann-Whitney); NaN for a column of one class.

    Parameters
    ----------
    truth
        Zeros and ones, shape (n, m).
    scores
        Any monotone scores, shape (n, m).
    """
    positive = truth.sum(axis=0, dtype=np.float64)
    pairs = positive * (len(truth) - positive)
    ranks = (rankdata(scores, axis=0) * truth).sum(axis=0)
    area: NDArray[np.float64] = np.where(
        pairs > 0, (ranks - positive * (positive + 1) / 2) / np.where(pairs > 0, pairs, 1), np.nan
    )
    return area


def average_precision(truth: Floats, scores: Floats) -> NDArray[np.float64]:
    """Return the average precision of each column (tied scores count as one threshold); NaN for a column of one class.

    Parameters
    ----------
    truth
        Zeros and ones, shape (n, m).
    scores
        Any monotone scores, shape (n, m).
    """
    at_least = rankdata(-scores, axis=0, method="max").astype(np.int64)  # tracks that score at least as high
    order = np.argsort(at_least, axis=0, kind="stable")
    found = np.take_along_axis(
        np.cumsum(np.take_along_axis(truth, order, axis=0), axis=0), at_least - 1, axis=0
    )
    positive = truth.sum(axis=0)
    mean = (truth * found / at_least).sum(axis=0, dtype=np.float64) / np.maximum(positive, 1)
    area: NDArray[np.float64] = np.where((positive > 0) & (positive < len(truth)), mean, np.nan)
    return area


def judge_tags(truth: Floats, scores: Floats, seed: int) -> dict[str, Any]:
    """Return macro ROC-AUC and PR-AUC with bootstrap intervals over tracks and chance levels, or why there are none."""
    judged = (truth.sum(axis=0) > 0) & (truth.sum(axis=0) < len(truth))
    if not judged.any():
        return {
            "available": False,
            "why": f"no tag has both positive and negative examples among {len(truth)} annotated tracks",
        }
    truth, scores = truth[:, judged], scores[:, judged]
    result: dict[str, Any] = {"available": True, "tags": int(judged.sum()), "tracks": len(truth)}
    for name, measure, chance in (
        ("roc_auc", roc_auc, 0.5),
        ("pr_auc", average_precision, float(truth.mean())),
    ):

        def macro(
            rows: NDArray[np.int64], measure: Callable[[Floats, Floats], NDArray[np.float64]] = measure
        ) -> float:
            values = measure(truth[rows], scores[rows])
            return float(np.nanmean(values)) if np.isfinite(values).any() else math.nan

        everything = np.arange(len(truth))
        low, high = bootstrap(macro, everything, seed)
        result[name] = {"value": macro(everything), "low": low, "high": high, "chance": chance}
    return result


def difference_in_roc_auc(truth: Floats, one: Floats, other: Floats, seed: int) -> dict[str, float]:
    """Return macro ROC-AUC of some scores minus that of others, with its bootstrap interval over the same tracks.

    Parameters
    ----------
    truth
        Zeros and ones, shape (n, m); tags of one class are left out.
    one, other
        Scores, shape (n, m).
    seed
        Seed of the bootstrap.
    """

    def gain(rows: NDArray[np.int64]) -> float:
        gaps = roc_auc(truth[rows], one[rows]) - roc_auc(truth[rows], other[rows])
        return float(np.nanmean(gaps)) if np.isfinite(gaps).any() else math.nan

    everything = np.arange(len(truth))
    low, high = bootstrap(gain, everything, seed)
    return {"value": gain(everything), "low": low, "high": high}
