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
FORMANT_BANDWIDTHS_HZ = (60, 80, 130, 200)
FORMANT_GAINS = (1.0, 0.8, 0.55, 0.4)
FORMANT_JITTER = 0.07
"""Standard deviation by which the formants of two syllables with one vowel differ, as a part."""
TRACT_FLOOR = 0.012
CONSONANTS = ("fricative", "stop", "nasal", "none")
CONSONANT_WEIGHTS = (0.30, 0.30, 0.15, 0.25)
CODA_PROBABILITY = 0.25
"""Probability that a syllable ends in a fricative."""
LONGEST_CONSONANT = 0.45
"""Part of a syllable that a consonant may fill."""
RELEASE_SECONDS = 0.05
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
    sibilance : float
        Level of the fricatives.
    spoken : bool
        Whether pitch glides as in speech (rap) rather than holding notes.
    """

    size: float
    slope: float
    breath: float
    roughness: float
    vibrato: float
    sibilance: float
    spoken: bool


def sing(notes: Iterable[Note], singer: Singer, n: int, rng: np.random.Generator) -> Signal:
    """Return n samples of the line."""
    out = np.zeros(n, np.float32)
    for note in notes:
        syllable = _syllable(note, singer, rng)
        add_at(out, syllable * np.float32(note.velocity**1.3), note.start)
    return out


def _syllable(note: Note, singer: Singer, rng: np.random.Generator) -> Signal:
    """Return one syllable: a consonant and a vowel that moves through two others."""
    time = seconds(int((note.duration + RELEASE_SECONDS) * SAMPLE_RATE))
    pitch = _pitch_curve(time, note, singer, rng)
    frequency = 440 * np.exp2((pitch - 69) / 12)
    index = table_index(np.cumsum(frequency, dtype=np.float64) / SAMPLE_RATE)
    sound = np.zeros(len(time), np.float32)
    for vowel, weight in zip(
        rng.integers(len(VOWELS_HZ), size=3), _vowel_weights(time, note, rng), strict=True
    ):
        shift = np.exp(FORMANT_JITTER * rng.standard_normal(4))
        sound += _vowel_table(np.array(VOWELS_HZ[vowel]) * shift, to_hz(note.pitch), singer)[index] * weight
    noise = rng.standard_normal(len(time), dtype=np.float32)
    if singer.roughness:
        sound *= 1 + np.float32(8 * singer.roughness) * smooth(noise, 70)
        sound += np.float32(0.15 * singer.roughness) * noise
    sound += np.float32(0.3 * singer.breath) * (noise - smooth(noise, 1500))
    fall = np.clip((note.duration + RELEASE_SECONDS - time) / 0.06, 0, 1)
    sound = np.asarray(sound * np.minimum(time / 0.03, 1) * fall, np.float32)
    _articulate(sound, noise, singer, rng)
    return sound


def _vowel_weights(time: Signal, note: Note, rng: np.random.Generator) -> tuple[Signal, Signal, Signal]:
    """Return the shares of the vowels through which a syllable moves, one after the other."""
    first, second = sorted(rng.uniform(0.1, 0.9, 2) * note.duration)
    early = np.clip((time - first) / 0.06 + 0.5, 0, 1)
    late = np.minimum(np.clip((time - second) / 0.08 + 0.5, 0, 1), early)
    return np.asarray(1 - early), np.asarray(early - late), np.asarray(late)


def _pitch_curve(time: Signal, note: Note, singer: Singer, rng: np.random.Generator) -> Signal:
    """Return the pitch in semitones: scooped, falling off and with vibrato when sung, gliding when spoken."""
    if singer.spoken:
        knots = [rng.uniform(-1, 1), rng.uniform(0, 3), rng.uniform(-4, 0)]
        curve = note.pitch + np.interp(time, [0, 0.3 * note.duration, note.duration], knots)
        return np.asarray(curve, np.float32)
    scoop = rng.uniform(0.2, 2.2) * np.exp(-time / np.float32(0.06))
    fall = rng.uniform(-0.5, 1.5) * np.clip((time - note.duration + 0.12) / 0.12, 0, 1)
    rate, detune = rng.uniform(4.8, 6.0), 0.12 * rng.standard_normal()
    vibrato = singer.vibrato * np.sin(np.float32(2 * np.pi * rate) * time) * np.clip((time - 0.2) / 0.3, 0, 1)
    return np.asarray(note.pitch + detune - scoop - fall + vibrato, np.float32)


def _vowel_table(
    formants: np.ndarray[tuple[int], np.dtype[np.float64]], fundamental: float, singer: Singer
) -> Signal:
    """Return one cycle of a vowel: the source's slope times the resonances of the vocal tract."""
    n = int(np.clip(HIGHEST_PARTIAL_HZ / fundamental, 1, N_HARMONICS))
    k = np.arange(1, n + 1)
    tract = np.full(n, TRACT_FLOOR)
    for formant, width, gain in zip(formants, FORMANT_BANDWIDTHS_HZ, FORMANT_GAINS, strict=True):
        tract += gain / (
            1 + ((k * fundamental - formant * singer.size) / (width * (1 + singer.roughness))) ** 2
        )
    return wavetable(k**-singer.slope * tract, 0.3 * k**1.5)


def _articulate(sound: Signal, noise: Signal, singer: Singer, rng: np.random.Generator) -> None:
    """Put a consonant before the vowel, and now and then one after it."""
    level = float(np.sqrt(np.mean(sound**2)))
    kind = CONSONANTS[int(rng.choice(len(CONSONANTS), p=CONSONANT_WEIGHTS))]
    length = min(int(rng.uniform(0.04, 0.13) * SAMPLE_RATE), int(LONGEST_CONSONANT * len(sound)))
    loud = level * singer.sibilance * rng.uniform(0.4, 1.6)
    onset = np.linspace(0, 1, length, dtype=np.float32)
    if kind == "fricative":
        sound[:length] *= onset**4
        sound[:length] += np.float32(loud) * _hiss(noise[:length], rng.uniform(2000, 5500))
    elif kind == "stop":
        closed, burst = int(0.7 * length), length - int(0.7 * length)
        sound[:closed] = 0
        sound[closed:length] *= np.linspace(0, 1, burst, dtype=np.float32)
        sound[closed:length] += np.float32(1.5 * loud) * _hiss(noise[:burst], rng.uniform(600, 3500))
    elif kind == "nasal":
        sound[:length] = onset * sound[:length] + (1 - onset) * smooth(sound[:length], 300)
    if rng.random() < CODA_PROBABILITY:
        sound[-length:] *= onset[::-1]
        sound[-length:] += np.float32(loud) * _hiss(noise[-length:], rng.uniform(2000, 5500))


def _hiss(noise: Signal, cutoff_hz: float) -> Signal:
    """Return a burst of noise above a frequency, of level 1."""
    shaped = noise - smooth(noise, cutoff_hz)
    shaped = (shaped - smooth(shaped, cutoff_hz)) * np.hanning(len(noise)).astype(np.float32)
    return np.asarray(shaped / (np.sqrt(np.mean(shaped**2)) + 1e-6), np.float32)
