"""A person's own music: any format, any names, anything in between, and what a table says about it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.audio.encoders import by_ffmpeg, encode, noise

from reprise.datasets.base import RawTrack, Reject, Request
from reprise.datasets.discovery import find
from reprise.datasets.folder import SUFFIXES, count, load, n_samples, skipped
from reprise.datasets.ingest import ingest
from reprise.errors import BadParameter, MissingData
from reprise.tables import read_json, read_table

OPTIONS = {"table": "", "genre_from": "none", "seconds": 2.0, "crop": "middle"}
RequestFor = Callable[..., Request]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "Müsik – 音楽"
    folder.mkdir()
    return folder


@pytest.fixture
def request_for(music: Path) -> RequestFor:
    def make(role: str = "tracks", workers: int = 2, **options: Any) -> Request:
        return Request(role=role, options={**OPTIONS, "path": str(music), **options}, workers=workers)

    return make


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def song(
    seed: int, rate: int = 22_050, suffix: str = "flac", stereo: bool = False, seconds: float = 3.0
) -> bytes:
    samples = noise(seconds, rate, seed)
    return encode(np.stack([samples, 0.5 * samples], axis=1) if stereo else samples, rate, suffix)


def tracks_of(request: Request) -> dict[str, RawTrack]:
    return {item.source: item for item in load(request) if isinstance(item, RawTrack)}


def test_a_mixed_folder_comes_in_whole(music: Path, request_for: RequestFor, tmp_path: Path) -> None:
    put(music / "a.wav", song(1, 8_000, "wav"))
    put(music / "rock/Björk/Jóga.FLAC", song(2, 96_000, "flac", stereo=True))
    put(music / "rock/b.ogg", song(3, 48_000, "ogg"))
    put(music / "c.mp3", song(4, 44_100, "mp3", stereo=True))
    put(music / "jazz/曲.m4a", song(5, 44_100, "m4a", stereo=True))
    put(music / "jazz/d.webm", song(6, 48_000, "webm"))
    put(music / "jazz/short.wav", song(7, suffix="wav", seconds=1.9))
    put(music / "text.mp3", b"no music" * 99)
    put(music / "empty.m4a", b"")
    put(music / "half.wav", song(8, suffix="wav")[:-9_999])
    put(music / "cover.jpg", b"picture")
    put(music / ".hidden.wav", song(9, suffix="wav"))
    (music / "folder.wav").mkdir()
    os.mkfifo(music / "pipe.wav")
    (music / "gone.mp3").symlink_to(tmp_path / "nowhere.mp3")
    (music / "rock/round").symlink_to(music)
    metrics = ingest(find("folder"), request_for(), tmp_path / "out")
    rejects = read_table(tmp_path / "out/rejects.parquet", "rejects")
    assert metrics["tracks"] == 6
    assert dict(zip(rejects["source"], rejects["reason"], strict=True)) == {
        "jazz/short.wav": "too_short", "text.mp3": "not_audio", "empty.m4a": "empty", "half.wav": "truncated",
        "gone.mp3": "unreadable",
    }  # fmt: skip
    assert metrics["skipped"] == {"hidden": 1, "links": 1, "not_audio": 1, "special": 1}
    corpus = read_json(tmp_path / "out/corpus.json")
    assert corpus["n_samples"] == 44_100
    assert set(read_table(tmp_path / "out/tracks.parquet")["n_samples"]) == {44_100}
    assert str(music) not in (tmp_path / "out/corpus.json").read_text()


def test_the_same_bytes_in_any_order_and_with_any_workers(
    music: Path, request_for: RequestFor, tmp_path: Path
) -> None:
    for seed in range(5):
        put(music / f"{9 - seed}/x.flac", song(seed))
    for workers in (1, 2):
        ingest(find("folder"), request_for(workers=workers), tmp_path / str(workers))
    for file in (tmp_path / "1").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "2" / file.relative_to(tmp_path / "1")).read_bytes()
    assert list(tracks_of(request_for())) == [f"{number}/x.flac" for number in range(5, 10)]


def test_names_of_any_bytes_come_in(music: Path, request_for: RequestFor, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.flac")
    put(music / name, song(1))
    put(music / os.fsdecode(b"bad\xff.flac"), b"fLaC")
    put(music / "a\nb \\ 'c'.flac", song(2))
    metrics = ingest(find("folder"), request_for(), tmp_path / "out")
    assert metrics["tracks"] == 2
    assert read_table(tmp_path / "out/rejects.parquet")["source"].tolist() == ["bad\\xff.flac"]


def test_a_folder_behind_a_link_is_read_once_and_by_its_real_name(
    music: Path, request_for: RequestFor, tmp_path: Path
) -> None:
    put(music / "real/x.flac", song(1))
    put(tmp_path / "other/y.flac", song(2))
    (music / "a_link").symlink_to(music / "real")
    (music / "b_link").symlink_to(tmp_path / "other")
    (music / "c_link").symlink_to(tmp_path / "other")
    (tmp_path / "other/back").symlink_to(music)
    (tmp_path / "other/up").symlink_to(tmp_path)
    assert list(tracks_of(request_for())) == ["b_link/y.flac", "real/x.flac"]
    assert skipped(request_for())["links"] == 4
    assert count(request_for()) == 2


def test_a_folder_that_may_not_be_listed_is_a_reject(
    music: Path, request_for: RequestFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(music / "open/x.flac", song(1))
    put(music / "shut/x.flac", song(2))
    listdir = os.listdir

    def guarded(path: Path) -> list[str]:
        if path.name == "shut":
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr("reprise.datasets.tree.os.listdir", guarded)
    items = list(load(request_for()))
    assert [item.source for item in items] == ["open/x.flac", "shut"]
    assert items[1] == Reject("shut", "unreadable", "the folder cannot be listed: Permission denied")


def test_a_file_without_permission_is_a_reject(music: Path, request_for: RequestFor, tmp_path: Path) -> None:
    put(music / "x.flac", song(1))
    shut = put(music / "y.flac", song(2))
    shut.chmod(0)
    if os.access(shut, os.R_OK):
        pytest.skip("this user may read everything; test_decode.py has the refusal with a stand-in")
    ingest(find("folder"), request_for(), tmp_path / "out")
    assert read_table(tmp_path / "out/rejects.parquet")["reason"].tolist() == ["unreadable"]


@pytest.mark.parametrize("path", ["", "nowhere"])
def test_no_folder_is_an_error_that_says_so(request_for: RequestFor, tmp_path: Path, path: str) -> None:
    with pytest.raises(BadParameter, match=r"datasets.folder.path = '.*' is no folder"):
        list(load(request_for(path=str(tmp_path / path / "x.wav"))))


def test_an_empty_folder_is_an_error(request_for: RequestFor, tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="no track at all"):
        ingest(find("folder"), request_for(), tmp_path / "out")


def test_the_genre_may_be_the_name_of_the_folder(music: Path, request_for: RequestFor) -> None:
    put(music / "top.flac", song(1))
    put(music / "a/jazz/x.flac", song(2))
    assert {track.genre for track in tracks_of(request_for()).values()} == {None}
    genres = {name: track.genre for name, track in tracks_of(request_for(genre_from="folder")).items()}
    assert genres == {"top.flac": None, "a/jazz/x.flac": "jazz"}


def test_the_table_goes_before_the_tags_and_the_folder(music: Path, request_for: RequestFor) -> None:
    tags = {"artist": "Tagged", "title": "Tagged Song", "date": "1999"}
    put(music / "pop/x.mp3", by_ffmpeg(noise(1.0), 22_050, "mp3", "libmp3lame", tags))
    put(music / "pop/y.mp3", by_ffmpeg(noise(1.0), 22_050, "mp3", "libmp3lame", tags))
    put(
        music / "about/labels.csv",
        b'file,artist,genre,tags,lyrics,split,arousal,valence\npop/x.mp3,"Tabled, The",,a; b;a,"one\ntwo",test,0.25,1\n',
    )
    tracks = tracks_of(request_for(table="about/labels.csv", genre_from="folder"))
    x, y = tracks["pop/x.mp3"], tracks["pop/y.mp3"]
    assert (x.artist, x.title, x.year, x.genre) == ("Tabled, The", "Tagged Song", 1999, "pop")
    assert (x.tags, x.lyrics, x.official_split, x.affect) == (("a", "b"), "one\ntwo", "test", (0.25, 1.0))
    assert (y.artist, y.title, y.year, y.lyrics, y.tags) == ("Tagged", "Tagged Song", 1999, None, ())
    assert skipped(request_for(table="about/labels.csv"))["not_audio"] == 0


def test_a_table_that_is_not_there_is_an_error(request_for: RequestFor, music: Path, tmp_path: Path) -> None:
    put(music / "x.flac", song(1))
    put(tmp_path / "labels.csv", b"file\n")
    for table in ("labels.csv", "../labels.csv", str(tmp_path / "labels.csv")):
        with pytest.raises(
            MissingData, match=r"datasets.folder.table = '.*labels.csv': .* holds no such file"
        ):
            list(load(request_for(table=table)))


def test_songs_are_the_tracks_with_lyrics(music: Path, request_for: RequestFor, tmp_path: Path) -> None:
    put(music / "x.flac", song(1))
    put(music / "y.flac", song(2))
    with pytest.raises(MissingData, match="songs need lyrics"):
        list(load(request_for("songs")))
    put(music / "labels.tsv", b"file\tlyrics\tlanguage\nx.flac\tla la\ten\ny.flac\t\tde\n")
    metrics = ingest(find("folder"), request_for("songs", table="labels.tsv"), tmp_path / "out")
    assert metrics["tracks"] == 1
    assert read_table(tmp_path / "out/lyrics.parquet")["text"].tolist() == ["la la"]


def test_the_length_of_a_clip_is_the_option(request_for: RequestFor) -> None:
    assert n_samples(request_for(seconds=30).options) == 661_500
    dataset = find("folder")
    assert dataset.clip_length(request_for(seconds=7.5).options) == 165_375
    assert find("gtzan").clip_length({"limit": 0}) == 660_000


def test_suffixes_are_sorted_and_lower_case() -> None:
    assert list(SUFFIXES) == sorted({suffix.lower() for suffix in SUFFIXES})
