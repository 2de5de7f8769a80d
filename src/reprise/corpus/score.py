"""The symbolic score: notes, drum strokes, parts, and the clock that places them in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprise.corpus.factors import TrackSpec

CLIP_SECONDS = 30.1
"""A little more than the clip lasts, so that music fills it to the end."""


@dataclass(frozen=True)
class Note:
    """A note: start and duration in seconds, pitch in MIDI semitones (may be fractional), velocity in [0, 1]."""

    start: float
    duration: float
    pitch: float
    velocity: float


@dataclass(frozen=True)
class Stroke:
    """A drum stroke: start in seconds, name of the drum, velocity in [0, 1]."""

    start: float
    drum: str
    velocity: float


@dataclass(frozen=True)
class Part:
    """The notes of one instrument; ``role`` is bass, comp, second comp or lead."""

    role: str
    instrument: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Score:
    """A composed track.

    Attributes
    ----------
    parts : tuple of Part
        Pitched instruments.
    strokes : tuple of Stroke
        Drums, played on ``kit``.
    vocal : tuple of Note
        The singer's line; spoken rather than sung where ``rapped``.
    bar_seconds : float
        Duration of a bar.
    """

    parts: tuple[Part, ...]
    strokes: tuple[Stroke, ...]
    kit: str
    vocal: tuple[Note, ...]
    rapped: bool
    bar_seconds: float


class Clock:
    """Places bars and sixteenth steps in time: tempo, swing, and the players' looseness.

    Swing delays the off-beat eighths by up to two thirds of a sixteenth and the sixteenths by half of that; beats stay
    where the tempo puts them.
    """

    def __init__(self, spec: TrackSpec, rng: np.random.Generator) -> None:
        self.steps = 12 if spec.triple_meter else 16
        self.step_seconds = 60 / spec.tempo / 4
        self.bar_seconds = self.steps * self.step_seconds
        self.bars = int(np.ceil(CLIP_SECONDS / self.bar_seconds)) + 1
        self._delays = [0.0, 0.33 * spec.swing, 0.66 * spec.swing, 0.33 * spec.swing]
        self._looseness = spec.looseness
        self._offset = -float(rng.uniform(0, self.bar_seconds))
        self._rng = rng

    def time(self, bar: int, step: int) -> float:
        """Return the time in seconds at which a step of a bar is played."""
        grid = step + self._delays[step % 4]
        played = self._offset + bar * self.bar_seconds + grid * self.step_seconds
        return played + self._looseness * float(self._rng.standard_normal())


def pattern_notes(pattern: str, steps: int) -> list[tuple[int, str, int]]:
    """Return the notes of a pattern as (step, symbol, length in steps)."""
    notes = []
    for step, symbol in enumerate(pattern[:steps]):
        if symbol not in ".-":
            held = len(pattern[step + 1 : steps]) - len(pattern[step + 1 : steps].lstrip("-"))
            notes.append((step, symbol, 1 + held))
    return notes
