"""Lyrics: a mixture of topics, and a small grammar that turns it into lines.

A genre acts only on the mixture, through the mood of its music and a few topics it leans towards; `write_lyrics` does
not know of genres.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.corpus.vocabulary import LINES, TOPICS, WORDS
from reprise.errors import BadParameter

FloatArray = npt.NDArray[np.float64]

MOODS = np.array(
    [
        (0.6, 0.3),
        (-0.8, 0.8),
        (0.1, 0.0),
        (-0.1, -0.2),
        (0.5, 1.0),
        (0.4, -0.1),
        (0.7, -0.5),
        (0.0, 0.0),
        (-0.5, 0.6),
        (0.5, 0.4),
        (0.1, 0.2),
        (0.3, -0.1),
        (0.3, -0.5),
        (0.7, 0.3),
        (-1.0, -0.6),
        (-0.1, -0.3),
    ]
)
"""Valence and arousal with which each topic goes, in [-1, 1]."""
CONCENTRATION = 0.22
"""Mean Dirichlet parameter of a topic: a song has a few topics, not all."""
MOOD_WEIGHT, LEANING_WEIGHT = 1.1, 0.55
FAITHFULNESS = 0.6
"""Probability that a further word of a line keeps to the line's topic."""
VERSES, CHORUS_LINES = 3, 3
VERSE_LINES = (5, 8)
CHORUS_SHARPENING = 1.6


def draw_topics(
    valence: float, arousal: float, leanings: tuple[int, ...], rng: np.random.Generator
) -> FloatArray:
    """Draw a song's mixture of topics from a Dirichlet distribution bent by mood and leanings.

    Parameters
    ----------
    valence, arousal : float
        In [0, 1].
    leanings : tuple of int
        Topics that become likelier.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray, shape (16,)
        Shares that sum to 1.
    """
    mood = MOODS[:, 0] * (2 * valence - 1) + MOODS[:, 1] * (2 * arousal - 1)
    weight = np.exp(MOOD_WEIGHT * mood)
    weight[list(leanings)] *= np.exp(LEANING_WEIGHT)
    return rng.dirichlet(CONCENTRATION * len(TOPICS) * weight / weight.sum() + 0.02)


def write_lyrics(topics: FloatArray, language: str, rng: np.random.Generator) -> str:
    """Write verses and a chorus about a mixture of topics.

    Parameters
    ----------
    topics : ndarray, shape (16,)
        Shares that sum to 1.
    language : str
        One of ``vocabulary.LANGUAGES``.
    rng : numpy.random.Generator
        Source of randomness.

    Raises
    ------
    BadParameter
        If the language is unknown.
    """
    if language not in WORDS:
        raise BadParameter(f"language {language!r} is unknown: lyrics are written in {', '.join(WORDS)}")
    sharpened = topics**CHORUS_SHARPENING
    chorus = [_write_line(sharpened / sharpened.sum(), language, rng) for _ in range(CHORUS_LINES)]
    n_lines = int(rng.integers(VERSE_LINES[0], VERSE_LINES[1] + 1))
    stanzas = []
    for _ in range(VERSES):
        stanzas.append([_write_line(topics, language, rng) for _ in range(n_lines)])
        stanzas.append(chorus)
    return "\n\n".join("\n".join(stanza) for stanza in stanzas)


def _write_line(topics: FloatArray, language: str, rng: np.random.Generator) -> str:
    """Return one line: a pattern filled with words, most of them of one topic."""
    topic = _draw_topic(topics, rng)
    words = []
    for place in range(3):
        kept = place == 0 or rng.random() < FAITHFULNESS
        candidates = WORDS[language][topic if kept else _draw_topic(topics, rng)]
        words.append(candidates[int(rng.integers(len(candidates)))])
    pattern = LINES[language][int(rng.integers(len(LINES[language])))]
    return pattern.format(*words)


def _draw_topic(topics: FloatArray, rng: np.random.Generator) -> int:
    """Return a topic drawn from the mixture."""
    return min(int(np.searchsorted(np.cumsum(topics), rng.random(), side="right")), len(topics) - 1)
