"""Folds: every song is predicted once, by songs of other artists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.songs.folds import divide, fewer
from reprise.songs.source import SongTables, assemble

SongWorld = Callable[..., SongTables]


def test_every_song_is_tested_once_and_artists_are_never_divided(song_world: SongWorld) -> None:
    songs = assemble(song_world(90))
    rows = np.flatnonzero(songs.has_targets)
    tested = []
    for division in divide(songs, rows, 5):
        parts = (division.train, division.validation, division.test)
        artists = [set(songs.group[part]) for part in parts]
        assert sum(map(len, artists)) == len(set.union(*artists))
        assert sorted(np.concatenate(parts)) == rows.tolist()
        assert min(map(len, parts)) > 0
        tested += division.test.tolist()
    assert sorted(tested) == rows.tolist()


def test_one_large_artist_and_two_parts_leave_nothing_for_validation(song_world: SongWorld) -> None:
    songs = assemble(song_world(90))
    group = np.array(["large"] * 75 + ["a"] * 5 + ["b"] * 5 + ["c"] * 5)
    skewed, rows = replace(songs, group=group), np.arange(90)
    with pytest.raises(BadInput, match=r"regress.folds = 2: the 75 songs .* of group 'large'.* to 3 or more"):
        list(divide(skewed, rows, 2))
    assert len(list(divide(skewed, rows, 3))) == 3


def test_a_smaller_share_is_within_a_larger_and_keeps_artists_whole(song_world: SongWorld) -> None:
    songs = assemble(song_world(90))
    rows = np.arange(90)
    small, large = fewer(songs, rows, 0.25, seed=0), fewer(songs, rows, 0.5, seed=0)
    assert set(small) < set(large) < set(rows)
    for kept in (small, large):
        names = np.unique(songs.group[kept])
        assert np.isin(songs.group, names).sum() == len(kept)
