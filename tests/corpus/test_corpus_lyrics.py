from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest

from reprise.corpus.genres import GENRES, STYLES
from reprise.corpus.lyrics import draw_topics, write_lyrics
from reprise.corpus.vocabulary import LANGUAGES, LINES, TOPICS, WORDS
from reprise.errors import BadParameter

SCRIPTS = {
    "English": "LATIN",
    "Spanish": "LATIN",
    "Arabic": "ARABIC",
    "Hindi": "DEVANAGARI",
    "Bangla": "BENGALI",
}
EVEN = np.full(len(TOPICS), 1 / len(TOPICS))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lyrics_are_written_in_the_script_of_their_language(language: str) -> None:
    text = write_lyrics(EVEN, language, rng())
    letters = [character for character in text if character.isalpha()]
    assert len(letters) > 100
    assert all(unicodedata.name(letter).startswith(SCRIPTS[language]) for letter in letters)


def test_no_word_names_a_genre() -> None:
    text = " ".join(
        [
            *(word for topics in WORDS.values() for topic in topics for word in topic),
            *(sum(LINES.values(), ())),
        ]
    ).lower()
    for name in (*GENRES, "hip hop", "hip-hop", "rap", "blue"):
        assert not re.search(rf"\b{name}", text), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_belongs_to_one_topic(language: str) -> None:
    words = [word for topic in WORDS[language] for word in topic]
    assert len(WORDS[language]) == len(TOPICS)
    assert all(len(topic) == 8 for topic in WORDS[language])
    assert len(set(words)) == len(words)


def test_the_text_follows_from_topics_language_and_stream_alone() -> None:
    assert write_lyrics(EVEN, "Hindi", rng(4)) == write_lyrics(EVEN.copy(), "Hindi", rng(4))
    assert write_lyrics(EVEN, "Hindi", rng(4)) != write_lyrics(EVEN, "Hindi", rng(5))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_single_topic_fills_the_text_with_its_words(language: str) -> None:
    words = set(re.split(r"[\s,،]+", write_lyrics(np.eye(len(TOPICS))[14], language, rng())))
    others = {word for place, topic in enumerate(WORDS[language]) for word in topic if place != 14}
    assert words & set(WORDS[language][14])
    assert not words & (others - set(re.split(r"[\s,،]+", " ".join(LINES[language]))))


def test_topics_are_shares_and_sad_music_is_sadder() -> None:
    sad = np.mean([draw_topics(0.1, 0.2, (), rng(seed)) for seed in range(200)], axis=0)
    glad = np.mean([draw_topics(0.9, 0.8, (), rng(seed)) for seed in range(200)], axis=0)
    np.testing.assert_allclose([sad.sum(), glad.sum()], 1)
    assert sad[TOPICS.index("sadness")] > 2 * glad[TOPICS.index("sadness")]


def test_a_genre_leans_towards_its_topics_without_owning_them() -> None:
    leaning = STYLES["hiphop"].topics
    with_genre = np.mean([draw_topics(0.5, 0.5, leaning, rng(seed)) for seed in range(400)], axis=0)
    without = np.mean([draw_topics(0.5, 0.5, (), rng(seed)) for seed in range(400)], axis=0)
    assert with_genre[list(leaning)].sum() > without[list(leaning)].sum()
    assert with_genre[list(leaning)].sum() < 0.5


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"'Klingon'.*English"):
        write_lyrics(EVEN, "Klingon", rng())
