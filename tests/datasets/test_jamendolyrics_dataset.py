"""JamendoLyrics: files one by one from upstream's layout, songs without audio as rejects, and the real texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.datasets.conftest import FaultyServer, encoded, tone

from reprise.datasets import jamendolyrics
from reprise.datasets.base import Dataset, Remote, Request
from reprise.datasets.discovery import find
from reprise.datasets.fetch import Fetching, fetch_all
from reprise.datasets.git_objects import blob_id
from reprise.datasets.ingest import ingest
from reprise.datasets.jamendolyrics_checksums import AUDIO, LYRICS
from reprise.errors import BadInput, DownloadFailed
from reprise.tables import read_json, read_table

HEADER = "URL,Filepath,Artist,Title,Genre,LicenseType,Language,LyricOverlap,Polyphonic,NonLexical"
FOLDER = "/" + jamendolyrics.UPSTREAM.partition("://")[2]
NAMES = ["A_[1]_-_x", "B_-_é", "C_#_-_z"]
GENRES = {"A_[1]_-_x": "Pop", "B_-_é": "Rock", "C_#_-_z": "Jazz"}

Upstream = Callable[[], Dataset]


def local(dataset: Dataset, server: FaultyServer) -> Dataset:
    """Return the dataset with upstream's paths on the loopback server; the table keeps its checksum."""

    def here(remote: Remote) -> Remote:
        return replace(remote, url=f"{server.url}/{remote.url.partition('://')[2]}")

    return replace(dataset, remotes=lambda options: tuple(map(here, dataset.files(options))))


def request_of(dataset: Dataset, **options: int) -> Request:
    return Request("tracks", options, fetch_all(dataset, options, Fetching(retries=1)))


def reasons(found: Path) -> dict[str, str]:
    rejects = read_table(found / "rejects.parquet", "rejects")
    return dict(zip(rejects["source"], rejects["reason"], strict=True))


@pytest.fixture
def three(server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Upstream with three songs of two seconds instead of its own, clips of one."""
    rows = [
        f"https://www.jamendo.com/track/{number},{name}.mp3,Artist {number},Title {number},{GENRES[name]},BY,French,,,"
        for number, name in enumerate(NAMES)
    ]
    table = "\n".join([HEADER, *rows, ""]).encode()
    texts = {name: f"la {name}\nli\n".encode() for name in NAMES}
    audio = {name: encoded(tone(seed, 44_100)) for seed, name in enumerate(NAMES)}
    server.files = {
        f"{FOLDER}/JamendoLyrics.csv": table,
        **{f"{FOLDER}/lyrics/{name}.txt": data for name, data in texts.items()},
        **{f"{FOLDER}/mp3/{name}.mp3": data for name, data in audio.items()},
    }
    monkeypatch.setattr(jamendolyrics, "LYRICS", {name: blob_id(data) for name, data in texts.items()})
    monkeypatch.setattr(jamendolyrics, "AUDIO", {name: blob_id(data) for name, data in audio.items()})
    dataset = local(find("jamendolyrics"), server)
    files = dataset.files

    def checked(options: object) -> tuple[Remote, ...]:
        first, *rest = files(options)  # type: ignore[arg-type]
        return (replace(first, checksum="sha256:" + hashlib.sha256(table).hexdigest()), *rest)

    return replace(dataset, info=replace(dataset.info, n_samples=22_050), remotes=checked)


def test_songs_arrive_with_their_words_language_and_genre(three: Dataset, tmp_path: Path) -> None:
    assert ingest(three, request_of(three), tmp_path)["tracks"] == 3
    labels = read_table(tmp_path / "labels.parquet", "labels")
    lyrics = read_table(tmp_path / "lyrics.parquet", "lyrics")
    metadata = read_table(tmp_path / "metadata.parquet", "metadata")
    assert sorted(labels["genre"]) == ["Jazz", "Pop", "Rock"]
    assert set(labels["language"]) == {"fr"}
    assert sorted(lyrics["text"]) == [f"la {name}\nli" for name in NAMES]
    assert sorted(zip(metadata["artist"], metadata["title"], strict=True)) == [
        (f"Artist {number}", f"Title {number}") for number in range(3)
    ]


def test_song_that_upstream_lost_is_a_reject(three: Dataset, server: FaultyServer, tmp_path: Path) -> None:
    del server.files[f"{FOLDER}/mp3/{NAMES[1]}.mp3"]
    assert ingest(three, request_of(three), tmp_path)["tracks"] == 2
    assert reasons(tmp_path) == {NAMES[1]: "missing_audio"}


def test_other_audio_is_a_reject(three: Dataset, server: FaultyServer, tmp_path: Path) -> None:
    server.files[f"{FOLDER}/mp3/{NAMES[2]}.mp3"] = encoded(tone(9, 44_100))
    assert ingest(three, request_of(three), tmp_path)["tracks"] == 2
    assert reasons(tmp_path) == {NAMES[2]: "wrong_checksum"}


def test_other_words_are_refused(three: Dataset, server: FaultyServer) -> None:
    server.files[f"{FOLDER}/lyrics/{NAMES[0]}.txt"] = b"something else"
    with pytest.raises(BadInput, match=r"its git id is .*delete it"):
        list(three.load(request_of(three)))


def test_lost_words_and_another_table_stop_the_run(three: Dataset, server: FaultyServer) -> None:
    server.files[f"{FOLDER}/JamendoLyrics.csv"] += b"another row"
    with pytest.raises(DownloadFailed, match="another checksum"):
        request_of(three)
    del server.files[f"{FOLDER}/lyrics/{NAMES[0]}.txt"]
    with pytest.raises(DownloadFailed):
        request_of(three)


def test_limit_takes_the_first_names_and_fetches_no_more(three: Dataset, server: FaultyServer) -> None:
    request = request_of(three, limit=2)
    assert [track.source for track in three.load(request)] == NAMES[:2]
    assert len(server.log) == 5
    assert three.count is not None
    assert three.count(request) == 2


def test_files_of_the_whole_dataset() -> None:
    remotes = find("jamendolyrics").info.remotes
    assert len(remotes) == 1 + 2 * 79
    assert all(remote.url.startswith(jamendolyrics.UPSTREAM) for remote in remotes)
    assert all(remote.url.isascii() and not set("#? ") & set(remote.url) for remote in remotes)


def test_real_texts_and_the_audio_at_hand_come_in(
    real_data: Path, server: FaultyServer, tmp_path: Path
) -> None:
    for path in sorted((real_data / "jamendolyrics").rglob("*.*")):
        server.files[f"{FOLDER}/{path.relative_to(real_data / 'jamendolyrics')}"] = path.read_bytes()
    at_hand = {path.stem for path in (real_data / "jamendolyrics/mp3").iterdir()}
    dataset = local(find("jamendolyrics"), server)
    metrics = ingest(dataset, request_of(dataset), tmp_path)
    assert metrics["tracks"] == len(at_hand)
    assert metrics["rejects"] == {"total": 79 - len(at_hand), "missing_audio": 79 - len(at_hand)}
    assert len(read_table(tmp_path / "lyrics.parquet")) == len(at_hand)
    provides = read_json(tmp_path / "corpus.json")["provides"]
    assert {name for name, has in provides.items() if has} == {"lyrics", "language", "genre"}
    asked = len(server.log)
    fetch_all(dataset, {}, Fetching())
    assert {Path(path).stem for path, _ in server.log[asked:]} == AUDIO.keys() - at_hand


def test_every_real_text_is_upstreams(real_data: Path) -> None:
    folder = real_data / "jamendolyrics"
    rows = jamendolyrics.read_table(folder / jamendolyrics.TABLE)
    assert rows.keys() == LYRICS.keys() == AUDIO.keys()
    assert {row["Language"] for row in rows.values()} == jamendolyrics.LANGUAGES.keys()
    for name, blob in LYRICS.items():
        assert blob_id((folder / f"lyrics/{name}.txt").read_bytes()) == blob
    for path in (folder / "mp3").iterdir():
        assert blob_id(path.read_bytes()) == AUDIO[path.stem]
