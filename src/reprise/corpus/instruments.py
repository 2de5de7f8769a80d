"""The pitched instruments: additive synthesis from wavetables, one engine for all patches."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from reprise.corpus.patches import Patch
from reprise.corpus.score import Note
from reprise.corpus.signals import (
    HIGHEST_PARTIAL_HZ,
    SAMPLE_RATE,
    Signal,
    add_at,
    seconds,
    table_index,
    to_hz,
    wavetable,
)

N_HARMONICS = 60
BANDS = ((1, 2), (3, 5), (6, 10), (11, 20), (21, N_HARMONICS))
"""First and last harmonic of the bands that have an envelope of their own."""
CHARACTER_DB = 5.0
"""Standard deviation, per octave point, of the response that tells one specimen from another."""
OCTAVES_HZ = 55.0 * 2.0 ** np.arange(9)
NOTE_CHARACTER_DB = 5.5
"""The same from one way of playing a note to another: where and how a string is struck, how a reed is blown."""
WAYS = 3
"""Ways of playing each note, taken in turn."""
VELOCITY_TILT = 1.0
"""Change of the harmonics' roll-off with velocity: strong notes are brighter."""
VELOCITY_STEPS = 8
DURATION_STEPS_PER_SECOND = 25


class Instrument:
    """A player's own specimen of an instrument: the patch with individual tilt, detuning, touch and body.

    Parameters
    ----------
    patch : Patch
        The timbre.
    rng : numpy.random.Generator
        Draws what makes this specimen different from others.
    """

    def __init__(self, patch: Patch, rng: np.random.Generator) -> None:
        self.patch = patch
        self._tilt = float(rng.uniform(-0.35, 0.35))
        self._detuning = float(rng.uniform(0.0005, 0.004))
        self._touch = float(rng.uniform(0.5, 2.0))
        self._ring = float(rng.uniform(0.6, 1.5))
        self._vibrato_hz = float(rng.uniform(4.6, 6.2))
        self._pluck = None if patch.pluck is None else patch.pluck * float(rng.uniform(0.7, 1.4))
        self._colour = np.exp(0.25 * rng.standard_normal(N_HARMONICS))
        self._character_db = CHARACTER_DB * rng.standard_normal(len(OCTAVES_HZ))
        self._phases = rng.uniform(0, 2 * np.pi, N_HARMONICS)
        self._noise = rng.standard_normal(SAMPLE_RATE).astype(np.float32)
        self._ways_db = NOTE_CHARACTER_DB * rng.standard_normal((WAYS, len(OCTAVES_HZ)))
        self._sounds: dict[tuple[int, int, int, int], Signal] = {}

    def play(self, notes: Iterable[Note], n: int) -> Signal:
        """Return n samples of the notes."""
        out = np.zeros(n, np.float32)
        for count, note in enumerate(notes):
            strength = np.float32(note.velocity**1.5)
            add_at(out, self._sound(note, count % WAYS) * strength, note.start)
        return out

    def _sound(self, note: Note, way: int) -> Signal:
        """Return a note at full velocity; notes that differ by less than one hears share a sound."""
        key = (
            round(note.pitch),
            round(note.velocity * VELOCITY_STEPS),
            max(1, round(note.duration * DURATION_STEPS_PER_SECOND)),
            way,
        )
        if key not in self._sounds:
            pitch, velocity, duration, _ = key
            self._sounds[key] = self._synthesise(
                to_hz(pitch), velocity / VELOCITY_STEPS, duration / DURATION_STEPS_PER_SECOND, way
            )
        return self._sounds[key]

    def _synthesise(self, frequency: float, velocity: float, duration: float, way: int) -> Signal:
        """Return one note: five bands of harmonics under their envelopes, and breath."""
        patch = self.patch
        time = seconds(int((duration + patch.release) * SAMPLE_RATE))
        phase = frequency * time.astype(np.float64)
        if patch.vibrato:
            depth = patch.vibrato * np.log(2) / 12 * frequency / (2 * np.pi * self._vibrato_hz)
            onset = np.minimum(time / 0.4, 1)
            phase += depth * onset * np.sin(np.float32(2 * np.pi * self._vibrato_hz) * time)
        voices = [table_index(phase)]
        if patch.ensemble:
            apart = self._detuning * patch.ensemble
            voices += [table_index(phase * (1 + apart)), table_index(phase * (1 - 0.8 * apart) + 0.37)]

        ending = np.exp(np.minimum(duration - time, 0) * np.float32(4 / patch.release))
        sound = np.zeros(len(time), np.float32)
        amplitudes = self._harmonics(frequency, velocity, way)
        for band, (first, last) in enumerate(BANDS):
            if first > len(amplitudes):
                break
            heard = np.zeros(len(amplitudes))
            heard[first - 1 : last] = amplitudes[first - 1 : last]
            table = wavetable(heard, self._phases[: len(heard)])
            sound += sum(table[voice] for voice in voices) * self._envelope(time, band, frequency)
        if patch.breath:
            hiss = np.resize(self._noise, len(time))
            sound += np.float32(patch.breath) * hiss * self._envelope(time, len(BANDS) - 1, frequency)
        return np.asarray(sound * ending, np.float32)

    def _harmonics(
        self, frequency: float, velocity: float, way: int
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the amplitudes of the harmonics below the highest partial; strong notes are brighter."""
        n = int(np.clip(HIGHEST_PARTIAL_HZ / frequency, 1, N_HARMONICS))
        k = np.arange(1, n + 1)
        amplitudes = self._colour[:n] * k ** -(
            self.patch.rolloff + self._tilt - VELOCITY_TILT * (velocity - 0.6)
        )
        amplitudes[1::2] *= self.patch.even
        if self._pluck is not None:
            amplitudes *= 0.1 + np.abs(np.sin(np.pi * k * self._pluck))
        points_db = self._character_db + self._ways_db[way]
        character_db = np.interp(np.log(k * frequency), np.log(OCTAVES_HZ), points_db)
        resonance = 10 ** (character_db / 20)
        for centre, width, gain in self.patch.body:
            resonance += 4 * gain / (1 + ((k * frequency - centre) / width) ** 2)
        return np.asarray(amplitudes * resonance)

    def _envelope(self, time: Signal, band: int, frequency: float) -> Signal:
        """Return the envelope of a band: high bands come later (bloom) and fade earlier (damping)."""
        patch = self.patch
        height = band / (len(BANDS) - 1)
        attack = max(patch.attack * self._touch, 0.002) + patch.bloom * height
        middle = np.sqrt(BANDS[band][0] * BANDS[band][1])
        decay = patch.decay * self._ring * middle**-patch.damping * (220 / max(frequency, 110)) ** 0.4
        fading = np.float32(1 - patch.sustain) * np.exp(time * np.float32(-1 / decay))
        return np.asarray(
            np.minimum(time / np.float32(attack), 1) * (np.float32(patch.sustain) + fading), np.float32
        )
