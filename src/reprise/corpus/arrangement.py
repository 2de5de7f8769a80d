"""Who plays what: the choice of patterns, chords and players for a track."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from reprise.corpus.bands import BANDS, Band
from reprise.corpus.genres import STYLES
from reprise.corpus.harmony import is_minor
from reprise.corpus.patterns import PATTERNS, Groove, count_groove_onsets, count_onsets

BORROWING = 0.12
"""Probability that one part of a track's style is borrowed from a neighbouring genre."""
HABIT = 0.8
"""Probability that an artist's habit is kept in one choice."""
DENSITY_SLACK = 0.22
"""How far a pattern may lie from the place that the track's density gives it."""
PARTS = ("groove", "bass", "accompaniment", "lead", "progression", "band")

Item = TypeVar("Item")


@dataclass(frozen=True)
class Arrangement:
    """What is played: patterns, chords and players, each from the genre or from a neighbour.

    Attributes
    ----------
    groove : dict of str to str
        Drum name to pattern; the last one keeps the time.
    bass : str
        Pattern of the bass.
    accompaniment : tuple of str
        Patterns of the two accompanying instruments.
    progression : str
        Roman numerals, one a bar.
    band : Band
        Who plays.
    lead_style : str
        Genre whose melodic habits the lead and the voice follow.
    """

    groove: Groove
    bass: str
    accompaniment: tuple[str, str]
    progression: str
    band: Band
    lead_style: str


@dataclass(frozen=True)
class _Chooser:
    """Chooses as the artist is wont to, or afresh; both streams advance in the same way whatever is chosen."""

    rng: np.random.Generator
    habits: np.random.Generator

    def position(self) -> float:
        """Return a number in [0, 1): the artist's or a new one."""
        habitual, fresh = self.habits.random(), self.rng.random()
        return float(habitual if self.rng.random() < HABIT else fresh)

    def style(self, genre: str) -> str:
        """Return the genre itself or, now and then, one of its neighbours."""
        neighbours = STYLES[genre].neighbours
        borrowed, which = self.rng.random() < BORROWING, self.position()
        return neighbours[int(which * len(neighbours))] if borrowed else genre

    def pick(self, items: Sequence[Item]) -> Item:
        """Return any item."""
        return items[int(self.position() * len(items))]

    def pick_dense(self, items: Sequence[Item], onsets: Callable[[Item], int], density: float) -> Item:
        """Return an item about as busy as ``density`` asks for: the busier patterns at higher density."""
        place = np.clip(density + DENSITY_SLACK * (2 * self.position() - 1), 0, 0.999)
        return sorted(items, key=onsets)[int(place * len(items))]


def draw_arrangement(
    genre: str, mode: int, density: float, rng: np.random.Generator, habits: np.random.Generator
) -> Arrangement:
    """Choose what is played.

    Parameters
    ----------
    genre : str
        The track's genre.
    mode : int
        0 major, 1 minor; the progression follows it.
    density : float
        In [0, 1]: busier patterns at higher density.
    rng, habits : numpy.random.Generator
        The track's and the artist's stream.
    """
    chooser = _Chooser(rng, habits)
    style = {part: chooser.style(genre) for part in PARTS}
    rhythms = PATTERNS[style["accompaniment"]].accompaniment
    progressions = [p for p in PATTERNS[style["progression"]].progressions if is_minor(p) == bool(mode)]
    return Arrangement(
        groove=chooser.pick_dense(PATTERNS[style["groove"]].grooves, count_groove_onsets, density),
        bass=chooser.pick_dense(PATTERNS[style["bass"]].bass, count_onsets, density),
        accompaniment=(
            chooser.pick_dense(rhythms, count_onsets, density),
            chooser.pick_dense(rhythms, count_onsets, density),
        ),
        progression=chooser.pick(progressions),
        band=chooser.pick(BANDS[style["band"]]),
        lead_style=style["lead"],
    )
