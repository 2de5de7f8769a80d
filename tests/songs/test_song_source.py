"""Joining the tables of the songs, and refusing what may not be an input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput
from reprise.songs.encoding import Encoder, canonical_genre
from reprise.songs.guard import LEAKING_COLUMNS, refuse_leaking_columns
from reprise.songs.source import SongTables, assemble
from reprise.tables import TARGETS

SongWorld = Callable[..., SongTables]


@pytest.mark.parametrize("column", [*LEAKING_COLUMNS, "Topic", " len ", "sadness", "loudness"])
def test_columns_that_leak_are_refused_as_inputs(column: str) -> None:
    with pytest.raises(BadInput, match="may not be an input"):
        refuse_leaking_columns(["genre", column])


def test_columns_that_do_not_leak_pass() -> None:
    refuse_leaking_columns(["genre", "year", "title", "tempo", "language"])


@pytest.mark.parametrize("table", ["labels", "metadata", "descriptors"])
def test_no_table_can_carry_a_leaking_column(song_world: SongWorld, table: str) -> None:
    tables = song_world(20)
    leaking = getattr(tables, table).assign(topic="sadness")
    with pytest.raises(BadInput, match=f"the {table} table: column 'topic'"):
        assemble(replace(tables, **{table: leaking}))


def test_rows_are_joined_by_id_whatever_their_order(song_world: SongWorld) -> None:
    tables = song_world(40)
    order = np.random.default_rng(1).permutation(40)
    shuffled = replace(
        tables,
        embedded=tables.embedded.iloc[order],
        embeddings=tables.embeddings[order],
        targets=tables.targets.sample(frac=1, random_state=2),
        labels=tables.labels.iloc[order],
    )
    expected, found = assemble(tables), assemble(shuffled)
    np.testing.assert_array_equal(expected.lyrics, found.lyrics)
    np.testing.assert_array_equal(expected.targets, found.targets)
    np.testing.assert_array_equal(expected.genre, found.genre)


def test_a_missing_modality_is_flagged_and_not_a_number(song_world: SongWorld) -> None:
    tables = song_world(30)
    songs = assemble(replace(tables, embedded=tables.embedded.iloc[5:], embeddings=tables.embeddings[5:]))
    assert songs.has_lyrics.sum() == 25
    assert np.isnan(songs.lyrics[~songs.has_lyrics]).all()


def test_a_target_that_is_not_finite_is_refused_with_its_track(song_world: SongWorld) -> None:
    tables = song_world(20)
    tables.targets.loc[3, "sadness"] = np.nan
    with pytest.raises(BadInput, match=rf"'sadness' of track {tables.targets.track_id[3]}"):
        assemble(tables)


def test_embeddings_without_ids_are_refused(song_world: SongWorld) -> None:
    tables = song_world(20)
    with pytest.raises(BadInput, match="20 embeddings for 19 ids"):
        assemble(replace(tables, embedded=tables.embedded.iloc[1:]))


def test_scalings_are_those_of_the_training_songs(song_world: SongWorld) -> None:
    songs = assemble(song_world(60))
    train = songs.part("train")
    targets = np.zeros((len(train), 18))
    encoder, _ = Encoder.fit(songs, train, targets, 50)
    changed = replace(songs, audio=songs.audio.copy(), year=songs.year.copy())
    changed.audio[songs.part("test")] += 100
    changed.year[songs.part("test")] = 2100
    again, _ = Encoder.fit(changed, train, targets, 50)
    np.testing.assert_array_equal(encoder.audio.mean, again.audio.mean)
    assert (encoder.first_year, encoder.last_year) == (again.first_year, again.last_year)
    metadata = encoder.apply(songs).values["metadata"][train]
    assert metadata[:, 8].min() == 0
    assert metadata[:, 8].max() == 1


def test_unknown_genre_and_year_leave_no_metadata(song_world: SongWorld) -> None:
    tables = song_world(30)
    labels = tables.labels.assign(genre=pd.array([None, "polka", *tables.labels.genre[2:]], "string"))
    years = tables.metadata.assign(year=pd.array([pd.NA, pd.NA, *tables.metadata.year[2:]], "Int64"))
    songs = assemble(replace(tables, labels=labels, metadata=years))
    train = songs.part("train")
    encoder, _ = Encoder.fit(songs, train, songs.targets[train], 50)
    encoded = encoder.apply(songs)
    assert encoded.present[:, 2].tolist() == [False, False] + [True] * 28
    assert (encoded.values["metadata"][:2, 7] == 1).all()


@pytest.mark.parametrize(
    ("written", "name"), [("HipHop", "hip hop"), ("hip-hop", "hip hop"), ("Rock", "rock")]
)
def test_genre_spellings(written: str, name: str) -> None:
    assert canonical_genre(written) == name


def test_there_are_eighteen_targets() -> None:
    assert len(TARGETS) == 18
