"""MulJam: lyrics from one zip, tags and names from two tables, audio from archives; its real lyrics beside real mp3."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.conftest import encoded, tone

from reprise.datasets import muljam_songs
from reprise.datasets.base import Dataset, Request
from reprise.datasets.discovery import find
from reprise.datasets.git_objects import blob_id, tree_id
from reprise.datasets.ingest import ingest
from reprise.datasets.mtg_tars import tar_remotes, tar_tracks, track_number
from reprise.datasets.muljam_checksums import TAR_SHA256
from reprise.datasets.muljam_songs import ARCHIVE, NAMES, TAGS, main_genre
from reprise.errors import BadInput, BadParameter
from reprise.tables import read_json, read_table

SPLIT = "MulJam_v2.0/preconstructed-split"
META = "id,file,lang,start,end,wrd\n"
TABLE = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"
NAME_TABLE = "TRACK_ID\tARTIST_ID\tALBUM_ID\tTRACK_NAME\tARTIST_NAME\tALBUM_NAME\tRELEASEDATE\tURL\n"

TEXTS = {
    "MulJam/.DS_Store": b"\0",
    "MulJam/train/100.json": json.dumps({"reasons": "", "output": "la la\nli\n"}).encode(),
    "MulJam/test/prompt_final_en_100.json": json.dumps({"output": "another text"}).encode(),
    "MulJam/test/prompt_final_ru_300.json": json.dumps({".reasons": "", "output": "да да\n"}).encode(),
    "MulJam/train/400.json": json.dumps({"output": "lost"}).encode(),
    "MulJam/train/1000101.json": json.dumps({"output": "in the next archive"}).encode(),
    f"{SPLIT}/train.meta": f"{META}100_0,00/100.low.mp3,en,0.0,1.0,LA LA\n".encode(),
    f"{SPLIT}/test.meta": f"{META}300_0,00/300.low.mp3,ru,0.0,1.0,ДА ДА\n".encode(),
}
TAGGED = (
    TABLE
    + "track_0000100\tartist_000007\talbum_1\t00/100.mp3\t99.0\tgenre---alternative\tgenre---rock\tmood/theme---sad\n"
    + "track_0000300\tartist_000008\talbum_1\t00/300.mp3\t99.0\tgenre---rock\tinstrument---piano\n"
    + "track_0009900\tartist_000009\talbum_1\t00/9900.mp3\t99.0\tgenre---alternative\n"
)
NAMED = (
    NAME_TABLE
    + 'track_0000100\tartist_000007\talbum_1\tSay "what\tThe Band\tAlbum\t2006-02-13\thttp://x/track/100\n'
    + "track_0000300\tartist_000008\talbum_1\tTitle\t\tOther Band\tAlbum\t0000-00-00\thttp://x/track/300\n"
    + "track_1000101\tartist_000007\talbum_1\tNext\tThe Band feat. X\tAlbum\t2007-01-01\thttp://x/track/1000101\n"
)


def write_archive(path: Path, texts: Mapping[str, bytes]) -> None:
    """Write LyricWhiz as GitHub packs it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LyricWhiz-0b66527/", b"")
        archive.writestr("LyricWhiz-0b66527/README.md", b"not read")
        for name, data in texts.items():
            archive.writestr(f"LyricWhiz-0b66527/{name}", data)


def write_tar(path: Path, number: int, songs: Mapping[int, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        folder = tarfile.TarInfo(f"{number:02d}")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for song, data in songs.items():
            member = tarfile.TarInfo(f"{number:02d}/{song}.low.mp3")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def ids_of(texts: Mapping[str, bytes]) -> dict[str, str]:
    return {
        folder: tree_id(
            {
                name.removeprefix(f"{folder}/"): blob_id(data)
                for name, data in texts.items()
                if name.startswith(f"{folder}/")
            }
        )
        for folder in muljam_songs.TREES
    }


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Request]:
    """Write what upstream has, and return a request for it; its git ids become those of what is written."""

    def write(
        texts: Mapping[str, bytes], tagged: str, named: str, tars: Iterable[Mapping[int, bytes]]
    ) -> Request:
        write_archive(tmp_path / ARCHIVE, texts)
        (tmp_path / TAGS).write_text(tagged, encoding="utf-8")
        (tmp_path / NAMES).write_text(named, encoding="utf-8")
        monkeypatch.setattr(muljam_songs, "TREES", ids_of(texts))
        monkeypatch.setattr(
            muljam_songs, "BLOBS", {TAGS: blob_id(tagged.encode()), NAMES: blob_id(named.encode())}
        )
        files = {name: tmp_path / name for name in (ARCHIVE, TAGS, NAMES)}
        for number, songs in enumerate(tars):
            name = f"raw_30s_audio-low-{number:02d}.tar"
            files[name] = tmp_path / name
            write_tar(files[name], number, songs)
        return Request("tracks", {"tars": len(files) - 3}, files)

    return write


@pytest.fixture
def seconds() -> Dataset:
    """MulJam with clips of one second."""
    dataset = find("muljam")
    return replace(dataset, info=replace(dataset.info, n_samples=22_050))


def small(upstream: Callable[..., Request], **changes: Any) -> Request:
    first = {100: encoded(tone(1)), 200: encoded(tone(2)), 300: encoded(tone(3))}
    second = {1000101: encoded(tone(4)), 500: b"no number of this archive"}
    given = {"texts": TEXTS, "tagged": TAGGED, "named": NAMED, "tars": (first, second)} | changes
    return upstream(**given)


def test_songs_with_lyrics_come_in_and_others_do_not(
    upstream: Callable[..., Request], seconds: Dataset, tmp_path: Path
) -> None:
    request = small(upstream)
    metrics = ingest(seconds, request, tmp_path / "out")
    rejects = read_table(tmp_path / "out/rejects.parquet", "rejects")
    assert metrics["tracks"] == 3
    assert rejects[["source", "reason"]].to_numpy().tolist() == [["00/400.low.mp3", "missing"]]
    assert seconds.count is not None
    assert seconds.count(request) == 4


def test_what_is_known_of_a_song_stands_with_it(upstream: Callable[..., Request], seconds: Dataset) -> None:
    songs = {getattr(song, "source", ""): song for song in seconds.load(small(upstream))}
    first: Any = songs["00/100.low.mp3"]
    other: Any = songs["00/300.low.mp3"]
    next_one: Any = songs["01/1000101.low.mp3"]
    assert (first.title, first.artist, first.year) == ('Say "what', "The Band", 2006)
    assert (other.title, other.artist, other.year) == ("Title", "Other Band", None)
    assert next_one.artist == "The Band"  # one name for one number
    assert (first.language, other.language, next_one.language) == ("en", "ru", None)
    assert first.tags == ("alternative", "rock", "sad")
    assert (first.genre, other.genre, next_one.genre) == ("rock", "rock", None)
    assert (first.lyrics, other.lyrics) == ("la la\nli\n", "да да\n")
    assert {song.crop for song in (first, other, next_one)} == {"middle"}


def test_genre_is_the_one_that_most_songs_have() -> None:
    frequency = {"pop": 3, "rock": 9, "ska": 9, "folk": 1}
    assert main_genre(["folk", "pop", "ska", "rock"], frequency) == "rock"
    assert main_genre([], frequency) is None


def test_fewer_archives_give_fewer_songs(upstream: Callable[..., Request], seconds: Dataset) -> None:
    request = small(upstream)
    one = Request("tracks", {"tars": 1}, request.files)
    assert len(list(seconds.load(one))) == 3
    assert len(list(seconds.load(request))) == 4


@pytest.mark.parametrize("change", ["text", "name", "more"])
def test_other_lyrics_are_refused(upstream: Callable[..., Request], seconds: Dataset, change: str) -> None:
    request = small(upstream)
    texts = dict(TEXTS)
    changed = texts.pop("MulJam/train/400.json")
    texts |= {
        "text": {"MulJam/train/400.json": changed + b" "},
        "name": {"MulJam/train/401.json": changed},
        "more": {"MulJam/train/400.json": changed, "MulJam/train/402.json": b"{}"},
    }[change]
    write_archive(request.files[ARCHIVE], texts)
    with pytest.raises(BadInput, match=r"git id of its folder MulJam is .*delete it and run again"):
        list(seconds.load(request))


@pytest.mark.parametrize("name", [TAGS, NAMES])
def test_other_tables_are_refused(upstream: Callable[..., Request], seconds: Dataset, name: str) -> None:
    request = small(upstream)
    with request.files[name].open("a") as file:
        file.write("\n")
    with pytest.raises(BadInput, match="git id"):
        list(seconds.load(request))


def test_remotes_follow_the_option() -> None:
    dataset = find("muljam")
    assert [remote.filename for remote in dataset.files({"tars": 1})] == [
        ARCHIVE, TAGS, NAMES, "raw_30s_audio-low-00.tar",
    ]  # fmt: skip
    assert dataset.files({"tars": 0}) == dataset.files({}) == dataset.info.remotes
    assert len(dataset.info.remotes) == 103
    last = dataset.info.remotes[-1]
    assert last.url == "https://cdn.freesound.org/mtg-jamendo/raw_30s/audio-low/raw_30s_audio-low-99.tar"
    assert last.checksum == f"sha256:{TAR_SHA256[99]}"
    assert len(set(TAR_SHA256)) == 100


@pytest.mark.parametrize("count", [0, -1, 101])
def test_archives_that_upstream_does_not_have(count: int) -> None:
    with pytest.raises(BadParameter, match="has 100 archives"):
        tar_remotes("raw_30s", "audio-low", count, TAR_SHA256)


def test_archives_are_read_a_track_at_a_time(tmp_path: Path) -> None:
    for number in (0, 1):
        write_tar(tmp_path / f"{number}.tar", number, {100 + number: b"one", 200 + number: b"two"})
    tracks = tar_tracks([tmp_path / "0.tar", tmp_path / "1.tar"])
    assert next(tracks)[1].open() == b"one"
    assert [name for name, _ in tracks] == ["00/200.low.mp3", "01/101.low.mp3", "01/201.low.mp3"]
    assert [track_number(name) for name in ("00/200.low.mp3", "99/1009699.mp3")] == [200, 1009699]


def test_real_lyrics_meet_real_audio(
    real_data: Path, upstream: Callable[..., Request], tmp_path: Path
) -> None:
    lines = (real_data / "muljam_lyrics.jsonl").read_text(encoding="utf-8").splitlines()
    rows = {row["jamendo_track"]: row for row in map(json.loads, lines)}
    texts = {
        f"MulJam/train/{n}.json": json.dumps({"output": row["lyrics"]}).encode() for n, row in rows.items()
    }
    spoken = "".join(
        f"{n}_0,{n % 100:02d}/{n}.low.mp3,{row['language']},0,1,X\n"
        for n, row in rows.items()
        if "language" in row
    )
    texts[f"{SPLIT}/valid.meta"] = (META + spoken).encode()
    tagged = TABLE + "".join(
        f"track_{n:07d}\t{row['artist']}\tx\ty\t1\t"
        + "\t".join(f"genre---{genre}" for genre in row["genres"])
        + "\n"
        for n, row in rows.items()
        if "artist" in row
    )
    songs = sorted(n for n in rows if n % 100 == 0)
    audio = [path.read_bytes() for path in sorted((real_data / "jamendolyrics/mp3").iterdir())]
    request = upstream(texts, tagged, NAME_TABLE, [dict(zip(songs, audio, strict=False))])
    metrics = ingest(find("muljam"), request, tmp_path / "out")
    assert metrics["tracks"] == len(audio)
    assert metrics["rejects"] == {"total": 80 - len(audio), "missing": 80 - len(audio)}
    assert len(read_table(tmp_path / "out/lyrics.parquet")) == len(audio)
    corpus = read_json(tmp_path / "out/corpus.json")
    assert corpus["provides"]["lyrics"]
    assert corpus["n_samples"] == 660_000
