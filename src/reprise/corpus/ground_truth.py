"""What is true of a track beyond its factors: affect, year, topics, tags and regression targets.

All of it follows from the factors, with noise where people or measurements would disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from reprise.corpus.balance import slope_db_per_octave
from reprise.corpus.factors import TrackSpec, draw_spec
from reprise.corpus.genres import GENRES, STYLES
from reprise.corpus.lyrics import draw_topics
from reprise.corpus.randomness import stream
from reprise.corpus.tags import FREQUENCIES, TAG_NOISE, TAG_WEIGHTS
from reprise.corpus.vocabulary import LANGUAGES, TOPICS

FloatArray = npt.NDArray[np.float64]

POPULATION: dict[str, tuple[float, float]] = {
    "tempo": (106.0, 21.0),
    "energy": (0.57, 0.19),
    "loudness": (-18.0, 4.4),
    "brightness": (-5.8, 2.5),
    "density": (0.54, 0.15),
    "drive": (0.25, 0.27),
    "reverb": (0.34, 0.17),
    "lofi": (0.31, 0.19),
    "vocal": (0.46, 0.38),
    "drum_level": (0.51, 0.30),
    "swing": (0.27, 0.29),
    "register": (0.0, 3.8),
}
"""Mean and standard deviation by which properties are standardised; brightness as slope in dB per octave."""
AROUSAL_WEIGHTS = {
    "energy": 0.50,
    "tempo": 0.30,
    "density": 0.20,
    "drive": 0.20,
    "drum_level": 0.15,
    "loudness": 0.10,
    "reverb": -0.10,
}
VALENCE_WEIGHTS = {
    "tempo": 0.30,
    "brightness": 0.25,
    "register": 0.15,
    "swing": 0.10,
    "density": 0.10,
    "drive": -0.25,
}
MAJOR_VALENCE = 0.60
AROUSAL_NOISE, VALENCE_NOISE = 0.30, 0.45
AROUSAL_SD, VALENCE_SD = 0.85, 0.95
STEEPNESS = 1.6
"""Steepness of the logistic curve that takes affect into [0, 1]."""
YEARS = (1950, 2019)
LANGUAGE_SHARES = (0.40, 0.15, 0.15, 0.15, 0.15)
DANCE_TEMPO = 115.0
TOPIC_NOISE, DANCE_NOISE, LOUDNESS_NOISE = 0.02, 0.05, 0.02
REFERENCE_SEED, REFERENCE_TRACKS = 0, 40
"""The population that tag thresholds are quantiles of: its seed, and its tracks of each genre."""
TARGET_NAMES = (*TOPICS, "danceability", "loudness")


@dataclass(frozen=True)
class Affect:
    """Arousal and valence, each in [0, 1]."""

    arousal: float
    valence: float


@dataclass(frozen=True)
class Truth:
    """What is true of a track.

    Attributes
    ----------
    affect : Affect
        Arousal and valence.
    year : int
        Year of release, 1950 to 2019.
    language : str
        Language of the lyrics, independent of everything else.
    topics : ndarray, shape (16,)
        Mixture of topics that the lyrics are written from.
    tags : tuple of str
        Mood and theme tags, sorted.
    targets : dict of str to float
        The 18 regression targets, each in [0, 1].
    """

    affect: Affect
    year: int
    language: str
    topics: FloatArray
    tags: tuple[str, ...]
    targets: dict[str, float]


def derive_truth(spec: TrackSpec) -> Truth:
    """Return what is true of a track; the same for the same specification."""
    affect, year, topics, scores = _derive_scored(spec)
    thresholds = tag_thresholds()
    rng = stream(spec.seed, spec.genre, spec.index, "targets")
    language = LANGUAGES[int(rng.choice(len(LANGUAGES), p=LANGUAGE_SHARES))]
    return Truth(
        affect=affect,
        year=year,
        language=language,
        topics=topics,
        tags=tuple(sorted(tag for tag, score in scores.items() if score > thresholds[tag])),
        targets=_draw_targets(spec, topics, rng),
    )


@cache
def tag_thresholds() -> dict[str, float]:
    """Return the score above which a track has a tag: quantiles of the reference population."""
    population = [
        _derive_scored(draw_spec(REFERENCE_SEED, genre, index))[3]
        for genre in GENRES
        for index in range(REFERENCE_TRACKS)
    ]
    return {
        tag: float(
            np.quantile([scores[tag] for scores in population], 1 - FREQUENCIES[place % len(FREQUENCIES)])
        )
        for place, tag in enumerate(TAG_WEIGHTS)
    }


def _derive_scored(spec: TrackSpec) -> tuple[Affect, int, FloatArray, dict[str, float]]:
    """Return affect, year, topics and tag scores."""
    rng = stream(spec.seed, spec.genre, spec.index, "truth")
    z = _standardise(spec)
    arousal = sum(weight * z[name] for name, weight in AROUSAL_WEIGHTS.items())
    arousal += AROUSAL_NOISE * float(rng.standard_normal())
    valence = sum(weight * z[name] for name, weight in VALENCE_WEIGHTS.items())
    valence += MAJOR_VALENCE * (1 if spec.mode == 0 else -1) + VALENCE_NOISE * float(rng.standard_normal())
    affect = Affect(_logistic(STEEPNESS * arousal), _logistic(STEEPNESS * valence))

    centre = STYLES[spec.genre].release_centre - 7 * z["lofi"] + 4 * z["loudness"]
    year = int(np.clip(round(centre + 6 * float(rng.standard_normal())), *YEARS))
    topics = draw_topics(affect.valence, affect.arousal, STYLES[spec.genre].topics, rng)

    z |= {"arousal": arousal / AROUSAL_SD, "valence": valence / VALENCE_SD, "year": (year - 1985) / 14}
    z |= {topic: (float(share) - 1 / len(TOPICS)) / 0.11 for topic, share in zip(TOPICS, topics, strict=True)}
    noise = TAG_NOISE * rng.standard_normal(len(TAG_WEIGHTS))
    scores = {
        tag: sum(weight * z[name] for name, weight in weights.items()) + float(error)
        for (tag, weights), error in zip(TAG_WEIGHTS.items(), noise, strict=True)
    }
    return affect, year, topics, scores


def _standardise(spec: TrackSpec) -> dict[str, float]:
    """Return the factors as standard scores; brightness is how bright the finished track sounds."""
    values = spec.factors() | {"brightness": slope_db_per_octave(spec)}
    return {name: (values[name] - mean) / sd for name, (mean, sd) in POPULATION.items()}


def _draw_targets(spec: TrackSpec, topics: FloatArray, rng: np.random.Generator) -> dict[str, float]:
    """Return the regression targets: noisy topic shares, danceability, loudness."""
    shares = np.maximum(topics + TOPIC_NOISE * rng.standard_normal(len(topics)), 0.001)
    shares /= shares.sum()
    z = _standardise(spec)
    away_from_dance = abs(np.log2(spec.tempo / DANCE_TEMPO))
    dance = 0.4 + 0.9 * z["drum_level"] + 0.4 * z["density"] + 0.4 * z["energy"] - 1.6 * away_from_dance
    danceability = _logistic(0.8 * dance) + DANCE_NOISE * float(rng.standard_normal())
    loudness = (spec.loudness + 36) / 30 + LOUDNESS_NOISE * float(rng.standard_normal())
    values = [*shares, np.clip(danceability, 0, 1), np.clip(loudness, 0, 1)]
    return {name: float(value) for name, value in zip(TARGET_NAMES, values, strict=True)}


def _logistic(x: float) -> float:
    """Return the logistic function of x."""
    return float(1 / (1 + np.exp(-x)))
