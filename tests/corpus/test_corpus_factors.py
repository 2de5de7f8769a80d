from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.corpus.factors import PROBE_RANGES, draw_probe_spec, draw_spec
from reprise.corpus.genres import FACTOR_NAMES, FACTOR_RANGES, GENRES, STYLES
from reprise.corpus.harmony import is_minor, parse_chord
from reprise.corpus.patches import PATCHES
from reprise.errors import BadParameter

seeds = st.integers(0, 2**31)


@given(seed=seeds, genre=st.sampled_from(GENRES), index=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_specification_keeps_its_ranges_and_is_drawn_the_same_twice(
    seed: int, genre: str, index: int
) -> None:
    spec = draw_spec(seed, genre, index)
    for name, (low, high) in FACTOR_RANGES.items():
        assert low <= getattr(spec, name) <= high, name
    assert spec.mode in (0, 1)
    assert is_minor(spec.arrangement.progression) == bool(spec.mode)
    assert tuple(spec.factors()) == FACTOR_NAMES
    assert {
        *spec.arrangement.band.accompaniment,
        *spec.arrangement.band.lead,
        spec.arrangement.band.bass,
    } <= set(PATCHES)
    assert spec == draw_spec(seed, genre, index)


def test_neighbouring_indices_seeds_and_genres_give_different_tracks() -> None:
    specs = [
        draw_spec(0, "rock", 0),
        draw_spec(0, "rock", 1),
        draw_spec(1, "rock", 0),
        draw_spec(0, "metal", 0),
    ]
    assert len({spec.tempo for spec in specs}) == len(specs)


def test_tracks_of_an_artist_resemble_each_other() -> None:
    shares = []
    for genre in GENRES:
        specs = [draw_spec(3, genre, index) for index in range(100)]
        artist = np.array([spec.artist for spec in specs])
        tempo = np.array([spec.tempo for spec in specs])
        within = np.mean([tempo[artist == a].var() for a in np.unique(artist)])
        shares.append(within / tempo.var())
    assert 0.35 < np.mean(shares) < 0.75


def test_genres_overlap_in_tempo_but_differ_in_its_mean() -> None:
    reggae = np.array([draw_spec(0, "reggae", index).tempo for index in range(80)])
    metal = np.array([draw_spec(0, "metal", index).tempo for index in range(80)])
    assert metal.mean() - reggae.mean() > 25
    assert metal.min() < reggae.max()


def test_brightness_does_not_depend_on_the_genre() -> None:
    assert len({STYLES[genre].priors["brightness"] for genre in GENRES}) == 1


def test_a_style_is_borrowed_now_and_then() -> None:
    own = [draw_spec(0, "metal", index).arrangement.lead_style == "metal" for index in range(200)]
    assert 0.7 < np.mean(own) < 0.97


def test_music_without_drums_has_no_drum_level() -> None:
    drumless = [spec for spec in (draw_spec(0, "classical", index) for index in range(20)) if spec.drumless]
    assert drumless
    assert all(spec.drum_level == 0 for spec in drumless)


def test_probe_factors_are_independent_of_each_other() -> None:
    table = np.array([list(draw_probe_spec(0, index).factors().values()) for index in range(400)])
    correlation = np.corrcoef(table.T) - np.eye(len(FACTOR_NAMES))
    assert np.abs(correlation).max() < 0.2
    for name, column in zip(FACTOR_NAMES, table.T, strict=True):
        low, high = PROBE_RANGES.get(name, (0, 1))
        assert low <= column.min() <= column.max() <= high


def test_fixing_a_probe_factor_changes_nothing_else() -> None:
    slow, fast = draw_probe_spec(0, 5, tempo=80.0), draw_probe_spec(0, 5, tempo=150.0)
    assert dataclasses.replace(slow, tempo=150.0) == fast


def test_an_unknown_genre_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadParameter, match=r"'polka'.*blues.*rock"):
        draw_spec(0, "polka", 0)


def test_an_unknown_probe_factor_is_refused() -> None:
    with pytest.raises(BadParameter, match="'temp'"):
        draw_probe_spec(0, 0, temp=1.0)


@pytest.mark.parametrize(
    ("symbol", "root", "intervals"),
    [
        ("I", 0, (0, 4, 7)),
        ("bVII", 10, (0, 4, 7)),
        ("ii7", 2, (0, 3, 7, 10)),
        ("IVM", 5, (0, 4, 7, 11)),
        ("bII5", 1, (0, 7, 12)),
    ],
)
def test_chords_are_read_as_musicians_read_them(symbol: str, root: int, intervals: tuple[int, ...]) -> None:
    chord = parse_chord(symbol)
    assert (chord.root, chord.intervals) == (root, intervals)
