"""Form: what all players agree on (bars, chords, sections that thin out or build up), and their touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprise.corpus.factors import TrackSpec
from reprise.corpus.harmony import Chord
from reprise.corpus.score import Clock

SECTION_BARS = 4
FULLNESS = (0.0, 0.5, 1.0)
"""Thin, ordinary and full sections."""
FULLNESS_WEIGHTS = (0.3, 0.4, 0.3)
PUSH = 0.16
"""How much harder than an ordinary section a full one is played, as a part of the velocity."""
ACCENT_SPREAD = 0.2
"""Standard deviation of the logarithm of a note's velocity: no two notes are struck alike."""


@dataclass(frozen=True)
class Form:
    """What happens in each bar.

    Attributes
    ----------
    fullness : tuple of float
        0 in thin sections, 0.5 in ordinary, 1 in full ones.
    second, drums : tuple of bool
        Whether the second accompanying instrument plays, and the drums.
    """

    fullness: tuple[float, ...]
    second: tuple[bool, ...]
    drums: tuple[bool, ...]


@dataclass(frozen=True)
class Plan:
    """What all players agree on: when a bar is, which chord it has, what happens in it."""

    clock: Clock
    chords: tuple[Chord, ...]
    form: Form


def draw_form(bars: int, rng: np.random.Generator) -> Form:
    """Draw the sections of a track; the first may begin anywhere in its course."""
    shift = int(rng.integers(SECTION_BARS))
    sections = -(-(bars + shift) // SECTION_BARS)
    fullness = rng.choice(FULLNESS, size=sections, p=FULLNESS_WEIGHTS)
    second = rng.random(sections) < 0.45 + 0.5 * fullness
    drums = rng.random(sections) < np.where(fullness == 0, 0.6, 0.97)
    places = [(bar + shift) // SECTION_BARS for bar in range(bars)]
    return Form(
        fullness=tuple(float(fullness[place]) for place in places),
        second=tuple(bool(second[place]) for place in places),
        drums=tuple(bool(drums[place]) for place in places),
    )


def strike(spec: TrackSpec, strength: float, fullness: float, rng: np.random.Generator) -> float:
    """Return the velocity of one note: harder with energy and in full sections, never twice the same.

    Parameters
    ----------
    spec : TrackSpec
        The track, for its energy.
    strength : float
        What the pattern asks for, in [0, 1].
    fullness : float
        Of the section, in [0, 1].
    rng : numpy.random.Generator
        Draws the accent.
    """
    energy = 0.62 + 0.45 * spec.energy
    accent = np.exp(ACCENT_SPREAD * rng.standard_normal())
    return float(np.clip(strength * energy * (1 + PUSH * (2 * fullness - 1)) * accent, 0.12, 1.0))
