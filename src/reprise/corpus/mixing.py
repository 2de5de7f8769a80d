"""From a score to a mix: every part is played, set to its level, and sent into the room."""

from __future__ import annotations

import numpy as np

from reprise.corpus.drums import DrumSet
from reprise.corpus.effects import (
    compress,
    modulated_delay,
    overdrive,
    phrase_dynamics,
    reverberate,
    saturate,
)
from reprise.corpus.factors import TrackSpec
from reprise.corpus.instruments import Instrument
from reprise.corpus.patches import PATCHES
from reprise.corpus.randomness import stream
from reprise.corpus.score import Part, Score
from reprise.corpus.signals import N_SAMPLES, Signal, at_level
from reprise.corpus.voice import Singer, sing

PART_LEVELS_DB = {"bass": -18.0, "comp": -18.5, "second comp": -20.5, "lead": -17.5}
DRIVEN_GAIN_DB = 2.5
LEVEL_SPREAD_DB = 0.9
MIX_LEVEL_DB = -18.0
ROOM_SENDS = {"bass": 0.15, "drums": 0.25, "vocal": 0.5}
OTHER_SEND = 0.6
DOUBLING_PROBABILITY = 0.4


class Desk:
    """Sums the parts at their levels, and what of them goes into the room."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.mix: Signal = np.zeros(N_SAMPLES, np.float32)
        self.send: Signal = np.zeros(N_SAMPLES, np.float32)
        self._rng = rng

    def add(self, name: str, signal: Signal, level_db: float) -> None:
        """Add a part at an RMS level, give or take what mixing engineers differ by."""
        signal = at_level(signal, level_db + LEVEL_SPREAD_DB * float(self._rng.standard_normal()))
        self.mix += signal
        self.send += np.float32(ROOM_SENDS.get(name, OTHER_SEND)) * signal


def mix(spec: TrackSpec, score: Score) -> Signal:
    """Return the mixed track before mastering, float32 of shape (N_SAMPLES,)."""
    rng = stream(spec.seed, spec.genre, spec.composition, "mix")
    desk = Desk(rng)
    if score.strokes:
        drums = DrumSet(score.kit, _timbre(spec, "drums")).play(score.strokes, N_SAMPLES)
        desk.add("drums", drums, -28 + 18 * spec.drum_level)
    for part in score.parts:
        desk.add(part.role, _play_part(spec, part, rng), _part_level_db(spec, part, bool(score.vocal)))
    if score.vocal:
        desk.add("vocal", _sing_part(spec, score, rng), -26 + 16 * spec.vocal)

    mixed = desk.mix
    if spec.reverb > 0.03:
        room = reverberate(desk.send, 0.2 + 2.8 * spec.reverb, rng.uniform(2500, 7500), rng)
        mixed = mixed + room * np.float32(0.03 + 1.1 * spec.reverb**1.4)
    mixed = at_level(saturate(at_level(mixed, MIX_LEVEL_DB), spec.drive), MIX_LEVEL_DB)
    mixed = compress(mixed, -14 - 10 * spec.energy, 1.2 + 2.5 * spec.energy)
    return phrase_dynamics(mixed, 2 * score.bar_seconds, 3.2 - 2.4 * spec.energy, rng)


def _timbre(spec: TrackSpec, name: str) -> np.random.Generator:
    """Return the stream that draws an instrument's individual sound."""
    return stream(spec.seed, spec.genre, spec.composition, "timbre", name)


def _play_part(spec: TrackSpec, part: Part, rng: np.random.Generator) -> Signal:
    """Return a part as played, driven and doubled."""
    patch = PATCHES[part.instrument]
    signal = Instrument(patch, _timbre(spec, part.role)).play(part.notes, N_SAMPLES)
    if patch.driven:
        signal = overdrive(signal, 0.25 + 0.75 * spec.drive)
    elif part.role == "bass" and spec.drive > 0.6:
        signal = at_level(signal, MIX_LEVEL_DB) + at_level(overdrive(signal, 0.3), MIX_LEVEL_DB)
    elif part.instrument.endswith("guitar") and spec.drive > 0.3:
        signal = overdrive(signal, 0.5 * spec.drive)
    if part.role != "bass" and rng.random() < DOUBLING_PROBABILITY:
        signal = _double(signal, float(rng.uniform(0.4, 0.9)), rng)
    return signal


def _double(signal: Signal, level: float, rng: np.random.Generator) -> Signal:
    """Return the signal with a second, slightly unsteady copy of itself."""
    seconds, depth, rate = rng.uniform(0.004, 0.02), rng.uniform(0.001, 0.0035), rng.uniform(0.3, 1.5)
    return signal + np.float32(level) * modulated_delay(
        signal, seconds, depth, rate, rng.uniform(0, 2 * np.pi)
    )


def _part_level_db(spec: TrackSpec, part: Part, beside_voice: bool) -> float:
    """Return the level at which a part is mixed."""
    level = PART_LEVELS_DB[part.role]
    if PATCHES[part.instrument].driven:
        level += DRIVEN_GAIN_DB
    if part.role == "lead" and beside_voice:
        level -= 3
    if part.role == "bass" and spec.genre == "classical":
        level -= 5
    return level


def _sing_part(spec: TrackSpec, score: Score, rng: np.random.Generator) -> Signal:
    """Return the voice, sometimes double-tracked."""
    growling = spec.genre == "metal"
    singer = Singer(
        size=spec.voice_size,
        slope=float(rng.uniform(0.9, 1.5)),
        breath=float(rng.uniform(0.05, 0.3)),
        roughness=float(rng.uniform(0.3, 1.0)) if growling else 0.12 * spec.energy,
        vibrato=float(rng.uniform(0.05, 0.45)),
        spoken=score.rapped,
    )
    signal = sing(score.vocal, singer, N_SAMPLES, rng)
    if rng.random() < DOUBLING_PROBABILITY:
        signal = _double(signal, float(rng.uniform(0.3, 0.8)), rng)
    return signal
