"""A genre reaches the lyrics through mood and topics alone."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from reprise.corpus.factors import draw_spec
from reprise.corpus.genres import GENRES
from reprise.corpus.ground_truth import derive_truth
from reprise.corpus.lyrics import write_lyrics
from reprise.corpus.randomness import stream
from reprise.corpus.vocabulary import WORDS

Matrix = npt.NDArray[np.float64]
PER_GENRE = 60
VOCABULARY = [word for topic in WORDS["English"] for word in topic]


@pytest.fixture(scope="module")
def texts() -> tuple[Matrix, Matrix, npt.NDArray[np.str_]]:
    """Topic mixtures, shares of words (all in English), genres."""
    topics, words, genres = [], [], []
    for genre in GENRES:
        for index in range(PER_GENRE):
            spec = draw_spec(21, genre, index)
            truth = derive_truth(spec)
            text = write_lyrics(truth.topics, "English", stream(21, genre, index, "lyrics"))
            found = re.findall(r"\w+", text)
            topics.append(truth.topics)
            words.append([found.count(word) / len(found) for word in VOCABULARY])
            genres.append(genre)
    return np.array(topics), np.array(words), np.array(genres)


def _genre_from(table: Matrix, genres: npt.NDArray[np.str_]) -> float:
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=300))
    return float(cross_val_score(probe, table, genres, cv=5).mean())


def test_the_genre_is_read_from_the_topics_a_little(
    texts: tuple[Matrix, Matrix, npt.NDArray[np.str_]],
) -> None:
    topics, _, genres = texts
    assert 0.13 < _genre_from(topics, genres) < 0.35


def test_given_the_topics_the_words_tell_no_genre(texts: tuple[Matrix, Matrix, npt.NDArray[np.str_]]) -> None:
    topics, words, genres = texts
    given = np.concatenate(
        [topics, topics**1.6 / (topics**1.6).sum(axis=1, keepdims=True), np.ones((len(topics), 1))], axis=1
    )
    rest = words - given @ np.linalg.lstsq(given, words, rcond=None)[0]
    assert _genre_from(rest, genres) < 0.1 + 3 * np.sqrt(0.1 * 0.9 / len(genres))


def test_words_that_know_the_genre_would_be_found(texts: tuple[Matrix, Matrix, npt.NDArray[np.str_]]) -> None:
    topics, words, genres = texts
    planted = words.copy()
    planted[:, 0] += 0.03 * (genres == "jazz")
    planted[:, 9] += 0.03 * (genres == "metal")
    given = np.concatenate([topics, np.ones((len(topics), 1))], axis=1)
    rest = planted - given @ np.linalg.lstsq(given, planted, rcond=None)[0]
    assert _genre_from(rest, genres) > 0.1 + 3 * np.sqrt(0.1 * 0.9 / len(genres))
