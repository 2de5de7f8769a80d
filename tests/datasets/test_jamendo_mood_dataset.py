"""MTG-Jamendo mood/theme: upstream's lists as they are, its archives in small, and files that are not upstream's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from tests.datasets.conftest import FaultyServer
from tests.datasets.upstream import fetched, mp3, path_of, served, short, tar_bytes

from reprise.audio.decode import decode
from reprise.datasets import jamendo_mood
from reprise.datasets.base import Dataset, Reject, Request
from reprise.datasets.discovery import find
from reprise.datasets.ingest import ingest
from reprise.datasets.jamendo_mood import CHECKSUMS, PREFIX, SPLITS, read_checksums, read_splits
from reprise.datasets.jamendo_mood_checksums import TAR_SHA256
from reprise.errors import BadInput, BadParameter, DownloadFailed
from reprise.tables import read_json, read_table

HEADER = "\t".join(jamendo_mood.HEADER)
TAR = "autotagging_moodtheme_audio-low-{:02d}.tar"
ONE_TAR = {"tars": 1}


def line(number: int, tags: str, artist: int = 1) -> str:
    """A line of a split: ``tags`` are words, separated by blanks."""
    words = "\t".join(PREFIX + tag for tag in tags.split())
    return f"track_{number:07d}\tartist_{artist:06d}\talbum_000001\t{number % 100:02d}/{number}.mp3\t212.7\t{words}"


def lists(splits: Mapping[str, list[str]], audio: Mapping[str, bytes]) -> dict[str, bytes]:
    """The four lists, with the line ends that upstream has."""
    files = {
        filename: "".join(f"{text}\r\n" for text in [HEADER, *splits.get(split, [])]).encode()
        for split, filename in SPLITS.items()
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()} {name}\n" for name, data in audio.items())
    return files | {CHECKSUMS: sums.encode()}


def on_disk(files: Mapping[str, bytes], folder: Path) -> dict[str, Path]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}


@pytest.fixture
def jamendo() -> Dataset:
    return short(find("jamendo_mood"))


@pytest.fixture
def real_lists(real_data: Path) -> dict[str, Path]:
    """Upstream's lists, under upstream's names."""
    folder = real_data / "mtg_jamendo"
    if not folder.is_dir():
        pytest.skip(f"no lists of MTG-Jamendo at {folder}")
    return {name: folder / f"split-0-{name}" for name in SPLITS.values()} | {CHECKSUMS: folder / CHECKSUMS}


def test_real_lists_have_the_published_sizes(real_lists: dict[str, Path], real_data: Path) -> None:
    songs = read_splits(real_lists)
    by_split = {split: [song for song in songs.values() if song.split == split] for split in SPLITS}
    tags = {split: {tag for song in part for tag in song.tags} for split, part in by_split.items()}
    artists = {split: {song.artist for song in part} for split, part in by_split.items()}
    assert {split: len(part) for split, part in by_split.items()} == {
        "train": 9_949,
        "validation": 3_802,
        "test": 4_231,
    }
    assert len(songs) == find("jamendo_mood").info.n_tracks
    assert [len(tags[split]) for split in SPLITS] == [56, 56, 56]
    assert not any("---" in tag for tag in tags["train"])
    assert not artists["train"] & (artists["validation"] | artists["test"])
    assert not artists["validation"] & artists["test"]
    whole = (real_data / "mtg_jamendo/autotagging_moodtheme.tsv").read_text(encoding="utf-8").splitlines()[1:]
    every_tag = {tag.removeprefix(PREFIX) for text in whole for tag in text.split("\t")[5:]}
    assert (len(whole), len(every_tag)) == (18_486, 59)
    assert every_tag - tags["train"] == {"ambiental", "horror", "mellow"}


def test_real_lists_are_those_that_are_asked_for(real_lists: dict[str, Path], real_data: Path) -> None:
    for remote in jamendo_mood.LISTS:
        found = hashlib.sha256(real_lists[remote.filename].read_bytes()).hexdigest()
        assert remote.checksum == f"sha256:{found}"
    sums = (real_data / "mtg_jamendo/autotagging_moodtheme_audio-low_sha256_tars.txt").read_text()
    assert sums.split() == [word for n, sha256 in enumerate(TAR_SHA256) for word in (sha256, TAR.format(n))]


def test_every_song_of_the_split_has_its_checksum(real_lists: dict[str, Path]) -> None:
    songs, checksums = read_splits(real_lists), read_checksums(real_lists[CHECKSUMS])
    assert not songs.keys() - checksums.keys()
    assert len(checksums.keys() - songs.keys()) == 504
    counts = [jamendo_mood.count(Request("tracks", {"tars": n}, real_lists)) for n in (1, 2, 0)]
    assert counts[0] == 202
    assert counts[1] > counts[0]
    assert counts[2] == 18_486


def test_option_chooses_how_much_is_fetched() -> None:
    dataset = find("jamendo_mood")
    names = [remote.filename for remote in dataset.files({"tars": 2})]
    assert names == [*SPLITS.values(), CHECKSUMS, TAR.format(0), TAR.format(1)]
    assert dataset.files({"tars": 0}) == dataset.info.remotes
    assert len(dataset.info.remotes) == 104
    with pytest.raises(BadParameter, match="101"):
        dataset.files({"tars": 101})


def test_places_are_those_of_the_upstream_script() -> None:
    urls = [remote.url for remote in find("jamendo_mood").files(ONE_TAR)]
    base = "https://raw.githubusercontent.com/MTG/mtg-jamendo-dataset/1b4fa8c32e076c73b5175c1703ae805b4109309d/data/"
    assert urls == [
        base + "splits/split-0/autotagging_moodtheme-train.tsv",
        base + "splits/split-0/autotagging_moodtheme-validation.tsv",
        base + "splits/split-0/autotagging_moodtheme-test.tsv",
        base + "download/autotagging_moodtheme_audio-low_sha256_tracks.txt",
        "https://cdn.freesound.org/mtg-jamendo/autotagging_moodtheme/audio-low/" + TAR.format(0),
    ]


def test_it_comes_in_from_upstreams_place(jamendo: Dataset, server: FaultyServer, tmp_path: Path) -> None:
    splits = {
        "train": [line(100, "dark epic", artist=7), line(1_000, "calm", artist=7)],
        "validation": [line(200, "happy", artist=8)],
        "test": [line(301, "film", artist=9)],
    }
    audio = {f"{n % 100:02d}/{n}.low.mp3": mp3(n) for n in (100, 1_000, 200, 301)}
    archives = {
        TAR.format(n): tar_bytes({name: data for name, data in audio.items() if name.startswith(f"{n:02d}")})
        for n in (0, 1)
    }
    local = served(jamendo, server, lists(splits, audio) | archives)
    metrics = ingest(local, fetched(local, {"tars": 2}), tmp_path / "out")
    assert (metrics["tracks"], metrics["rejects"]) == (4, {"total": 0})
    groups = read_table(tmp_path / "out/groups.parquet", "groups")
    assert groups["official_split"].value_counts().to_dict() == {"train": 2, "validation": 1, "test": 1}
    assert groups.groupby("official_split")["artist_id"].nunique().to_dict() == dict.fromkeys(SPLITS, 1)
    tags = read_table(tmp_path / "out/tags.parquet", "tags")
    assert sorted(tags["tag"]) == ["calm", "dark", "epic", "film", "happy"]
    about = read_json(tmp_path / "out/corpus.json")
    assert {name for name, there in about["provides"].items() if there} == {"tags"}


def test_songs_that_are_not_as_listed_are_rejects(jamendo: Dataset, tmp_path: Path) -> None:
    listed = {f"00/{n}.low.mp3": mp3(n) for n in (100, 200, 300, 400, 500)}
    files = lists({"train": [line(n, "calm") for n in (100, 200, 300, 400)]}, listed)
    held = listed | {
        "00/200.low.mp3": listed["00/200.low.mp3"][:9_000],
        "00/300.low.mp3": mp3(999),
        "00/600.low.mp3": mp3(600),
    }
    del held["00/400.low.mp3"]
    paths = on_disk(files | {TAR.format(0): tar_bytes(held)}, tmp_path)
    metrics = ingest(jamendo, Request("tracks", ONE_TAR, paths, workers=2), tmp_path / "out")
    rejects = read_table(tmp_path / "out/rejects.parquet").set_index("source")
    assert metrics["tracks"] == 1
    assert rejects["reason"].to_dict() == {
        "00/200.low.mp3": "wrong_checksum",
        "00/300.low.mp3": "wrong_checksum",
        "00/400.low.mp3": "missing",
        "00/500.low.mp3": "no_split",
        "00/600.low.mp3": "unexpected",
    }
    assert hashlib.sha256(mp3(300)).hexdigest() in rejects.loc["00/300.low.mp3", "detail"]


def test_archive_with_another_checksum_is_refused(jamendo: Dataset, server: FaultyServer) -> None:
    audio = {"00/100.low.mp3": mp3(100)}
    files = lists({"train": [line(100, "calm")]}, audio) | {TAR.format(0): tar_bytes(audio)}
    local = served(jamendo, server, files, genuine=[TAR.format(0)])
    with pytest.raises(
        DownloadFailed, match=rf"low-00\.tar has another checksum than sha256:{TAR_SHA256[0]}"
    ):
        fetched(local, ONE_TAR)
    assert path_of(jamendo.files(ONE_TAR)[-1]) in {path for path, _ in server.log}


@pytest.mark.parametrize("name", ["../100.low.mp3", "/00/100.low.mp3", "00/../../100.low.mp3"])
def test_archive_that_names_files_outside_is_refused(jamendo: Dataset, name: str, tmp_path: Path) -> None:
    files = lists({"train": [line(100, "calm")]}, {}) | {TAR.format(0): tar_bytes({name: b"x"})}
    with pytest.raises(BadInput, match="leaves the archive"):
        list(jamendo.load(Request("tracks", ONE_TAR, on_disk(files, tmp_path))))


def test_archive_that_ends_early_is_refused(jamendo: Dataset, tmp_path: Path) -> None:
    audio = {"00/100.low.mp3": mp3(100)}
    files = lists({"train": [line(100, "calm")]}, audio) | {TAR.format(0): tar_bytes(audio)[:4_000]}
    with pytest.raises(BadInput, match=r"low-00\.tar: is damaged or no tar archive"):
        list(jamendo.load(Request("tracks", ONE_TAR, on_disk(files, tmp_path))))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("track_0000100\tartist_000001", r"line 3: 2 fields; at least 6 are needed"),
        (line(100, "calm").rpartition("\t")[0], r"line 3: 5 fields"),
        (line(100, "calm").replace("00/100", "../100"), r"line 3: PATH = '\.\./100\.mp3' must be like"),
        (line(100, "calm").replace("artist_", "by_"), r"line 3: ARTIST_ID = 'by_000001'"),
        (line(100, "calm").replace("mood/theme", "genre"), r"line 3: tag 'genre---calm' must begin with"),
        (line(100, "calm") + "\t", r"line 3: tag '' must begin with"),
        (line(300, "calm"), r"line 3: 00/300\.low\.mp3 stands twice"),
        ("\t".join([""] * 6), r"line 3: ARTIST_ID = ''"),
    ],
)
def test_bad_line_of_a_split_is_named(text: str, problem: str, tmp_path: Path) -> None:
    files = on_disk(lists({"validation": [line(300, "epic"), text]}, {}), tmp_path)
    with pytest.raises(BadInput, match=rf"autotagging_moodtheme-validation\.tsv, {problem}"):
        read_splits(files)


def test_split_with_another_header_is_refused(tmp_path: Path) -> None:
    files = on_disk(lists({}, {}) | {SPLITS["test"]: b"TRACK_ID\tTAGS\n"}, tmp_path)
    with pytest.raises(BadInput, match=r"-test\.tsv, line 1: the header must be TRACK_ID"):
        read_splits(files)


def test_song_in_two_splits_is_refused(tmp_path: Path) -> None:
    files = on_disk(lists({"train": [line(100, "calm")], "test": [line(100, "calm")]}, {}), tmp_path)
    with pytest.raises(BadInput, match=r"-test\.tsv, line 2: 00/100\.low\.mp3 stands twice"):
        read_splits(files)


@pytest.mark.parametrize("text", ["abc 00/100.low.mp3", "0" * 64 + " ../100.low.mp3", "0" * 64])
def test_bad_checksum_line_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / CHECKSUMS
    path.write_text("0" * 64 + f" 00/100.low.mp3\n{text}\n")
    with pytest.raises(BadInput, match=r"sha256_tracks\.txt, line 2: .* is not a sha256 and a name"):
        read_checksums(path)


def test_real_songs_come_in_with_the_real_lists(
    real_lists: dict[str, Path], real_data: Path, server: FaultyServer, tmp_path: Path
) -> None:
    songs = sorted((real_data / "jamendolyrics/mp3").glob("*.mp3"))[:2]
    if not songs:
        pytest.skip("no mp3 in jamendolyrics/mp3")
    in_first = sorted(name for name in read_splits(real_lists) if name.startswith("00/"))
    audio = {name: path.read_bytes() for name, path in zip(in_first, songs, strict=False)}
    sums = read_checksums(real_lists[CHECKSUMS])
    sums |= {name: hashlib.sha256(data).hexdigest() for name, data in audio.items()}
    files = {name: path.read_bytes() for name, path in real_lists.items()} | {
        CHECKSUMS: "".join(f"{sha256} {name}\n" for name, sha256 in sums.items()).encode(),
        TAR.format(0): tar_bytes(audio),
    }
    local = served(find("jamendo_mood"), server, files, genuine=SPLITS.values())
    request = fetched(local, ONE_TAR)
    metrics = ingest(local, request, tmp_path / "out")
    assert metrics["tracks"] == len(songs)
    assert metrics["rejects"] == {"total": 199 - len(songs), "missing": 199 - len(songs)}
    assert read_table(tmp_path / "out/tracks.parquet", "tracks")["n_samples"].unique() == [660_000]
    assert sum(isinstance(item, Reject) for item in local.load(request)) == 199 - len(songs)
    clips = [decode(path) for path in sorted((tmp_path / "out/audio").glob("*.wav"))]
    for path in songs:
        whole = decode(path)
        first = (whole.size - 660_000) // 2
        likeness = [float(np.corrcoef(clip, whole[first : first + 660_000])[0, 1]) for clip in clips]
        assert max(likeness) > 0.9  # a clip of the start fails this
