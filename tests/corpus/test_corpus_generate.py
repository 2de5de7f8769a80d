from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from reprise.corpus.generate import ROLES, RenderedTrack, count_tracks, draw_specs, generate
from reprise.corpus.genres import FACTOR_NAMES, GENRES, SONG_GENRES
from reprise.errors import BadParameter


@pytest.fixture(scope="module")
def emotion() -> list[RenderedTrack]:
    return list(generate("emotion", 3, seed=4))


def test_the_number_of_workers_changes_nothing(emotion: list[RenderedTrack]) -> None:
    for alone, shared in zip(emotion, generate("emotion", 3, seed=4, workers=2), strict=True):
        np.testing.assert_array_equal(alone.samples, shared.samples)
        assert (alone.source, alone.lyrics, alone.tags) == (shared.source, shared.lyrics, shared.tags)


def test_a_track_carries_plain_values(emotion: list[RenderedTrack]) -> None:
    for track in emotion:
        assert tuple(track.factors) == FACTOR_NAMES
        assert all(type(value) is float for value in (*track.factors.values(), *track.targets.values()))
        assert type(track.year) is int
        assert type(track.affect.arousal) is type(track.affect.valence) is float
        assert track.lyrics


def test_names_tell_nothing(emotion: list[RenderedTrack]) -> None:
    names = [name for track in emotion for name in (track.source, track.artist_id)]
    assert len({track.source for track in emotion}) == len(emotion)
    assert all(len(name) == 16 and int(name, 16) >= 0 for name in names)


def test_roles_share_no_music() -> None:
    tempos = [{spec.tempo for spec in draw_specs(role, 9, seed=0)} for role in ROLES]
    assert not tempos[0] & tempos[1]
    assert not tempos[0] & tempos[2]
    assert not tempos[1] & tempos[2]


def test_tracks_hold_as_many_of_each_genre() -> None:
    genres = [spec.genre for spec in draw_specs("tracks", 4, seed=0)]
    assert sorted(genres) == sorted(GENRES * 4)
    assert count_tracks("tracks", 4) == len(genres) == 40


def test_songs_come_from_the_seven_genres() -> None:
    assert {spec.genre for spec in draw_specs("songs", 21, seed=0)} == set(SONG_GENRES)


def test_the_order_is_unrelated_to_genre() -> None:
    genres = [spec.genre for spec in draw_specs("tracks", 20, seed=0)]
    assert np.mean([a == b for a, b in pairwise(genres)]) < 0.25
    assert genres != list(GENRES) * 20


@pytest.mark.parametrize(
    ("role", "tracks", "message"),
    [
        ("track", 3, r"'track'.*tracks, emotion, songs"),
        ("emotion", 4, "multiple of 3"),
        ("songs", 0, "at least 1"),
    ],
)
def test_a_bad_request_is_refused_before_anything_is_rendered(role: str, tracks: int, message: str) -> None:
    with pytest.raises(BadParameter, match=message):
        generate(role, tracks, seed=0)


def test_no_workers_are_refused() -> None:
    with pytest.raises(BadParameter, match="workers is 0"):
        generate("songs", 1, seed=0, workers=0)
