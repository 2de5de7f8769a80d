"""From a specification to a score: harmony, rhythm section, accompaniment, lead and voice."""

from __future__ import annotations

import numpy as np

from reprise.corpus.factors import TrackSpec
from reprise.corpus.form import Plan, draw_form, strike
from reprise.corpus.harmony import POWER, parse_progression
from reprise.corpus.melody import Temperament, compose_melody, compose_rap
from reprise.corpus.patches import PATCHES
from reprise.corpus.randomness import stream
from reprise.corpus.rhythm import compose_bass, compose_drums
from reprise.corpus.score import Clock, Note, Part, Score, pattern_notes

VOCAL_THRESHOLD = 0.12
"""Below this vocal presence nobody sings."""
FAST_TEMPO = 150.0
"""Above this tempo, in beats a minute, a chord lasts two bars."""
POWER_CHORD_DRIVE = 0.45
SUSTAINED = "x---------------"


def compose(spec: TrackSpec) -> Score:
    """Compose a track.

    Parameters
    ----------
    spec : TrackSpec
        Factors and arrangement; the score depends on nothing else.
    """
    rng = stream(spec.seed, spec.genre, spec.composition, "score")
    clock = Clock(spec, rng)
    progression = parse_progression(spec.arrangement.progression)
    bars_per_chord = 2 if spec.tempo > FAST_TEMPO else 1
    chords = tuple(progression[bar // bars_per_chord % len(progression)] for bar in range(clock.bars))
    plan = Plan(clock, chords, draw_form(clock.bars, rng))

    parts = [Part("bass", spec.arrangement.band.bass, tuple(compose_bass(spec, plan, rng)))]
    parts += _compose_accompaniment(spec, plan, rng)
    vocal, rapped = _compose_vocal(spec, plan, rng)
    if not vocal or rng.random() < 0.55:
        parts.append(_compose_lead(spec, plan, bool(vocal), rng))
    return Score(
        parts=tuple(parts),
        strokes=tuple(compose_drums(spec, plan, rng)),
        kit=spec.arrangement.band.kit,
        vocal=tuple(vocal),
        rapped=rapped,
        bar_seconds=clock.bar_seconds,
    )


def _compose_accompaniment(spec: TrackSpec, plan: Plan, rng: np.random.Generator) -> list[Part]:
    """Let one or, more often at high density, two instruments play the chords."""
    parts = []
    for place, instrument in enumerate(spec.arrangement.band.accompaniment):
        second = place == 1
        if second and rng.random() > 0.1 + 0.9 * spec.density:
            continue
        sustained = PATCHES[instrument].sustained and rng.random() < 0.6
        pattern = SUSTAINED if sustained else spec.arrangement.accompaniment[place]
        heavy = PATCHES[instrument].driven
        centre = (52 if heavy else 60) + spec.register + 5 * place
        notes: list[Note] = []
        for bar, chord in enumerate(plan.chords):
            if second and not plan.form.second[bar]:
                continue
            intervals = POWER if heavy and spec.drive > POWER_CHORD_DRIVE else chord.intervals
            voicing = _voice_chord(spec.tonic + chord.root, intervals, centre, closed=not heavy)
            notes += _play_bar(spec, plan, bar, pattern, voicing, instrument, rng)
        parts.append(Part("second comp" if second else "comp", instrument, tuple(notes)))
    return parts


def _voice_chord(root: int, intervals: tuple[int, ...], centre: float, *, closed: bool) -> list[float]:
    """Return the chord's pitches around a centre, lowest first; a closed voicing folds high tones down."""
    base = root + 12 * round((centre - root) / 12)
    if not closed:
        return [float(base + interval) for interval in intervals]
    return sorted(float(base + i - (12 if base + i > centre + 8 else 0)) for i in intervals)


def _play_bar(
    spec: TrackSpec,
    plan: Plan,
    bar: int,
    pattern: str,
    voicing: list[float],
    instrument: str,
    rng: np.random.Generator,
) -> list[Note]:
    """Play one bar of an accompaniment pattern: chords (strummed on plucked strings) or broken chords."""
    clock = plan.clock
    spread = 0.012 if PATCHES[instrument].plucked else 0.002
    notes = []
    for step, symbol, length in pattern_notes(pattern, clock.steps):
        if symbol == "x" and length < 8 and rng.random() < 0.22 * (1 - spec.density):
            continue
        start = clock.time(bar, step)
        velocity = strike(spec, 0.63, plan.form.fullness[bar], rng)
        duration = length * clock.step_seconds
        if symbol == "x":
            hold = 0.95 if length >= 8 else 0.8
            notes += [
                Note(start + spread * string, hold * duration, pitch, velocity)
                for string, pitch in enumerate(voicing)
            ]
        else:
            octave, place = divmod(int(symbol), len(voicing))
            notes.append(Note(start, 1.1 * duration, voicing[place] + 12 * octave, velocity))
    return notes


def _compose_vocal(spec: TrackSpec, plan: Plan, rng: np.random.Generator) -> tuple[list[Note], bool]:
    """Return the voice's line and whether it is spoken."""
    chance = {"hiphop": 0.8, "reggae": 0.15}.get(spec.arrangement.lead_style, 0.0)
    rapped = bool(rng.random() < chance)
    if spec.vocal <= VOCAL_THRESHOLD:
        return [], False
    centre = 50 + 0.8 * spec.register + 40 * (spec.voice_size - 0.92)
    if rapped:
        return compose_rap(spec, plan, centre, rng), True
    manner = Temperament(centre + 5, 0.45 + 0.45 * spec.density, leap=1.5, presence=0.86)
    return compose_melody(spec, plan, manner, rng), False


def _compose_lead(spec: TrackSpec, plan: Plan, beside_voice: bool, rng: np.random.Generator) -> Part:
    """Compose the lead: in front of the band, or between the singer's phrases."""
    candidates = spec.arrangement.band.lead
    instrument = candidates[int(rng.integers(len(candidates)))]
    leap = 2.2 if spec.arrangement.lead_style == "jazz" else 1.7
    density, presence = (0.5 * spec.density, 0.35) if beside_voice else (spec.density, 0.9)
    manner = Temperament(70 + spec.register, density, leap, presence)
    return Part("lead", instrument, tuple(compose_melody(spec, plan, manner, rng)))
