from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from reprise.corpus.composition import compose
from reprise.corpus.factors import draw_spec
from reprise.corpus.genres import GENRES
from reprise.corpus.score import Clock, pattern_notes


@pytest.mark.parametrize("genre", GENRES)
def test_a_score_fills_the_clip_with_playable_notes(genre: str) -> None:
    for index in range(4):
        score = compose(draw_spec(0, genre, index))
        notes = [note for part in score.parts for note in part.notes]
        assert max(note.start + note.duration for note in notes) > 28
        assert all(20 <= note.pitch <= 108 for note in notes)
        assert all(0 < note.velocity <= 1 for note in (*notes, *score.vocal))
        assert all(note.duration > 0 for note in notes)


def test_beats_fall_where_the_tempo_puts_them_whatever_the_swing() -> None:
    spec = dataclasses.replace(
        draw_spec(0, "jazz", 0), tempo=120.0, swing=0.9, looseness=0.0, triple_meter=False
    )
    clock = Clock(spec, np.random.default_rng(0))
    beats = [clock.time(bar, step) for bar in range(3) for step in (0, 4, 8, 12)]
    np.testing.assert_allclose(np.diff(beats), 0.5, atol=1e-9)


def test_swing_delays_the_off_beats() -> None:
    spec = dataclasses.replace(
        draw_spec(0, "jazz", 0), tempo=120.0, swing=1.0, looseness=0.0, triple_meter=False
    )
    clock = Clock(spec, np.random.default_rng(0))
    first, off, second = (clock.time(0, step) for step in (0, 2, 4))
    assert (off - first) / (second - first) == pytest.approx(2 / 3, abs=0.01)


def test_pattern_lengths_count_what_is_held() -> None:
    assert pattern_notes("r--.f-", 6) == [(0, "r", 3), (4, "f", 2)]
    assert pattern_notes("r-----", 4) == [(0, "r", 4)]


def test_density_adds_notes() -> None:
    spec = draw_spec(0, "pop", 1)
    sparse, busy = (compose(dataclasses.replace(spec, density=density)) for density in (0.05, 0.95))
    assert len(busy.strokes) > len(sparse.strokes)


def test_nobody_sings_without_vocal_presence() -> None:
    spec = draw_spec(0, "pop", 0)
    assert compose(dataclasses.replace(spec, vocal=0.0)).vocal == ()
    assert compose(dataclasses.replace(spec, vocal=0.8)).vocal
