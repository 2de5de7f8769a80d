"""The one door: nothing lost, nothing told by names, lengths or order, the same bytes every time."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.datasets.conftest import N_SAMPLES, encoded, tone

from reprise.datasets.base import Dataset, RawPair, RawTrack, Reject, Request, Samples
from reprise.datasets.fields import FACTORS
from reprise.datasets.ingest import ingest, map_in_order
from reprise.errors import BadInput, MissingData
from reprise.tables import SCHEMAS, TARGETS, read_json, read_table

RequestOf = Callable[..., Request]
TABLES = (
    "tracks", "groups", "labels", "tags", "lyrics", "factors", "affect", "pairs", "targets", "metadata", "rejects",
)  # fmt: skip
GOOD = {
    "top/jazz/jazz.00000.wav": encoded(tone(0)),
    "top/jazz/jazz.00001.wav": encoded(tone(1, N_SAMPLES + 77)),
    "top/rock/rock.00000.wav": encoded(tone(2, N_SAMPLES + 200)),
}
BAD = {
    "top/jazz/jazz.00002.wav": encoded(tone(3))[:-100],
    "top/jazz/jazz.00003.wav": b"",
    "top/rock/rock.00001.wav": b"<html>",
    "top/rock/rock.00002.wav": encoded(tone(4, N_SAMPLES // 2)),
    "top/rock/rock.00003.wav": encoded(tone(4) * 0),
    "top/rock/notes.txt": b"no track",
}
TWIN = {"top/pop/pop.00000.wav": GOOD["top/jazz/jazz.00000.wav"]}


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def dataset_of(folders: Dataset, *tracks: RawTrack | Reject, pairs: list[RawPair] | None = None) -> Dataset:
    def load(_: Request) -> Iterator[RawTrack | Reject]:
        yield from tracks

    provides = frozenset(
        {"genre", "language", "lyrics", "tags", "factors", "affect", "targets", "year", "pairs"}
    )
    info = replace(folders.info, provides=provides, missing={})
    return Dataset("made_up", info, load, None if pairs is None else lambda _request, _tracks: pairs)


def test_good_tracks_come_in_and_bad_ones_are_rows(
    folders: Dataset, request_of: RequestOf, tmp_path: Path
) -> None:
    metrics = ingest(folders, request_of({**GOOD, **BAD, **TWIN}), tmp_path / "out")
    tracks = read_table(tmp_path / "out/tracks.parquet", "tracks")
    rejects = read_table(tmp_path / "out/rejects.parquet", "rejects")
    assert dict(zip(rejects["source"], rejects["reason"], strict=True)) == {
        "jazz/jazz.00002.wav": "truncated",
        "jazz/jazz.00003.wav": "empty",
        "pop/pop.00000.wav": "duplicate",
        "rock/rock.00001.wav": "not_audio",
        "rock/rock.00002.wav": "too_short",
        "rock/rock.00003.wav": "silent",
    }
    assert len(tracks) == metrics["tracks"] == 3
    assert metrics["duplicates"] == 1
    assert metrics["rejects"] == {
        "total": 5, "truncated": 1, "empty": 1, "not_audio": 1, "too_short": 1, "silent": 1,
    }  # fmt: skip


def test_every_table_is_written_with_its_columns(
    folders: Dataset, request_of: RequestOf, tmp_path: Path
) -> None:
    ingest(folders, request_of(GOOD), tmp_path)
    for name in TABLES:
        table = read_table(tmp_path / f"{name}.parquet", name)
        assert set(table.columns) >= set(SCHEMAS[name])
        assert (len(table) > 0) == (name in {"tracks", "groups", "labels"})
    assert set(read_table(tmp_path / "factors.parquet", "factors").columns) == {"track_id", *FACTORS}


def test_nothing_but_content_is_told(folders: Dataset, request_of: RequestOf, tmp_path: Path) -> None:
    ingest(folders, request_of({**GOOD, **TWIN}), tmp_path)
    ids = read_table(tmp_path / "tracks.parquet")["track_id"].tolist()
    wavs = sorted((tmp_path / "audio").iterdir())
    assert ids == sorted(ids) == [path.stem for path in wavs]
    assert {path.stat().st_size for path in wavs} == {44 + 2 * N_SAMPLES}
    for name in ("tracks", "groups"):
        content = (tmp_path / f"{name}.parquet").read_bytes()
        assert not any(word in content for word in (b"jazz", b"rock", b"pop"))
    rejects = read_table(tmp_path / "rejects.parquet", "rejects")
    assert len(rejects) == 1
    assert not rejects["detail"].str.contains("|".join(ids)).any()
    text = (tmp_path / "corpus.json").read_text()
    assert not any(word in text for word in ("jazz", "rock", *ids))


def test_order_and_names_upstream_change_no_id(
    folders: Dataset, request_of: RequestOf, tmp_path: Path
) -> None:
    ingest(folders, request_of(GOOD), tmp_path / "one")
    swapped = dict(zip(GOOD, reversed(list(GOOD.values())), strict=True))
    ingest(folders, request_of(swapped), tmp_path / "two")
    one, two = digest(tmp_path / "one"), digest(tmp_path / "two")
    assert one.keys() == two.keys()
    assert {name for name in one if one[name] != two[name]} == {"labels.parquet"}


@pytest.mark.parametrize("workers", [1, 3])
def test_same_bytes_again_and_with_other_workers(
    folders: Dataset, request_of: RequestOf, tmp_path: Path, workers: int
) -> None:
    ingest(folders, request_of({**BAD, **TWIN, **GOOD}, workers=2), tmp_path / "out")
    before = digest(tmp_path / "out")
    (tmp_path / "out/audio/0000000000000000.wav").write_bytes(b"stale")
    ingest(folders, request_of({**GOOD, **TWIN, **BAD}, workers=workers), tmp_path / "out")
    assert digest(tmp_path / "out") == before


def test_corpus_says_what_it_has_and_why_not(folders: Dataset, request_of: RequestOf, tmp_path: Path) -> None:
    ingest(folders, request_of({**GOOD, **BAD}), tmp_path)
    corpus = read_json(tmp_path / "corpus.json")
    assert corpus["provides"]["genre"] is True
    assert {name for name, has in corpus["provides"].items() if not has} == set(corpus["missing"])
    assert (corpus["n_tracks"], corpus["n_rejects"], corpus["n_duplicates"]) == (3, 5, 0)
    assert corpus["embedded"] is False


def test_no_usable_track_is_an_error_with_the_reasons(
    folders: Dataset, request_of: RequestOf, tmp_path: Path
) -> None:
    with pytest.raises(MissingData, match=r"none of 5 tracks is usable \(1 empty, 1 not_audio, .*jazz.00002"):
        ingest(folders, request_of(BAD), tmp_path / "out")
    with pytest.raises(MissingData, match="hold no track at all"):
        ingest(folders, request_of({"readme": b""}), tmp_path / "out")


def test_full_disk_is_one_clear_error(
    folders: Dataset, request_of: RequestOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_of(GOOD)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MissingData, match="no space left"):
        ingest(folders, request, tmp_path / "out")


def full_track(source: str, seed: int, **changes: Any) -> RawTrack:
    track = RawTrack(
        source=source,
        audio=Samples(tone(seed)),
        genre="jazz",
        language="en",
        lyrics="la la\nla",
        tags=("calm", "blue", "calm"),
        artist="Some Body",
        title="Song",
        year=1999,
        factors=dict.fromkeys(FACTORS, 0.5),
        affect=(0.25, 0.75),
        targets=dict.fromkeys(TARGETS, 0.1),
        official_split="test",
    )
    return replace(track, **changes)


def test_all_that_is_known_lands_in_its_own_table(folders: Dataset, tmp_path: Path) -> None:
    ingest(dataset_of(folders, full_track("a", 1)), Request("tracks", {}), tmp_path)
    rows = {
        name: read_table(tmp_path / f"{name}.parquet", name)
        for name in TABLES
        if name not in ("pairs", "rejects")
    }
    assert all(len(table) == (2 if name == "tags" else 1) for name, table in rows.items())
    assert rows["tags"]["tag"].tolist() == ["blue", "calm"]
    assert rows["affect"].loc[0, ["arousal", "valence"]].tolist() == [0.25, 0.75]
    assert rows["metadata"].loc[0, "year"] == 1999
    assert rows["groups"].loc[0, "official_split"] == "test"
    assert b"Some Body" not in (tmp_path / "groups.parquet").read_bytes()


def test_artists_are_told_apart_and_together_without_their_names(folders: Dataset, tmp_path: Path) -> None:
    artists = ["Some Body", " some body ", "Else", None, None]
    tracks = [full_track(str(seed), seed, artist=artist) for seed, artist in enumerate(artists)]
    ingest(dataset_of(folders, *tracks), Request("tracks", {}), tmp_path)
    assert read_table(tmp_path / "groups.parquet")["artist_id"].nunique() == 4


def test_twin_adds_what_the_first_does_not_know(folders: Dataset, tmp_path: Path) -> None:
    first = RawTrack("a", Samples(tone(1)), genre="jazz")
    ingest(dataset_of(folders, first, full_track("b", 1, genre="rock")), Request("tracks", {}), tmp_path)
    labels = read_table(tmp_path / "labels.parquet")
    assert (labels.loc[0, "genre"], labels.loc[0, "language"]) == ("jazz", "en")


@pytest.mark.parametrize(
    "changes",
    [
        {"affect": (1.2, 0.5)},
        {"affect": (0.5, float("nan"))},
        {"targets": {"dating": 1.0}},
        {"targets": dict.fromkeys(TARGETS, float("nan"))},
        {"factors": dict.fromkeys((*FACTORS, "luck"), 1.0)},
        {"official_split": "train-1"},
    ],
)
def test_values_that_break_a_rule_are_a_reject(
    folders: Dataset, tmp_path: Path, changes: dict[str, Any]
) -> None:
    ingest(
        dataset_of(folders, full_track("a", 1), full_track("b", 2, **changes)),
        Request("tracks", {}),
        tmp_path,
    )
    rejects = read_table(tmp_path / "rejects.parquet")
    assert rejects[["source", "reason"]].to_numpy().tolist() == [["b", "bad_metadata"]]


def test_pairs_name_kept_tracks_only(folders: Dataset, tmp_path: Path) -> None:
    def pair(a: str, b: str) -> RawPair:
        return RawPair("t1", a, b, "arousal", "a", "full-agreement", "consistent", 3, 0, 0)

    tracks = (
        full_track("a", 1),
        full_track("b", 2),
        full_track("twin of a", 1),
        Reject("bad", "missing", ""),
    )
    pairs = [pair("a", "b"), pair("a", "bad"), pair("a", "twin of a"), pair("b", "twin of a")]
    metrics = ingest(dataset_of(folders, *tracks, pairs=pairs), Request("emotion", {}), tmp_path)
    table = read_table(tmp_path / "pairs.parquet", "pairs")
    assert metrics["pairs"] == {"kept": 2, "dropped": 2}
    assert set(table["track_a"]) | set(table["track_b"]) == set(
        read_table(tmp_path / "tracks.parquet")["track_id"]
    )


def test_dataset_without_audio_has_tables_and_an_empty_folder(folders: Dataset, tmp_path: Path) -> None:
    dataset = dataset_of(folders, full_track("a", 1, audio=None))
    dataset = replace(dataset, info=replace(dataset.info, n_samples=0))
    ingest(dataset, Request("songs", {}), tmp_path)
    assert list((tmp_path / "audio").iterdir()) == []
    assert read_table(tmp_path / "tracks.parquet")["n_samples"].tolist() == [0]


def test_what_info_does_not_declare_is_refused(folders: Dataset, tmp_path: Path) -> None:
    dataset = dataset_of(folders, full_track("a", 1))
    dataset = replace(dataset, info=replace(dataset.info, provides=frozenset({"genre"})))
    with pytest.raises(BadInput, match=r"gives affect, factors, .* its INFO does not declare"):
        ingest(dataset, Request("tracks", {}), tmp_path)


def test_source_that_stands_twice_is_refused(folders: Dataset, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="'a' stands twice"):
        ingest(dataset_of(folders, full_track("a", 1), full_track("a", 2)), Request("tracks", {}), tmp_path)


def test_map_keeps_order_and_reads_ahead_by_a_bound() -> None:
    read = []

    def items() -> Iterator[int]:
        for item in range(100):
            read.append(item)
            yield item

    results = map_in_order(lambda value: value * value, items(), workers=2)
    assert next(results) == 0
    assert len(read) < 15
    assert list(results) == [value * value for value in range(1, 100)]
