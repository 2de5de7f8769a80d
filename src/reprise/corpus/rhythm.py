"""The rhythm section: drums and bass."""

from __future__ import annotations

import numpy as np

from reprise.corpus.factors import TrackSpec
from reprise.corpus.form import Plan, strike
from reprise.corpus.score import Note, Stroke, pattern_notes

FILL_DRUMS = ("snare", "low_tom", "mid_tom", "high_tom")
GHOST_DRUMS = ("snare", "closed_hat")


def compose_drums(spec: TrackSpec, plan: Plan, rng: np.random.Generator) -> list[Stroke]:
    """Play the groove: thinned or embellished as density asks, with a fill every fourth bar."""
    if spec.drumless:
        return []
    clock, form = plan.clock, plan.form
    groove = spec.arrangement.groove
    timekeeper = list(groove)[-1]
    strokes: list[Stroke] = []

    def add(bar: int, step: int, drum: str, strength: float) -> None:
        velocity = strike(spec, strength, form.fullness[bar], rng)
        strokes.append(Stroke(clock.time(bar, step), drum, velocity))

    for bar in range(clock.bars):
        if not form.drums[bar]:
            continue
        for drum, pattern in groove.items():
            for step, symbol in enumerate(pattern[: clock.steps]):
                if symbol == ".":
                    if drum in GHOST_DRUMS and rng.random() < 0.22 * spec.density**2:
                        add(bar, step, drum, 0.35)
                elif drum != timekeeper or rng.random() > 0.6 * (1 - spec.density) - 0.1:
                    add(bar, step, drum, 0.095 * int(symbol))
        if bar % 4 == 3 and rng.random() < 0.5 + 0.3 * spec.energy:
            for step in range(clock.steps - 4, clock.steps):
                if rng.random() < 0.7:
                    add(bar, step, FILL_DRUMS[int(rng.integers(len(FILL_DRUMS)))], 0.7)
        if bar % 4 == 0 and rng.random() < 0.4 * spec.energy:
            add(bar, 0, "crash", 0.75)
    return strokes


def compose_bass(spec: TrackSpec, plan: Plan, rng: np.random.Generator) -> list[Note]:
    """Play the bass pattern on each bar's chord, in the octave above E1."""
    clock, chords = plan.clock, plan.chords
    lowest = 28 + (spec.tonic - 4) % 12
    pattern = pattern_notes(spec.arrangement.bass, clock.steps)
    notes = []
    for bar, chord in enumerate(chords):
        following = chords[min(bar + 1, len(chords) - 1)]
        degrees = {
            "r": 0,
            "t": chord.intervals[1],
            "f": 7,
            "s": 9,
            "o": 12,
            "w": (following.root - chord.root) % 12 - 1,
        }
        root = lowest + chord.root - (12 if lowest + chord.root > 43 else 0)
        for step, symbol, length in pattern:
            notes.append(
                Note(
                    clock.time(bar, step),
                    0.92 * min(length, 8) * clock.step_seconds,
                    root + degrees[symbol],
                    strike(spec, 0.75, plan.form.fullness[bar], rng),
                )
            )
    return notes
