"""The Music Dataset 1950-2019: a table without audio, its leaking columns, its doubtful rows, and 1,000 real rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.conftest import FaultyServer

from reprise.datasets.base import RawTrack, Reject, Request
from reprise.datasets.discovery import find, for_role
from reprise.datasets.fetch import Fetching, fetch_all
from reprise.datasets.ingest import ingest
from reprise.datasets.songs_1950_2019 import REMOTE, ROWS, TABLE, USED, plain_title
from reprise.errors import BadInput, DownloadFailed, MissingData
from reprise.songs.guard import LEAKING_COLUMNS
from reprise.tables import TARGETS, read_json, read_table

LEAKS = {"len", "topic", "age", "acousticness", "instrumentalness", "valence", "energy"}
Write = Callable[..., Path]


def row_of(number: int, **changes: str) -> dict[str, str]:
    row = {
        "": str(number),
        "artist_name": f"artist {number}",
        "track_name": f"title {number}",
        "release_date": str(1950 + number % 70),
        "genre": "jazz",
        "lyrics": f"word{number} love",
        **dict.fromkeys((*TARGETS, *LEAKS), "0.25"),
    }
    return row | {"topic": "leakytopic"} | changes


def table_of(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def own_copy(tmp_path: Path) -> Write:
    """Write a table, and return where it is."""

    def write(*rows: dict[str, str]) -> Path:
        path = tmp_path / "own.csv"
        path.write_bytes(table_of(list(rows)))
        return path

    return write


def songs(path: Path, **options: Any) -> list[RawTrack | Reject]:
    return list(find("songs_1950_2019").load(Request("songs", {"path": str(path), **options})))


def rejected(items: list[RawTrack | Reject]) -> dict[str, str]:
    return {item.source: item.reason for item in items if isinstance(item, Reject)}


def test_every_used_column_arrives_and_no_other(own_copy: Write) -> None:
    (song,) = songs(own_copy(row_of(3, lyrics="  la   li \n lu ", danceability="0.5")))
    assert isinstance(song, RawTrack)
    assert (song.artist, song.title, song.year, song.genre) == ("artist 3", "title 3", 1953, "jazz")
    assert song.lyrics == "la li lu"
    assert song.targets == dict.fromkeys(TARGETS, 0.25) | {"danceability": 0.5}
    assert song.audio is None
    assert song.tags == ()
    assert song.official_split is None


def test_leaking_columns_stay_in_the_loader(own_copy: Write, tmp_path: Path) -> None:
    assert not LEAKS & set(USED)
    assert {"topic", "age", "len"} <= set(LEAKING_COLUMNS)
    path = own_copy(row_of(1, len="987654321", age="0.987654321"), row_of(2))
    ingest(find("songs_1950_2019"), Request("songs", {"path": str(path)}), tmp_path / "out")
    for file in (tmp_path / "out").glob("*.parquet"):
        table = read_table(file).astype(str)
        assert not table.isin(["leakytopic", "987654321", "0.987654321"]).to_numpy().any(), file


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lyrics": "  "}, "no_lyrics"),
        ({"release_date": "long ago"}, "bad_number"),
        ({"sadness": ""}, "bad_number"),
        ({"loudness": "nan"}, "bad_metadata"),
    ],
)
def test_rows_that_cannot_be_used_are_rejects(
    own_copy: Write, tmp_path: Path, changes: dict[str, str], reason: str
) -> None:
    path = own_copy(row_of(1), row_of(2, **changes))
    metrics = ingest(find("songs_1950_2019"), Request("songs", {"path": str(path)}), tmp_path / "out")
    assert metrics["tracks"] == 1
    assert metrics["rejects"] == {"total": 1, reason: 1}


def test_lyrics_under_several_titles_are_believed_of_none(own_copy: Write) -> None:
    same = {"lyrics": "hello hello world"}
    found = songs(own_copy(row_of(1, **same), row_of(2), row_of(3, **same)))
    assert rejected(found) == {"row 1": "disputed_lyrics", "row 3": "disputed_lyrics"}


def test_covers_and_reissues_with_equal_lyrics_count_once(own_copy: Write) -> None:
    same = {"lyrics": "moon  glow"}
    titles = ["Moonglow", "moonglow (remastered)", "moonglow - live"]
    rows = [row_of(number, track_name=title, **same) for number, title in enumerate(titles)]
    assert rejected(songs(own_copy(*rows))) == {"row 2": "repeated_lyrics", "row 3": "repeated_lyrics"}


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("No Diggity (Re-Recorded / Remastered)", "no diggity"),
        ("(i can't get no) satisfaction", "(i can't get no) satisfaction"),
        ("fly me - live [mono]", "fly me"),
        ("x-ray", "x-ray"),
        ("", ""),
    ],
)
def test_title_is_told_from_its_version(title: str, plain: str) -> None:
    assert plain_title(title) == plain


def test_limit_is_a_sample_that_the_order_of_the_table_does_not_change(own_copy: Write) -> None:
    rows = [row_of(number) for number in range(200)]
    few = {song.title for song in songs(own_copy(*rows), limit=40) if isinstance(song, RawTrack)}
    assert len(few) == 40
    again = {song.title for song in songs(own_copy(*rows[::-1]), limit=40) if isinstance(song, RawTrack)}
    assert again == few
    assert 50 < sum(int((title or "").split()[1]) for title in few) / 40 < 150


def test_copy_that_is_not_there_or_is_something_else_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"own\.csv' is no file; put tcc_ceds_music\.csv of https"):
        songs(tmp_path / "own.csv")
    other = tmp_path / "own.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="has no column artist_name, track_name"):
        songs(other)
    other.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="comma-separated"):
        songs(other)


def test_path_takes_the_place_of_the_download(server: FaultyServer, own_copy: Write) -> None:
    dataset = find("songs_1950_2019")
    assert dataset.files({}) == dataset.files({"path": ""}) == dataset.info.remotes == (REMOTE,)
    assert fetch_all(dataset, {"path": str(own_copy(row_of(1)))}, Fetching()) == {}
    assert server.log == []


def test_download_must_be_upstreams_table(server: FaultyServer) -> None:
    dataset = find("songs_1950_2019")
    server.files[f"/songs_1950_2019/{TABLE}"] = table_of([row_of(1)])
    with pytest.raises(DownloadFailed, match="another checksum"):
        fetch_all(dataset, {}, Fetching(mirror=server.url))


def test_download_must_have_all_rows(server: FaultyServer) -> None:
    dataset = replace(find("songs_1950_2019"), remotes=lambda _: (replace(REMOTE, checksum=None),))
    server.files[f"/songs_1950_2019/{TABLE}"] = table_of([row_of(number) for number in range(5)])
    files = fetch_all(dataset, {}, Fetching(mirror=server.url))
    with pytest.raises(BadInput, match=f"has 5 rows, upstream's has {ROWS}"):
        list(dataset.load(Request("songs", {}, files)))


def test_it_fills_the_songs_and_no_other_role() -> None:
    assert for_role("songs_1950_2019", "songs").info.n_samples == 0


def test_real_rows_come_in_whole(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "tcc_ceds/tcc_ceds_music_1000.csv"
    metrics = ingest(find("songs_1950_2019"), Request("songs", {"path": str(path)}), tmp_path)
    assert metrics["tracks"] + metrics["duplicates"] + metrics["rejects"]["total"] == 1_000
    assert metrics["tracks"] == 1_000
    for name in ("lyrics", "labels", "metadata", "targets", "groups"):
        table = read_table(tmp_path / f"{name}.parquet", name)
        assert len(table) == 1_000
        assert table["track_id"].is_monotonic_increasing
    targets = read_table(tmp_path / "targets.parquet", "targets")
    assert list(targets.columns[1:]) == list(TARGETS)
    assert targets[list(TARGETS)].to_numpy().min() >= 0.0
    assert targets[list(TARGETS)].to_numpy().max() <= 1.0
    assert read_table(tmp_path / "labels.parquet")["genre"].nunique() == 7
    assert read_table(tmp_path / "metadata.parquet")["year"].between(1950, 2019).all()
    provides = read_json(tmp_path / "corpus.json")["provides"]
    assert {name for name, has in provides.items() if has} == find("songs_1950_2019").info.provides
    assert list((tmp_path / "audio").iterdir()) == []
