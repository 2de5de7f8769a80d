"""What the regressor must beat: the mean, ridge regressions on metadata, lyrics, everything and word counts, and boosted trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from reprise.songs.encoding import MODALITIES, Encoded, Scaler
from reprise.songs.source import Floats, Strings

PENALTIES = tuple(10.0**power for power in range(-1, 7))
"""Ridge penalties tried; the validation songs choose one, with which training and validation songs are fitted together."""

MAX_WORDS = 20_000
"""Vocabulary of the word counts: the most frequent words of the training lyrics."""
COMPONENTS = 32
"""Directions of word counts and of sentence embeddings that the trees are given: they cannot use thousands of columns."""
TREES: dict[str, Any] = {"max_leaf_nodes": 8, "min_samples_leaf": 10, "max_bins": 63}
"""Of each target's boosted trees (Friedman 2001, in LightGBM's histogram form)."""

Rows = NDArray[np.intp]
Parts = tuple[Rows, Rows, Rows]


def mean_baseline(targets: Floats, train: Rows, test: Rows) -> Floats:
    """Predict the mean of the training songs: R² near 0 by definition, the chance level of the table."""
    return np.repeat(targets[train].mean(axis=0, keepdims=True), len(test), axis=0)


@dataclass(frozen=True)
class Boosting:
    """Trees of each target, and the seed of the random projection that finds the directions they are given."""

    trees: int
    seed: int


def baselines(
    songs: Encoded, texts: Strings, targets: Floats, parts: Parts, boosting: Boosting
) -> dict[str, Floats]:
    """Predict the test songs by every baseline but the mean.

    Parameters
    ----------
    songs
        All songs, encoded; frozen sentence embeddings.
    texts
        Lyrics, shape (n,), for the word counts.
    targets
        Shape (n, targets), standardised.
    parts
        Rows of the training, validation and test songs.
    boosting
        Size of the boosted trees.

    Returns
    -------
    dict
        Standardised predictions of shape (test songs, targets) by name of the baseline.
    """
    return {
        **ridge_baselines(songs, texts, targets, parts),
        "gradient_boosting": boosted_trees(songs, texts, targets, parts, boosting),
    }


def ridge_baselines(songs: Encoded, texts: Strings, targets: Floats, parts: Parts) -> dict[str, Floats]:
    """Predict the test songs by ridge regressions on four views of the same inputs; see `baselines`."""
    views: dict[str, tuple[str, ...]] = {
        "ridge_metadata": ("metadata",),
        "ridge_lyrics": ("lyrics",),
        "ridge_all": MODALITIES,
    }
    predicted = {}
    for name, modalities in views.items():
        table = songs.table(modalities)
        predicted[name] = _ridge(Scaler.fit(table[parts[0]]).apply(table), targets, parts)
    predicted["ridge_tfidf"] = tfidf_ridge(texts, targets, parts)
    return predicted


def tfidf_ridge(texts: Strings, targets: Floats, parts: Parts) -> Floats:
    """Predict the test songs from TF-IDF word counts."""
    counts = _tfidf(texts, np.concatenate(parts[:2]))
    if counts is None:
        return mean_baseline(targets, parts[0], parts[2])
    return _ridge(counts, targets, parts)


def boosted_trees(
    songs: Encoded, texts: Strings, targets: Floats, parts: Parts, boosting: Boosting
) -> Floats:
    """Predict the test songs by gradient boosting on words, sentences, audio and metadata."""
    fitted = np.concatenate(parts[:2])
    counts = _tfidf(texts, fitted)
    tables = [songs.table(("audio", "metadata")), _directions(songs.values["lyrics"], fitted, boosting.seed)]
    if counts is not None:
        tables.append(_directions(counts, fitted, boosting.seed))
    table = np.concatenate(tables, axis=1)
    columns = []
    for target in range(targets.shape[1]):
        trees = HistGradientBoostingRegressor(
            max_iter=boosting.trees, random_state=boosting.seed, early_stopping=False, **TREES
        )
        columns.append(trees.fit(table[fitted], targets[fitted, target]).predict(table[parts[2]]))
    return np.stack(columns, axis=1)


def _directions(table: Any, fitted: Rows, seed: int) -> Floats:
    """Coordinates of all rows along the directions in which the fitted rows extend most."""
    most = min(COMPONENTS, len(fitted) - 1, table.shape[1] - 1)
    found: Floats = TruncatedSVD(max(most, 1), random_state=seed).fit(table[fitted]).transform(table)
    return found


def _tfidf(texts: Strings, fitted: Rows) -> Any:
    """Return word counts of all texts, or ``None`` where no word stands in two of the fitted (no lyrics at all)."""
    counts = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=MAX_WORDS)
    try:
        counts.fit(texts[fitted])
    except ValueError:
        return None
    return counts.transform(texts)


def _ridge(table: Any, targets: Floats, parts: Parts) -> Floats:
    """Choose the penalty on the validation songs, then fit them and the training songs together, and predict the test songs."""
    train, validation, test = parts
    tried = [Ridge(alpha=penalty).fit(table[train], targets[train]) for penalty in PENALTIES]
    errors = [np.square(model.predict(table[validation]) - targets[validation]).mean() for model in tried]
    both = np.concatenate([train, validation])
    chosen = Ridge(alpha=PENALTIES[int(np.argmin(errors))]).fit(table[both], targets[both])
    predicted: Floats = chosen.predict(table[test])
    return predicted
