"""What the regressor must beat: the mean, and ridge regressions on metadata, lyrics, everything, and plain word counts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from reprise.songs.encoding import MODALITIES, Encoded, Scaler
from reprise.songs.source import Floats, Strings

PENALTIES = tuple(10.0**power for power in range(-1, 7))
"""Ridge penalties tried; the validation songs choose one."""

MAX_WORDS = 20_000
"""Vocabulary of the word counts: the most frequent words of the training lyrics."""

Rows = NDArray[np.intp]


def mean_baseline(targets: Floats, train: Rows, test: Rows) -> Floats:
    """Predict the mean of the training songs: R² near 0 by definition, the chance level of the table."""
    return np.repeat(targets[train].mean(axis=0, keepdims=True), len(test), axis=0)


def ridge_baselines(
    songs: Encoded, texts: Strings, targets: Floats, parts: tuple[Rows, Rows, Rows]
) -> dict[str, Floats]:
    """Predict the test songs by ridge regressions on four views of the same inputs.

    Parameters
    ----------
    songs
        All songs, encoded.
    texts
        Lyrics, shape (n,), for the word counts.
    targets
        Shape (n, targets), standardised.
    parts
        Rows of the training, validation and test songs.

    Returns
    -------
    dict
        Standardised predictions of shape (test songs, targets) by name of the baseline.
    """
    train, validation, test = parts
    views: dict[str, tuple[str, ...]] = {
        "ridge_metadata": ("metadata",),
        "ridge_lyrics": ("lyrics",),
        "ridge_all": MODALITIES,
    }
    predicted = {}
    for name, modalities in views.items():
        table = songs.table(modalities)
        table = Scaler.fit(table[train]).apply(table)
        predicted[name] = _ridge(table[train], table[validation], table[test], targets, parts)
    predicted["ridge_tfidf"] = _tfidf_ridge(texts, targets, parts)
    return predicted


def _tfidf_ridge(texts: Strings, targets: Floats, parts: tuple[Rows, Rows, Rows]) -> Floats:
    train, validation, test = parts
    counts = TfidfVectorizer(sublinear_tf=True, min_df=2, max_features=MAX_WORDS)
    try:
        fitted = counts.fit_transform(texts[train])
    except ValueError:  # no word stands in two songs (no lyrics at all): nothing but the mean is left
        return mean_baseline(targets, train, test)
    return _ridge(fitted, counts.transform(texts[validation]), counts.transform(texts[test]), targets, parts)


def _ridge(train: Any, validation: Any, test: Any, targets: Floats, parts: tuple[Rows, Rows, Rows]) -> Floats:
    """Fit each penalty on the training songs, choose by the squared error on the validation songs, predict the test songs."""
    fitted = [Ridge(alpha=penalty, solver="auto").fit(train, targets[parts[0]]) for penalty in PENALTIES]
    errors = [float(np.square(model.predict(validation) - targets[parts[1]]).mean()) for model in fitted]
    predicted: Floats = fitted[int(np.argmin(errors))].predict(test)
    return predicted
