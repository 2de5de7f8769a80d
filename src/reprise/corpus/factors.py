"""The generative factors of a track: the ground truth from which everything else follows.

A track's factors are drawn around its genre's priors. Half of their variance belongs to the artist, so that tracks of an
artist resemble each other and a split that ignores artists leaks. A probe set draws the factors independently of each
other and of the genre instead: it is what disentanglement is measured on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from reprise.corpus.arrangement import Arrangement, draw_arrangement
from reprise.corpus.genres import BAND_EDGES_HZ, FACTOR_NAMES, FACTOR_RANGES, GENRES, STYLES
from reprise.corpus.randomness import stream
from reprise.errors import BadParameter

FloatArray = npt.NDArray[np.float64]

ARTIST_SHARES = (0.38, 0.22, 0.14, 0.11, 0.08, 0.07)
"""Share of a genre's tracks by artist: a few are heard often, as in any collection."""
ARTIST_SHARE = 0.65
"""Part of a factor's variance that belongs to the artist."""
PRIOR_WIDTH = 0.7
"""Factor by which the priors' standard deviations are scaled: the one knob of how much genres overlap in factors."""
REGISTER_SPREAD = 5.5
"""Standard deviation of the register in semitones, before `PRIOR_WIDTH`; the same in every genre."""
FAVOURITE_KEY = 0.6
"""Probability that a track is in its artist's favourite key."""
GENRE_CONTRAST = 1.6
"""How far a track's spectral balance follows its genre's: 0 the average balance, 1 the genre's own."""
BALANCE_SPREAD = 0.6
"""Scale of the balance's variation within a genre."""
N_BANDS = len(BAND_EDGES_HZ) - 1

PROBE_PIECE = 1_000_000
"""Index of the pieces that probes share: beyond any corpus."""
PROBE_STYLES = ("pop", "rock", "jazz", "disco")
PROBE_RANGES: dict[str, tuple[float, float]] = {
    "tempo": (70.0, 170.0),
    "energy": (0.2, 0.9),
    "loudness": (-27.0, -11.0),
    "brightness": (0.0, 1.0),
    "density": (0.05, 0.95),
    "drive": (0.0, 0.9),
    "reverb": (0.0, 0.9),
    "lofi": (0.0, 0.8),
    "vocal": (0.0, 1.0),
    "drum_level": (0.05, 1.0),
    "swing": (0.0, 0.9),
    "register": (-8.0, 8.0),
}
"""Uniform ranges of the factors in a probe set."""


@dataclass(frozen=True)
class TrackSpec:
    """Everything that determines a track; `rendering.render` adds nothing that is not drawn from here.

    Attributes
    ----------
    seed, genre, index : int, str, int
        Identity of the track; ``composition`` numbers the score and performance, which probes of one piece share.
    artist : int
        Number of the artist within the genre.
    tempo : float
        Beats a minute.
    loudness : float
        RMS level of the finished track, dB re full scale.
    register : float
        Transposition of the accompaniment and lead, semitones.
    mode : int
        0 major, 1 minor.
    energy, brightness, density, drive, reverb, lofi, vocal, drum_level, swing : float
        In [0, 1].
    balance_contrast : float
        Weight of the genre's own spectral balance.
    bass_weight, roughness : float, tuple of float
        Deviations of the spectral balance from the genre's (standard scores; roughness per band).
    tonic : int
        Semitones above C.
    looseness : float
        Standard deviation of the players' timing, seconds.
    voice_size : float
        Scale of the singer's formants.
    """

    seed: int
    genre: str
    index: int
    composition: int
    artist: int
    tempo: float
    energy: float
    loudness: float
    brightness: float
    density: float
    drive: float
    reverb: float
    lofi: float
    vocal: float
    drum_level: float
    swing: float
    register: float
    mode: int
    balance_contrast: float
    bass_weight: float
    roughness: tuple[float, ...]
    tonic: int
    triple_meter: bool
    drumless: bool
    looseness: float
    voice_size: float
    arrangement: Arrangement

    def factors(self) -> dict[str, float]:
        """Return the ground-truth factors by name, in the order of ``genres.FACTOR_NAMES``."""
        return {name: float(getattr(self, name)) for name in FACTOR_NAMES}


def draw_spec(seed: int, genre: str, index: int) -> TrackSpec:
    """Draw the factors of track ``index`` of a genre.

    Parameters
    ----------
    seed : int
        Seed of the corpus.
    genre : str
        One of ``genres.GENRES``.
    index : int
        Number of the track within its genre, from 0.

    Raises
    ------
    BadParameter
        If the genre is unknown.
    """
    if genre not in STYLES:
        raise BadParameter(f"genre {genre!r} is unknown: the corpus has {', '.join(GENRES)}")
    style = STYLES[genre]
    rng = stream(seed, genre, index, "factors")
    artist = int(np.searchsorted(np.cumsum(ARTIST_SHARES), rng.random(), side="right"))
    habits = stream(seed, genre, artist, "artist")
    own, shared = np.sqrt(1 - ARTIST_SHARE), np.sqrt(ARTIST_SHARE)

    def deviation(size: int) -> FloatArray:
        return np.asarray(shared * habits.standard_normal(size) + own * rng.standard_normal(size))

    values: dict[str, float] = {}
    for (factor, (low, high)), z in zip(FACTOR_RANGES.items(), deviation(len(FACTOR_RANGES)), strict=True):
        mean, sd = (0.0, REGISTER_SPREAD) if factor == "register" else style.priors[factor]
        values[factor] = float(np.clip(mean + PRIOR_WIDTH * sd * z, low, high))
    if rng.random() < style.instrumental:
        values["vocal"] = 0.0
    drumless = bool(rng.random() < style.drumless)
    if drumless:
        values["drum_level"] = 0.0
    mode = int(rng.random() < style.minor)
    return TrackSpec(
        seed=seed,
        genre=genre,
        index=index,
        composition=index,
        artist=artist,
        **values,
        mode=mode,
        balance_contrast=GENRE_CONTRAST,
        bass_weight=float(deviation(1)[0]) * BALANCE_SPREAD,
        roughness=tuple((deviation(N_BANDS + 4) * BALANCE_SPREAD).tolist()),
        tonic=int(habits.integers(12)) if rng.random() < FAVOURITE_KEY else int(rng.integers(12)),
        triple_meter=bool(rng.random() < style.triple_meter),
        drumless=drumless,
        looseness=float(rng.uniform(0.002, 0.014)),
        voice_size=float(habits.choice([0.92, 1.0, 1.12, 1.2])),
        arrangement=draw_arrangement(genre, mode, values["density"], rng, habits),
    )


def draw_probe_spec(seed: int, index: int, **fixed: float) -> TrackSpec:
    """Draw a track of the probe set: all factors uniform, independent of each other and of the genre.

    The piece (score, players, performance) is one of a few that all probes share, so that the factors are what differs.

    Parameters
    ----------
    seed, index : int
        Seed and number of the probe.
    **fixed : float
        Factors to hold fixed, e.g. ``tempo=120.0``: probes of the same index that hold different values differ in
        nothing else, which makes a factor grid.

    Raises
    ------
    BadParameter
        If a fixed factor is unknown.
    """
    unknown = sorted(set(fixed) - set(FACTOR_NAMES))
    if unknown:
        raise BadParameter(f"factor {unknown[0]!r} is unknown: the factors are {', '.join(FACTOR_NAMES)}")
    genre = PROBE_STYLES[index % len(PROBE_STYLES)]
    piece = draw_spec(seed, genre, PROBE_PIECE)
    rng = stream(seed, "probe", index)
    values: dict[str, Any] = {name: float(rng.uniform(*limits)) for name, limits in PROBE_RANGES.items()}
    values["mode"] = int(rng.integers(2))
    values |= fixed
    values["mode"] = int(values["mode"])
    arrangement = draw_arrangement(
        genre,
        values["mode"],
        values["density"],
        stream(seed, genre, "probe"),
        stream(seed, genre, "probe habits"),
    )
    return replace(
        piece,
        index=index,
        **values,
        balance_contrast=0.0,
        bass_weight=0.0,
        roughness=(0.0,) * len(piece.roughness),
        triple_meter=False,
        drumless=False,
        arrangement=arrangement,
    )
