"""MusAV's official pair accuracy, and what stands beside it.

Conventions
-----------
A pair is judged by three annotators for one dimension; ``higher_value`` says who is higher: "a", "b", "ab" (equal) or "undefined". It is filled
even where annotators disagree, so only the subsets below are ever scored. A prediction is right if the track with the higher score is the one
that the annotators name. Pairs judged equal and tied predictions are skipped: accuracy goes with its coverage.

==========  ==================================================================
gt          two or three annotators agree
fa          all three agree
ct          gt, in triplets whose three judgements are consistent
ct.fa       both
==========  ==================================================================

References
----------
Bogdanov et al. 2022, "MusAV: a dataset of relative arousal-valence annotations for validation of audio models", ISMIR.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.finetune.intervals import mean_with_interval

DIMENSIONS = ("arousal", "valence")
SUBSETS = ("gt", "fa", "ct", "ct.fa")
CHANCE = 0.5


def subset(pairs: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the pairs of one of MusAV's subsets.

    Parameters
    ----------
    pairs
        Table of the contract ``pairs``.
    name
        One of `SUBSETS`.

    Raises
    ------
    BadInput
        If the name is unknown.
    """
    if name not in SUBSETS:
        raise BadInput(f"'{name}' is no subset of MusAV; it has {', '.join(SUBSETS)}")
    kept = pairs["agreement"].isin(["full-agreement", "majority-agreement"])
    if "fa" in name:
        kept &= pairs["agreement"] == "full-agreement"
    if "ct" in name:
        kept &= pairs["consistency"] == "consistent"
    return pairs[kept].reset_index(drop=True)


def decisions(pairs: pd.DataFrame, scores: pd.Series[float]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return for each scored pair whether the prediction is right, and its row in `pairs`.

    Parameters
    ----------
    pairs
        Pairs of one dimension (columns track_a, track_b, higher_value).
    scores
        Predicted value of each track, indexed by track_id; a track without one leaves its pairs unscored.
    """
    gap = (pairs["track_a"].map(scores) - pairs["track_b"].map(scores)).to_numpy(dtype=np.float64)
    strict = pairs["higher_value"].isin(["a", "b"]).to_numpy()
    rows = np.flatnonzero(strict & np.isfinite(gap) & (gap != 0))
    right = (gap[rows] > 0) == (pairs["higher_value"].to_numpy()[rows] == "a")
    return right.astype(np.float64), rows


def pair_accuracy(pairs: pd.DataFrame, scores: pd.Series[float], dimension: str, seed: int) -> dict[str, Any]:
    """Score predictions of one dimension on all subsets.

    Parameters
    ----------
    pairs
        Table of the contract ``pairs``.
    scores
        Predicted value of each track, indexed by track_id.
    dimension
        "arousal" or "valence".
    seed
        Seed of the bootstrap (over triplets).

    Returns
    -------
    dict
        By subset (a dot in its name becomes an underscore): accuracy in [0, 1] with interval and chance, scored pairs, and coverage (scored
        pairs over those that annotators do not call equal); or why there is none.
    """
    result = {}
    of_dimension = pairs[pairs["dimension"] == dimension]
    for name in SUBSETS:
        chosen = subset(of_dimension, name)
        right, rows = decisions(chosen, scores)
        strict = int(chosen["higher_value"].isin(["a", "b"]).sum())
        if len(rows):
            triplets = chosen["triplet_id"].to_numpy()[rows]
            accuracy = {**mean_with_interval(right, triplets, seed), "chance": CHANCE}
            result[name.replace(".", "_")] = {
                "accuracy": accuracy,
                "scored_pairs": len(rows),
                "coverage": len(rows) / strict,
            }
        else:
            result[name.replace(".", "_")] = {
                "available": False,
                "why": f"none of {strict} pairs can be scored",
            }
    return result


def human_accuracy(pairs: pd.DataFrame, dimension: str, seed: int) -> dict[str, Any]:
    """Score each annotator against the two others, where those agree and nobody says equal: what a person reaches.

    With three equal votes all three annotators are right; with two against one, only the one is judged, and is wrong.
    """
    of_dimension = pairs[pairs["dimension"] == dimension]
    votes = of_dimension[["votes_a", "votes_b"]].to_numpy(dtype=np.int64)
    unanimous, split = votes.max(axis=1) == 3, (votes.max(axis=1) == 2) & (votes.min(axis=1) == 1)
    triplets = of_dimension["triplet_id"].to_numpy()
    right = np.concatenate([np.ones(3 * int(unanimous.sum())), np.zeros(int(split.sum()))])
    if not len(right):
        return {"available": False, "why": "no pair with the strict votes of three annotators"}
    groups = np.concatenate([np.repeat(triplets[unanimous], 3), triplets[split]])
    return {**mean_with_interval(right, groups, seed), "chance": CHANCE, "judgements": len(right)}


def looks_swapped(pairs: pd.DataFrame, predictions: pd.DataFrame) -> bool:
    """Say whether arousal and valence seem to be exchanged: each column fits the other dimension better than its own, on ``gt``.

    Parameters
    ----------
    pairs
        Table of the contract ``pairs``.
    predictions
        Columns arousal and valence, indexed by track_id. (Some models put valence first.)
    """
    better = []
    for dimension, other in zip(DIMENSIONS, reversed(DIMENSIONS), strict=True):
        chosen = subset(pairs[pairs["dimension"] == dimension], "gt")
        own, crossed = (decisions(chosen, predictions[column])[0] for column in (dimension, other))
        better.append(len(own) > 0 and len(crossed) > 0 and crossed.mean() > own.mean())
    return all(better)


def score_predictions(pairs: pd.DataFrame, predictions: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Score somebody's predictions officially, and refuse columns that are exchanged.

    Parameters
    ----------
    pairs
        Table of the contract ``pairs``.
    predictions
        Columns arousal and valence, indexed by track_id; the scale of the values does not matter.
    seed
        Seed of the bootstrap.

    Returns
    -------
    dict
        For each dimension the result of `pair_accuracy`, with ``third_human_against_two`` beside it.

    Raises
    ------
    BadInput
        If a column is missing, or arousal and valence seem to be exchanged.
    """
    missing = [name for name in DIMENSIONS if name not in predictions.columns]
    if missing:
        raise BadInput(
            f"predictions have no column '{missing[0]}'; they have {', '.join(map(str, predictions.columns))}"
        )
    if looks_swapped(pairs, predictions):
        raise BadInput(
            "the columns of the predictions seem to be exchanged: 'valence' fits the judgements of arousal better than 'arousal' does, and the "
            "other way round (Essentia's models put valence first); name them rightly"
        )
    return {
        dimension: {
            "predictions": pair_accuracy(pairs, predictions[dimension], dimension, seed),
            "third_human_against_two": human_accuracy(pairs, dimension, seed),
        }
        for dimension in DIMENSIONS
    }
