"""The voice: a glottal spectrum through moving formants, consonants, vibrato; sung or spoken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reprise.corpus.score import Note
from reprise.corpus.signals import (
    HIGHEST_PARTIAL_HZ,
    SAMPLE_RATE,
    Signal,
    add_at,
    seconds,
    smooth,
    table_index,
    to_hz,
    wavetable,
)

VOWELS_HZ = (
    (730, 1090, 2440, 3400),
    (530, 1840, 2480, 3500),
    (270, 2290, 3010, 3700),
    (570, 840, 2410, 3300),
    (300, 870, 2240, 3200),
    (660, 1720, 2410, 3400),
    (440, 1020, 2240, 3300),
)
"""First four formants of seven vowels: three from Peterson and Barney (1952, men), the fourth a typical value."""
FORMANT_BANDWIDTHS_HZ = (80, 110, 160, 220)
FORMANT_GAINS = (1.0, 0.8, 0.55, 0.4)
CONSONANT_PROBABILITY = 0.6
N_HARMONICS = 80


@dataclass(frozen=True)
class Singer:
    """A singer's manner.

    Attributes
    ----------
    size : float
        Scale of the formants (1: the average adult male).
    slope : float
        Harmonic k of the source has amplitude k ** -slope.
    breath, roughness : float
        Levels of breath noise and of growl, in [0, 1].
    vibrato : float
        Depth in semitones.
    spoken : bool
        Whether pitch glides as in speech (rap) rather than holding notes.
    """

    size: float
    slope: float
    breath: float
    roughness: float
    vibrato: float
    spoken: bool


def sing(notes: Iterable[Note], singer: Singer, n: int, rng: np.random.Generator) -> Signal:
    """Return n samples of the line."""
    out = np.zeros(n, np.float32)
    for note in notes:
        syllable = _syllable(note, singer, rng)
        add_at(out, syllable * np.float32(note.velocity**1.3), note.start)
    return out


def _syllable(note: Note, singer: Singer, rng: np.random.Generator) -> Signal:
    """Return one syllable: a consonant and a vowel that moves into another."""
    time = seconds(int((note.duration + 0.05) * SAMPLE_RATE))
    pitch = _pitch_curve(time, note, singer, rng)
    frequency = 440 * np.exp2((pitch - 69) / 12)
    index = table_index(np.cumsum(frequency, dtype=np.float64) / SAMPLE_RATE)
    opening, closing = rng.integers(len(VOWELS_HZ), size=2)
    fundamental = to_hz(note.pitch)
    glide = np.clip(time / np.float32(max(note.duration, 0.1)), 0, 1)
    sound = _vowel_table(opening, fundamental, singer)[index] * (1 - glide)
    sound += _vowel_table(closing, fundamental, singer)[index] * glide
    noise = rng.standard_normal(len(time), dtype=np.float32)
    if singer.roughness:
        sound *= 1 + np.float32(8 * singer.roughness) * smooth(noise, 70)
        sound += np.float32(0.15 * singer.roughness) * noise
    sound += np.float32(0.3 * singer.breath) * (noise - smooth(noise, 1500))
    fall = np.clip((note.duration + 0.05 - time) / 0.06, 0, 1)
    sound *= np.minimum(time / 0.03, 1) * fall
    if rng.random() < CONSONANT_PROBABILITY:
        _add_consonant(sound, noise, rng)
    return np.asarray(sound, np.float32)


def _pitch_curve(time: Signal, note: Note, singer: Singer, rng: np.random.Generator) -> Signal:
    """Return the pitch in semitones: scooped and with vibrato when sung, gliding when spoken."""
    if singer.spoken:
        knots = [rng.uniform(-1, 1), rng.uniform(0, 3), rng.uniform(-4, 0)]
        curve = note.pitch + np.interp(time, [0, 0.3 * note.duration, note.duration], knots)
        return np.asarray(curve, np.float32)
    scoop = rng.uniform(0.2, 1.6) * np.exp(-time / np.float32(0.05))
    rate, detune = rng.uniform(4.8, 6.0), 0.12 * rng.standard_normal()
    vibrato = singer.vibrato * np.sin(np.float32(2 * np.pi * rate) * time) * np.clip((time - 0.2) / 0.3, 0, 1)
    return np.asarray(note.pitch + detune - scoop + vibrato, np.float32)


def _vowel_table(vowel: int, fundamental: float, singer: Singer) -> Signal:
    """Return one cycle of a vowel: the source's slope times the resonances of the vocal tract."""
    n = int(np.clip(HIGHEST_PARTIAL_HZ / fundamental, 1, N_HARMONICS))
    k = np.arange(1, n + 1)
    tract = np.full(n, 0.02)
    for formant, width, gain in zip(VOWELS_HZ[vowel], FORMANT_BANDWIDTHS_HZ, FORMANT_GAINS, strict=True):
        tract += gain / (
            1 + ((k * fundamental - formant * singer.size) / (width * (1 + singer.roughness))) ** 2
        )
    return wavetable(k**-singer.slope * tract, 0.3 * k**1.5)


def _add_consonant(sound: Signal, noise: Signal, rng: np.random.Generator) -> None:
    """Replace the onset by a burst of high noise."""
    length = min(int(rng.uniform(0.03, 0.10) * SAMPLE_RATE), len(sound))
    burst = noise[:length] * np.hanning(length).astype(np.float32)
    burst -= smooth(burst, rng.uniform(1500, 4500))
    sound[:length] *= np.linspace(0.2, 1, length, dtype=np.float32)
    sound[:length] += burst * np.float32(rng.uniform(0.15, 0.6))
