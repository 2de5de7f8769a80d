"""Drums: swept sines, filtered noise and metal, with a character that depends on the kit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reprise.corpus.score import Stroke
from reprise.corpus.signals import SAMPLE_RATE, Signal, add_at, seconds, smooth

Range = tuple[float, float]


@dataclass(frozen=True)
class Kit:
    """Ranges from which a kit of this kind is drawn.

    Attributes
    ----------
    kick_hz, kick_decay : (low, high)
        Frequency the kick falls to, and its decay in seconds.
    snare_decay, snare_noise : (low, high)
        Decay in seconds; part of noise against tone.
    hat_decay : (low, high)
        Decay of the closed hat in seconds.
    """

    kick_hz: Range = (48.0, 62.0)
    kick_decay: Range = (0.10, 0.22)
    snare_decay: Range = (0.08, 0.16)
    snare_noise: Range = (0.4, 0.7)
    hat_decay: Range = (0.03, 0.06)


KITS = {
    "acoustic": Kit(),
    "room": Kit(snare_decay=(0.12, 0.22), hat_decay=(0.04, 0.08)),
    "power": Kit(kick_decay=(0.14, 0.28), snare_decay=(0.10, 0.20), snare_noise=(0.5, 0.8)),
    "jazz": Kit(kick_hz=(58.0, 72.0), kick_decay=(0.08, 0.14), snare_decay=(0.06, 0.10)),
    "brushes": Kit(kick_hz=(55.0, 70.0), kick_decay=(0.08, 0.14), snare_noise=(0.75, 0.95)),
    "orchestra": Kit(kick_hz=(55.0, 80.0), kick_decay=(0.25, 0.40)),
    "machine": Kit(
        kick_hz=(40.0, 50.0), kick_decay=(0.22, 0.45), snare_noise=(0.5, 0.9), hat_decay=(0.02, 0.04)
    ),
    "electronic": Kit(kick_hz=(46.0, 58.0), kick_decay=(0.14, 0.26), hat_decay=(0.02, 0.05)),
}
TOM_HZ = {"low_tom": 90.0, "mid_tom": 130.0, "high_tom": 180.0}
CLAP_ONSETS = (0.0, 0.011, 0.022, 0.031)
METAL_RATIOS = (0.41, 0.53, 0.67, 0.81, 0.93)
VARIANTS = 2
"""Recordings of each drum, played in turn, so that strokes are not copies."""


class DrumSet:
    """One specimen of a kit."""

    def __init__(self, kit: str, rng: np.random.Generator) -> None:
        ranges = KITS[kit]
        self._rng = rng
        self._kick_hz = rng.uniform(*ranges.kick_hz)
        self._kick_sweep = rng.uniform(2.0, 4.5)
        self._kick_decay = rng.uniform(*ranges.kick_decay)
        self._kick_click = rng.uniform(0.0, 0.6)
        self._snare_hz = rng.uniform(150, 230)
        self._snare_noise = rng.uniform(*ranges.snare_noise)
        self._snare_decay = rng.uniform(*ranges.snare_decay)
        self._snare_cutoff = rng.uniform(450, 1750)
        self._hat_cutoff = rng.uniform(5000, 8000)
        self._hat_decay = rng.uniform(*ranges.hat_decay)
        self._open_decay = rng.uniform(0.15, 0.5)
        self._sounds: dict[str, list[Signal]] = {}

    def play(self, strokes: Iterable[Stroke], n: int) -> Signal:
        """Return n samples of the strokes."""
        out = np.zeros(n, np.float32)
        for count, stroke in enumerate(strokes):
            if stroke.drum not in self._sounds:
                self._sounds[stroke.drum] = [self._strike(stroke.drum) for _ in range(VARIANTS)]
            sound = self._sounds[stroke.drum][count % VARIANTS]
            add_at(out, sound * np.float32(stroke.velocity**1.5), stroke.start)
        return out

    def _strike(self, drum: str) -> Signal:
        """Return one stroke of a drum."""
        if drum == "kick":
            return self._kick()
        if drum in TOM_HZ:
            return self._tom(TOM_HZ[drum])
        metals = {
            "closed_hat": self._hat_decay,
            "pedal_hat": 0.8 * self._hat_decay,
            "open_hat": self._open_decay,
            "ride": 0.35,
            "crash": 1.1,
            "tambourine": 0.06,
        }
        if drum in metals:
            return self._metal(metals[drum], ringing=drum == "ride")
        return self._snare(drum)

    def _noise(self, n: int) -> Signal:
        return self._rng.standard_normal(n, dtype=np.float32)

    def _kick(self) -> Signal:
        time = seconds(int((3 * self._kick_decay + 0.1) * SAMPLE_RATE))
        sound = _swept_sine(time, self._kick_hz, self._kick_sweep, 38.0) * np.exp(
            -time / np.float32(self._kick_decay)
        )
        click = int(0.012 * SAMPLE_RATE)
        sound[:click] += (
            np.float32(self._kick_click) * self._noise(click) * np.linspace(1, 0, click, dtype=np.float32)
        )
        return np.asarray(np.tanh(1.5 * sound), np.float32)

    def _snare(self, drum: str) -> Signal:
        """Return a stroke of the snare, on its head, its rim or with a brush, or a hand clap."""
        decay = self._snare_decay * {"rimshot": 0.35, "brush": 0.8}.get(drum, 1.0)
        time = seconds(int((5 * decay + 0.05) * SAMPLE_RATE))
        noise = self._noise(len(time))
        if drum == "clap":
            noise = 2 * (smooth(noise, 2500) - smooth(noise, 700))
            bursts = [
                np.where(
                    time >= onset, np.exp((onset - time) / (decay if onset == CLAP_ONSETS[-1] else 0.008)), 0
                )
                for onset in CLAP_ONSETS
            ]
            return np.asarray(noise * sum(bursts) * 0.6, np.float32)
        noise -= smooth(noise, self._snare_cutoff)
        share = 1.0 if drum == "brush" else self._snare_noise
        tone = _swept_sine(time, self._snare_hz, 0.5, 60.0) * np.exp(-time / np.float32(0.06))
        hiss = (
            noise
            * np.exp(-time / np.float32(decay))
            * np.minimum(time / (0.02 if drum == "brush" else 0.0005), 1)
        )
        return np.asarray(0.7 * share * hiss + 1.4 * (1 - share) * tone, np.float32)

    def _metal(self, decay: float, *, ringing: bool) -> Signal:
        """Return a hat or cymbal: high-passed noise and a cluster of square waves."""
        time = seconds(int((5 * decay + 0.02) * SAMPLE_RATE))
        cluster = sum(
            np.sign(np.sin(np.float32(2 * np.pi * self._hat_cutoff * r) * time)) for r in METAL_RATIOS
        )
        ring = np.float32(0.18 if ringing else 0.08) * np.asarray(cluster, np.float32)
        sound = np.float32(0.6) * self._noise(len(time)) + ring
        for cutoff in (self._hat_cutoff, 0.8 * self._hat_cutoff):
            sound = sound - smooth(sound, cutoff)
        return np.asarray(0.9 * sound * np.exp(-time / np.float32(decay)), np.float32)

    def _tom(self, frequency: float) -> Signal:
        time = seconds(int(0.5 * SAMPLE_RATE))
        tone = _swept_sine(time, frequency, 0.35, 25.0) * np.exp(-time / np.float32(0.16))
        return np.asarray(tone + 0.1 * self._noise(len(time)) * np.exp(-time / np.float32(0.02)), np.float32)


def _swept_sine(time: Signal, frequency: float, sweep: float, rate: float) -> Signal:
    """Return a sine that falls from ``(1 + sweep) * frequency`` to ``frequency``."""
    cycles = frequency * (time + sweep / rate * (1 - np.exp(-rate * time)))
    return np.asarray(np.sin(np.float32(2 * np.pi) * cycles), np.float32)
