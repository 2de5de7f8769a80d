"""Melodies for the lead and the voice: a few motifs, repeated and bent to the chords."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reprise.corpus.factors import TrackSpec
from reprise.corpus.form import Plan, strike
from reprise.corpus.harmony import Chord, scale_of
from reprise.corpus.score import Note

PHRASE_BARS = 2
LENGTHS = (1, 2, 3, 4, 6, 8)
RAP_BEAT_SHARE, RAP_PRESENCE = 0.82, 0.9
"""Share of the possible syllables that are spoken, and of the bars in which anything is."""


@dataclass(frozen=True)
class Temperament:
    """How a line moves.

    Attributes
    ----------
    centre : float
        Middle of the range, MIDI semitones.
    density : float
        In [0, 1]: short notes and few rests when high.
    leap : float
        Standard deviation of a step, in scale degrees.
    presence : float
        Probability that a phrase is played at all.
    """

    centre: float
    density: float
    leap: float
    presence: float


def compose_melody(spec: TrackSpec, plan: Plan, manner: Temperament, rng: np.random.Generator) -> list[Note]:
    """Compose a line of two-bar phrases from three motifs."""
    clock = plan.clock
    scale = scale_of(spec.arrangement.lead_style, spec.mode)
    motifs = [_draw_motif(clock.steps * PHRASE_BARS, manner, rng) for _ in range(3)]
    notes = []
    for first_bar in range(0, clock.bars, PHRASE_BARS):
        if rng.random() > manner.presence:
            continue
        for position, length, degree in motifs[int(rng.choice([0, 0, 1, 2]))]:
            bar = first_bar + position // clock.steps
            if bar >= clock.bars:
                break
            octave, place = divmod(degree, len(scale))
            pitch = spec.tonic + scale[place] + 12.0 * octave
            if position % 8 == 0:
                pitch = _nearest_chord_tone(pitch, spec.tonic, plan.chords[bar])
            if abs(manner.centre - pitch) > 9:
                pitch += 12 * round((manner.centre - pitch) / 12)
            notes.append(
                Note(
                    clock.time(bar, position % clock.steps),
                    0.95 * length * clock.step_seconds,
                    pitch,
                    strike(spec, 0.8, plan.form.fullness[bar], rng),
                )
            )
    return notes


def compose_rap(spec: TrackSpec, plan: Plan, centre: float, rng: np.random.Generator) -> list[Note]:
    """Compose spoken syllables on eighths and, more of them at high density, sixteenths; a bar rests now and then."""
    clock = plan.clock
    notes = []
    for bar in range(clock.bars):
        step = 0 if rng.random() < RAP_PRESENCE else clock.steps
        while step < clock.steps:
            if rng.random() < RAP_BEAT_SHARE:
                duration = clock.step_seconds * rng.uniform(1.1, 1.9)
                pitch = centre + 1.5 * rng.standard_normal()
                velocity = strike(spec, 0.8, plan.form.fullness[bar], rng)
                notes.append(Note(clock.time(bar, step), float(duration), float(pitch), velocity))
            step += 1 if rng.random() < 0.12 + 0.25 * spec.density else 2
    return notes


def _draw_motif(steps: int, manner: Temperament, rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Return a motif as (position, length, scale degree), lengths in steps; rests are left out."""
    busy = manner.density
    weights = np.array([0.05 + 0.35 * busy, 0.3, 0.12, 0.05 + 0.28 * (1.2 - busy), 0.1, 0.12 * (1.3 - busy)])
    weights /= weights.sum()
    motif = []
    position, degree = 0, int(rng.integers(-2, 3))
    while position < steps:
        length = int(rng.choice(LENGTHS, p=weights))
        if rng.random() > 0.05 + 0.4 * (1 - busy):
            motif.append((position, length, degree))
            degree += int(np.clip(round(manner.leap * rng.standard_normal()), -5, 5))
            degree = int(np.clip(degree, -6, 7))
        position += length
    return motif


def _nearest_chord_tone(pitch: float, tonic: int, chord: Chord) -> float:
    """Return the tone of the chord, in any octave, that lies nearest to a pitch."""
    tones = [(tonic + chord.root + interval) % 12 for interval in chord.intervals]
    steps = [(tone - pitch + 6) % 12 - 6 for tone in tones]
    return pitch + min(steps, key=abs)
