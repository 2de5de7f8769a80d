"""Genres overlap, artists have habits: what the structure of the corpus rests on."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from reprise.audio.features import extract
from reprise.corpus.factors import ARTIST_SHARES, draw_spec
from reprise.corpus.form import draw_form
from reprise.corpus.genres import FACTOR_NAMES, FACTOR_RANGES, GENRES, STYLES
from reprise.corpus.ground_truth import derive_truth
from reprise.corpus.instruments import WAYS, Instrument
from reprise.corpus.patches import PATCHES
from reprise.corpus.patterns import PATTERNS
from reprise.corpus.rendering import render
from reprise.corpus.score import Note
from reprise.corpus.vocabulary import LANGUAGES

TRACKS = [draw_spec(11, genre, index) for genre in GENRES for index in range(100)]
GENRE_OF = np.array([spec.genre for spec in TRACKS])
FACTORS = np.array([list(spec.factors().values()) for spec in TRACKS])


def test_some_artists_are_heard_more_than_others() -> None:
    assert sum(ARTIST_SHARES) == pytest.approx(1)
    counts = Counter(spec.artist for spec in TRACKS)
    assert len(counts) == len(ARTIST_SHARES) >= 5
    assert counts.most_common(1)[0][1] / len(TRACKS) == pytest.approx(ARTIST_SHARES[0], abs=0.06)


@pytest.mark.parametrize("factor", range(len(FACTOR_NAMES)), ids=FACTOR_NAMES)
def test_no_factor_alone_stands_for_the_genre(factor: int) -> None:
    column = FACTORS[:, factor]
    edges = np.unique(np.quantile(column, np.linspace(0, 1, 21)[1:-1]))
    bins = np.searchsorted(edges, column)
    majority = sum(max(Counter(GENRE_OF[bins == b]).values()) for b in np.unique(bins))
    assert majority / len(column) < 0.5


@pytest.mark.parametrize("factor", FACTOR_RANGES)
def test_each_genre_overlaps_with_another_in_each_factor(factor: str) -> None:
    column = FACTORS[:, FACTOR_NAMES.index(factor)]
    ranges = {genre: np.quantile(column[genre == GENRE_OF], (0.05, 0.95)) for genre in GENRES}
    for genre, (low, high) in ranges.items():
        assert any(
            low <= other_high and other_low <= high
            for other, (other_low, other_high) in ranges.items()
            if other != genre
        ), genre


def test_factors_are_nearly_independent_within_a_genre() -> None:
    tables = []
    for seed in range(4):
        for genre in GENRES:
            table = np.array([list(draw_spec(seed, genre, i).factors().values()) for i in range(40)])
            tables.append(table - table.mean(axis=0))
    correlation = np.corrcoef(np.concatenate(tables).T) - np.eye(len(FACTOR_NAMES))
    assert np.abs(correlation).max() < 0.2
    assert np.sqrt(np.mean(correlation**2)) < 0.08


def test_genres_swing_differently_and_have_grooves_of_their_own() -> None:
    swing = {genre: STYLES[genre].priors["swing"][0] for genre in GENRES}
    assert (
        min(swing["jazz"], swing["blues"])
        > 0.5
        > 0.2
        > max(swing["disco"], swing["metal"], swing["classical"])
    )
    grooves = {
        genre: {tuple(sorted(groove.items())) for groove in PATTERNS[genre].grooves} for genre in GENRES
    }
    for genre, own in grooves.items():
        others = set.union(*(grooves[other] for other in GENRES if other != genre))
        assert len(own - others) >= 2, genre


def test_language_is_independent_of_the_genre() -> None:
    languages = [derive_truth(spec).language for spec in TRACKS]
    share = {
        g: np.mean([s == "English" for s, h in zip(languages, GENRE_OF, strict=True) if h == g])
        for g in GENRES
    }
    assert set(languages) == set(LANGUAGES)
    assert 0.2 < min(share.values()) <= max(share.values()) < 0.6


def test_tracks_of_an_artist_sound_more_alike_than_tracks_of_a_genre() -> None:
    vectors, artists = [], []
    for genre in ("country", "pop"):
        chosen: Counter[int] = Counter()
        for index in range(40):
            spec = draw_spec(2, genre, index)
            if chosen[spec.artist] < 3 and spec.artist < 2:
                chosen[spec.artist] += 1
                pooled = extract(render(spec)).pooled
                vectors.append([pooled[name] for name in sorted(pooled) if name.startswith("mfcc_")])
                artists.append((genre, spec.artist))
    table = np.array(vectors)
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    same: list[float] = []
    other: list[float] = []
    for i, first in enumerate(artists):
        for j, second in enumerate(artists[:i]):
            if first[0] == second[0]:
                distance = float(np.sqrt(np.mean((table[i] - table[j]) ** 2)))
                (same if first == second else other).append(distance)
    assert len(same) == 12
    assert np.mean(same) < 0.9 * np.mean(other)


def test_sections_thin_out_and_build_up() -> None:
    forms = [draw_form(16, np.random.default_rng(seed)) for seed in range(60)]
    fullness = np.array([form.fullness for form in forms])
    second = np.array([form.second for form in forms])
    assert set(np.unique(fullness)) == {0.0, 0.5, 1.0}
    assert np.mean(fullness.max(axis=1) > fullness.min(axis=1)) > 0.8
    assert second[fullness == 1].mean() > second[fullness == 0].mean() + 0.2
    assert np.mean([form.drums for form in forms]) > 0.7


def test_a_note_played_again_sounds_a_little_different() -> None:
    guitar = Instrument(PATCHES["clean_guitar"], np.random.default_rng(0))
    n = 8000
    sounds = [
        guitar.play([Note(50.0, 0.3, 57, 0.8)] * way + [Note(0.0, 0.3, 57, 0.8)], n)
        for way in range(WAYS + 1)
    ]
    spectra = [np.abs(np.fft.rfft(sound)) for sound in sounds]
    np.testing.assert_array_equal(sounds[0], sounds[WAYS])
    assert np.corrcoef(spectra[0], spectra[1])[0, 1] < 0.99
