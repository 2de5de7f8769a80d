"""Transfer to mood: train on all judgements, and judge by cross-validation that keeps triplets whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from reprise.emotion.judgements import Judgements, Rows, folds, read_judgements
from reprise.emotion.loudness import loudness
from reprise.emotion.musav import DIMENSIONS, human_accuracy, looks_swapped, pair_accuracy
from reprise.emotion.regressor import Training, as_values, calibrate, train_on_pairs, train_on_values
from reprise.emotion.store import PAIRS, VALUES, Mood
from reprise.errors import BadInput
from reprise.finetune.crops import Floats
from reprise.finetune.embedding import embed_all
from reprise.finetune.inputs import read_spectrograms
from reprise.finetune.intervals import bootstrap
from reprise.finetune.saved import SavedModel
from reprise.tables import read_table

LEAST_VALUES = 10
"""Tracks with absolute values from which a model of them is trained."""

SIMULATED = "embedded stand-in for MusAV: its annotators are simulated"


@dataclass(frozen=True)
class Corpus:
    """The emotion corpus.

    Attributes
    ----------
    track_ids
        One id per row.
    embeddings
        Of the finetuned backbone, shape (tracks, d).
    loudness
        In dB, shape (tracks,).
    pairs
        Table of the contract ``pairs``.
    affect
        Absolute arousal and valence in [0, 1]; may be empty.
    judgements
        The pairs as training targets.
    """

    track_ids: pd.Series[str]
    embeddings: Floats
    loudness: NDArray[np.float64]
    pairs: pd.DataFrame
    affect: pd.DataFrame
    judgements: Judgements


def read_corpus(folder: str | Path, features: str | Path, saved: SavedModel) -> Corpus:
    """Embed the emotion corpus and read its judgements.

    Parameters
    ----------
    folder
        ``data/corpus/emotion``: pairs.parquet, affect.parquet.
    features
        ``data/features/emotion/frames``.
    saved
        The finetuned model.
    """
    spectrograms = read_spectrograms(features)
    pairs = read_table(Path(folder) / "pairs.parquet", "pairs")
    return Corpus(
        track_ids=spectrograms.track_ids,
        embeddings=embed_all(saved.model.backbone, spectrograms.mel, saved.embedding_crops),
        loudness=loudness(spectrograms.mel),
        pairs=pairs,
        affect=read_table(Path(folder) / "affect.parquet", "affect"),
        judgements=read_judgements(pairs, spectrograms.track_ids),
    )


def transfer(
    corpus: Corpus, about: dict[str, Any], training: Training, count: int, seed: int
) -> tuple[Mood, dict[str, Any]]:
    """Train the mood model on all judgements (on absolute values where there are none), and measure it by cross-validation.

    Parameters
    ----------
    corpus
        The emotion corpus.
    about
        Its ``corpus.json``.
    training
        How the perceptron is trained.
    count
        Number of folds.
    seed
        Seeds folds, models and bootstrap.

    Returns
    -------
    tuple
        The mood model, and the metrics.

    Raises
    ------
    BadInput
        If there are neither judged pairs nor absolute values of tracks that have features.
    """
    if not len(corpus.judgements.target):
        return _from_values(corpus, about, training, count, seed)
    predicted, fold = out_of_fold(corpus, training, count, seed)
    model = train_on_pairs(corpus.embeddings, corpus.judgements, training, seed)
    facts = describe(corpus, about, count)
    mood = Mood(model, model.scores(corpus.embeddings), facts["corpus"], PAIRS)
    metrics = {
        "available": True,
        "trained_on": facts,
        "learned_from": PAIRS,
        "labels_used": "pairwise judgements of the emotion corpus",
        "calibration": mood.calibration,
        **judge(corpus, predicted, seed),
        "absolute_values": judge_values(corpus, predicted, fold, training, seed),
    }
    return mood, metrics


def _from_values(
    corpus: Corpus, about: dict[str, Any], training: Training, count: int, seed: int
) -> tuple[Mood, dict[str, Any]]:
    """Train on absolute values, where there is nothing else."""
    values, known = absolute_values(corpus)
    if known.sum() < LEAST_VALUES:
        raise BadInput(
            f"transfer: no judged pair has features for both tracks, and {int(known.sum())} tracks with features have absolute values "
            f"({LEAST_VALUES} are needed); check the features of the emotion corpus"
        )
    fold = np.random.default_rng(seed).permutation(len(known)).astype(np.int64) % count
    model = train_on_values(corpus.embeddings[known], values[known], training, seed)
    facts = describe(corpus, about, count)
    mood = Mood(model, model.scores(corpus.embeddings), facts["corpus"], VALUES)
    nothing = {"available": False, "why": f"the dataset '{about['dataset']}' has no judged pairs"}
    return mood, {
        "available": True,
        "trained_on": facts,
        "learned_from": VALUES,
        "labels_used": "absolute arousal and valence of the emotion corpus",
        "calibration": mood.calibration,
        **dict.fromkeys(DIMENSIONS, nothing),
        "absolute_values": judge_values(corpus, None, fold, training, seed),
    }


def out_of_fold(corpus: Corpus, training: Training, count: int, seed: int) -> tuple[Floats, Rows]:
    """Return each track's calibrated mood, predicted by a model that never saw its triplet, and the fold of each track.

    Parameters
    ----------
    corpus
        The emotion corpus.
    training
        How each fold's model is trained.
    count
        Number of folds.
    seed
        Seeds folds and models.

    Returns
    -------
    tuple
        Values in [0, 1], shape (tracks, 2), calibrated against the fold's training tracks; folds, shape (tracks,).
    """
    fold = folds(corpus.judgements, len(corpus.track_ids), count, seed)
    values = np.full((len(fold), len(DIMENSIONS)), 0.5, dtype=np.float32)
    for number in range(int(fold.max()) + 1):
        held_out = fold == number
        seen = corpus.judgements.among(~held_out)
        if len(seen.target):
            model = train_on_pairs(corpus.embeddings, seen, training, seed)
            values[held_out] = calibrate(
                model.scores(corpus.embeddings[held_out]), model.scores(corpus.embeddings[~held_out])
            )
    return values, fold


def judge(corpus: Corpus, predicted: Floats, seed: int) -> dict[str, Any]:
    """Return the official pair accuracy of out-of-fold predictions, with loudness, people and chance beside it.

    Parameters
    ----------
    corpus
        The emotion corpus.
    predicted
        Arousal and valence, shape (tracks, 2).
    seed
        Seed of the bootstrap.
    """
    table = pd.DataFrame(predicted, index=corpus.track_ids.to_numpy(), columns=list(DIMENSIONS))
    by_loudness = pd.Series(corpus.loudness, index=corpus.track_ids.to_numpy())
    result: dict[str, Any] = {"columns_look_swapped": looks_swapped(corpus.pairs, table)}
    for dimension in DIMENSIONS:
        result[dimension] = {
            "model": pair_accuracy(corpus.pairs, table[dimension], dimension, seed),
            "loudness_only": pair_accuracy(corpus.pairs, by_loudness, dimension, seed),
            "third_human_against_two": human_accuracy(corpus.pairs, dimension, seed),
        }
    return result


def absolute_values(corpus: Corpus) -> tuple[Floats, NDArray[np.bool_]]:
    """Return arousal and valence in [0, 1] of each track, shape (tracks, 2), NaN where unknown, and where both are known."""
    table = corpus.affect.set_index("track_id").reindex(corpus.track_ids)
    values: Floats = table[list(DIMENSIONS)].to_numpy(dtype=np.float32)
    known: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    return values, known


def judge_values(
    corpus: Corpus, predicted: Floats | None, fold: Rows, training: Training, seed: int
) -> dict[str, Any]:
    """Judge a model trained on absolute values, out of fold: R2, Spearman, and pairs judged right; Spearman of the pairwise model beside it.

    Parameters
    ----------
    corpus
        The emotion corpus.
    predicted
        Out-of-fold predictions of the pairwise model, shape (tracks, 2), if there is one.
    fold
        Fold of each track.
    training
        How each fold's model is trained.
    seed
        Seeds models and bootstrap.
    """
    values, known = absolute_values(corpus)
    if known.sum() < LEAST_VALUES:
        return {
            "available": False,
            "why": f"{int(known.sum())} tracks of the emotion corpus have absolute values; {LEAST_VALUES} are needed",
        }
    absolute = np.full(values.shape, np.nan, dtype=np.float32)
    for number in np.unique(fold[known]):
        held_out, seen = known & (fold == number), known & (fold != number)
        if seen.any():
            model = train_on_values(corpus.embeddings[seen], values[seen], training, seed)
            absolute[held_out] = as_values(model.scores(corpus.embeddings[held_out]))
    result: dict[str, Any] = {"available": True, "tracks": int(known.sum())}
    said = pd.DataFrame(absolute, index=corpus.track_ids.to_numpy(), columns=list(DIMENSIONS))
    for column, dimension in enumerate(DIMENSIONS):
        truth, trained = values[known, column], absolute[known, column]
        result[dimension] = {
            "r2": {**_interval(_r2, truth, trained, seed), "chance": 0.0},
            "spearman": {**_interval(_spearman, truth, trained, seed), "chance": 0.0},
        }
        if predicted is not None:
            pairwise = _interval(_spearman, truth, predicted[known, column], seed)
            result[dimension]["spearman_of_pairwise_model"] = {**pairwise, "chance": 0.0}
            right = pair_accuracy(corpus.pairs, said[dimension], dimension, seed)["gt"]
            result[dimension]["pairs_judged_right"] = right
    return result


def describe(corpus: Corpus, about: dict[str, Any], count: int) -> dict[str, Any]:
    """Return which corpus taught the mood model, and how large it is."""
    return {
        "dataset": about["dataset"],
        "corpus": SIMULATED if about["embedded"] else about["title"],
        "stand_in": bool(about["embedded"]),
        "tracks": len(corpus.track_ids),
        "triplets": int(corpus.pairs["triplet_id"].nunique()),
        "pairs": len(corpus.judgements.target),
        "folds": count,
    }


def _r2(truth: Floats, predicted: Floats) -> float:
    return float(
        1 - ((truth - predicted) ** 2).sum() / max(float(((truth - truth.mean()) ** 2).sum()), 1e-12)
    )


def _spearman(truth: Floats, predicted: Floats) -> float:
    if np.ptp(truth) == 0 or np.ptp(predicted) == 0:
        return 0.0
    return float(spearmanr(truth, predicted).statistic)


def _interval(measure: Any, truth: Floats, predicted: Floats, seed: int) -> dict[str, float]:
    low, high = bootstrap(lambda rows: measure(truth[rows], predicted[rows]), np.arange(len(truth)), seed)
    return {"value": measure(truth, predicted), "low": low, "high": high}
