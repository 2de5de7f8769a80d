"""From a score to a mix: every part is played, set to its level, and sent into the room."""

from __future__ import annotations

import numpy as np

from reprise.corpus.drums import DrumSet
from reprise.corpus.effects import (
    compress,
    modulated_delay,
    move_filter,
    overdrive,
    phrase_dynamics,
    reverberate,
    saturate,
)
from reprise.corpus.factors import TrackSpec
from reprise.corpus.genres import STYLES
from reprise.corpus.instruments import Instrument
from reprise.corpus.patches import PATCHES
from reprise.corpus.randomness import stream
from reprise.corpus.score import Part, Score
from reprise.corpus.signals import N_SAMPLES, SAMPLE_RATE, Signal, at_level
from reprise.corpus.voice import Singer, sing

PART_LEVELS_DB = {"bass": -18.0, "comp": -18.5, "second comp": -20.5, "lead": -17.5}
DRIVEN_GAIN_DB = 2.5
LEVEL_SPREAD_DB = 0.9
MIX_LEVEL_DB = -18.0
ROOM_SENDS = {"bass": 0.15, "drums": 0.25, "vocal": 0.5}
OTHER_SEND = 0.6
DOUBLING_PROBABILITY = 0.4
MOVING_PROBABILITY = 0.7
"""Probability that the tone of a part changes in the course of the track: filters, pedals, players' hands."""
MOVING_DB = (3.0, 8.0)
DUCKING_DB = 5.0
"""How much softer accompaniment and lead are mixed beside a voice in the foreground."""
ARTIST_SOUND = 0.9
"""Probability that an artist uses the instrument, kit or recording chain of his other tracks."""


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
        drums = DrumSet(score.kit, sound_of(spec, f"drums {score.kit}", rng)).play(score.strokes, N_SAMPLES)
        desk.add("drums", drums, -28 + 18 * spec.drum_level)
    for part in score.parts:
        desk.add(part.role, _play_part(spec, score, part, rng), _part_level_db(spec, part, bool(score.vocal)))
    if score.vocal:
        desk.add("vocal", _sing_part(spec, score, rng), -26 + 20 * spec.vocal)

    mixed = desk.mix
    if spec.reverb > 0.03:
        room = reverberate(desk.send, 0.2 + 2.8 * spec.reverb, rng.uniform(2500, 7500), rng)
        mixed = mixed + room * np.float32(0.03 + 1.1 * spec.reverb**1.4)
    mixed = at_level(saturate(at_level(mixed, MIX_LEVEL_DB), spec.drive), MIX_LEVEL_DB)
    mixed = compress(mixed, -14 - 10 * spec.energy, 1.2 + 2.5 * spec.energy)
    return phrase_dynamics(mixed, 2 * score.bar_seconds, 3.2 - 2.4 * spec.energy, rng)


def sound_of(spec: TrackSpec, name: str, rng: np.random.Generator) -> np.random.Generator:
    """Return the stream that draws an individual sound: mostly the artist's own, else one of this track alone."""
    own = stream(spec.seed, spec.genre, spec.artist, "artist's sound", name)
    new = stream(spec.seed, spec.genre, spec.composition, "sound", name)
    return own if rng.random() < ARTIST_SOUND else new


def _play_part(spec: TrackSpec, score: Score, part: Part, rng: np.random.Generator) -> Signal:
    """Return a part as played, driven, doubled and with a tone that moves."""
    patch = PATCHES[part.instrument]
    sound = sound_of(spec, f"{part.role} {part.instrument}", rng)
    signal = Instrument(patch, sound).play(part.notes, N_SAMPLES)
    if patch.driven:
        signal = overdrive(signal, 0.25 + 0.75 * spec.drive)
    elif part.role == "bass" and spec.drive > 0.6:
        signal = at_level(signal, MIX_LEVEL_DB) + at_level(overdrive(signal, 0.3), MIX_LEVEL_DB)
    elif part.instrument.endswith("guitar") and spec.drive > 0.3:
        signal = overdrive(signal, 0.5 * spec.drive)
    if part.role != "bass" and rng.random() < DOUBLING_PROBABILITY:
        signal = _double(signal, float(rng.uniform(0.4, 0.9)), rng)
    if rng.random() < MOVING_PROBABILITY:
        step = score.bar_seconds * float(rng.choice([0.25, 0.5, 1.0, 2.0]))
        course = rng.standard_normal(int(N_SAMPLES / SAMPLE_RATE / step) + 2) * rng.uniform(*MOVING_DB)
        signal = move_filter(signal, rng.uniform(350, 2200), course, step)
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
    if part.role != "bass" and beside_voice:
        level -= DUCKING_DB * spec.vocal
    if part.role.endswith("comp"):
        level -= STYLES[spec.genre].foreground_db
    if part.role == "bass" and spec.genre == "classical":
        level -= 5
    return level


def _sing_part(spec: TrackSpec, score: Score, rng: np.random.Generator) -> Signal:
    """Return the voice, sometimes double-tracked."""
    growling = spec.genre == "metal"
    throat = stream(spec.seed, spec.genre, spec.artist, "artist's sound", "voice")
    singer = Singer(
        size=spec.voice_size,
        slope=float(throat.uniform(0.55, 1.15)),
        breath=float(throat.uniform(0.05, 0.3)),
        roughness=float(throat.uniform(0.3, 1.0)) if growling else 0.12 * spec.energy,
        vibrato=float(throat.uniform(0.05, 0.6)),
        sibilance=float(throat.uniform(0.5, 1.5)),
        spoken=score.rapped,
    )
    signal = sing(score.vocal, singer, N_SAMPLES, rng)
    if rng.random() < DOUBLING_PROBABILITY:
        signal = _double(signal, float(rng.uniform(0.3, 0.8)), rng)
    return signal
