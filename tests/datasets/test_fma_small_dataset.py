"""FMA small: upstream's archives and table, its known faults, and tables that are not what they should be."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from tests.datasets.conftest import FaultyServer
from tests.datasets.upstream import excerpts, fetched, mp3, path_of, served, short

from reprise.datasets import fma_small
from reprise.datasets.base import Dataset, Reject, Request
from reprise.datasets.discovery import find
from reprise.datasets.fma_tracks import TABLE, read_tracks
from reprise.datasets.ingest import ingest
from reprise.errors import BadInput, DownloadFailed
from reprise.tables import read_json, read_table

COLUMNS = {
    "album": "comments date_created date_released engineer favorites id information listens producer tags title tracks type",
    "artist": "active_year_begin active_year_end associated_labels bio comments date_created favorites id latitude location "
    "longitude members name related_projects tags website wikipedia_page",
    "set": "split subset",
    "track": "bit_rate comments composer date_created date_recorded duration favorites genre_top genres genres_all "
    "information interest language_code license listens lyricist number publisher tags title",
}
HEADER = [("", "")] + [(group, name) for group, names in COLUMNS.items() for name in names.split()]
BIOGRAPHY = '<p>Born in "Utrecht",\nmoved, twice;\r\nplays &c.</p>'

Cells = dict[str, str]


def row(number: int, **changes: str) -> Cells:
    """A row of the table; keys are ``<group>_<name>``."""
    cells = {f"{group}_{name}": "" for group, name in HEADER[1:]} | {
        "artist_bio": BIOGRAPHY,
        "artist_id": str(number),
        "artist_name": f"Artist {number}",
        "set_split": "training",
        "set_subset": "small",
        "track_genre_top": "Folk",
        "track_tags": "[]",
        "track_title": f"Song {number}",
    }
    assert not changes.keys() - cells.keys()
    return {"": str(number)} | cells | changes


def table(rows: list[Cells]) -> str:
    """The text of ``tracks.csv``, as pandas writes columns of two levels."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([group for group, _ in HEADER])
    writer.writerow([name for _, name in HEADER])
    writer.writerow(["track_id"] + [""] * (len(HEADER) - 1))
    writer.writerows([list(cells.values()) for cells in rows])
    return text.getvalue()


def zip_bytes(members: dict[str, bytes], compression: int = zipfile.ZIP_BZIP2) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def archives(text: str, audio: dict[str, bytes]) -> dict[str, bytes]:
    """Both archives with the files that upstream's have."""
    notes = {"README.txt": b"This .zip archive is part of the FMA", "checksums": b""}
    return {
        fma_small.METADATA: zip_bytes(
            {f"fma_metadata/{name}": data for name, data in notes.items()} | {TABLE: text.encode()}
        ),
        fma_small.AUDIO: zip_bytes({f"fma_small/{name}": data for name, data in (notes | audio).items()}),
    }


@pytest.fixture
def fma() -> Dataset:
    return short(find("fma_small"))


def request_for(files: dict[str, bytes], folder: Path, **options: int) -> Request:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return Request("tracks", options, {name: folder / name for name in files}, workers=2)


def test_it_comes_in_from_upstreams_place(fma: Dataset, server: FaultyServer, tmp_path: Path) -> None:
    rows = [
        row(2, set_subset="medium"),
        row(140, set_split="test", track_tags="['tape loop', ' drone ']", album_date_released="2009-01-05"),
        row(
            141, set_split="validation", track_genre_top="Hip-Hop", track_date_recorded="2008-11-26 01:48:12"
        ),
        row(2_097, artist_id="140", artist_name="Artist One-Forty"),
    ]
    audio = {f"{n // 1_000:03d}/{n:06d}.mp3": mp3(n) for n in (140, 141, 2_097)}
    local = served(fma, server, archives(table(rows), audio))
    metrics = ingest(local, fetched(local, {}), tmp_path / "out")
    assert {path for path, _ in server.log} == {
        "/os.unil.cloud.switch.ch/fma/fma_metadata.zip",
        "/os.unil.cloud.switch.ch/fma/fma_small.zip",
    }
    assert (metrics["tracks"], metrics["rejects"]) == (3, {"total": 0})
    found = read_table(tmp_path / "out/metadata.parquet", "metadata")
    for name in ("groups", "labels"):
        found = found.merge(read_table(tmp_path / f"out/{name}.parquet", name), on="track_id")
    found = found.set_index("title").sort_index()
    assert found["genre"].tolist() == ["Folk", "Hip-Hop", "Folk"]
    assert found["official_split"].tolist() == ["test", "validation", "train"]
    assert found["year"].fillna(0).tolist() == [2009, 2008, 0]
    assert found.loc["Song 140", "artist_id"] == found.loc["Song 2097", "artist_id"]
    assert found["artist_id"].nunique() == 2
    assert found["artist"].tolist() == ["Artist 140", "Artist 141", "Artist 140"]
    assert sorted(read_table(tmp_path / "out/tags.parquet", "tags")["tag"]) == ["drone", "tape loop"]
    about = read_json(tmp_path / "out/corpus.json")
    assert {name for name, there in about["provides"].items() if there} == {"genre", "tags", "year"}


def test_tracks_without_audio_and_short_ones_are_rejects(fma: Dataset, tmp_path: Path) -> None:
    whole = mp3(7)
    audio = {
        "000/000007.mp3": whole,
        "000/000008.mp3": whole[: len(whole) // 2],
        "098/098565.mp3": mp3(98_565)[:4_000],
        "099/099134.mp3": b"ID3\x04" + bytes(1_700),
        "133/133297.mp3": b"",
        "150/150000.mp3": mp3(150_000),
    }
    rows = [row(number) for number in (7, 8, 98_565, 99_134, 108_925, 133_297)]
    request = request_for(archives(table(rows), audio), tmp_path)
    metrics = ingest(fma, request, tmp_path / "out")
    reasons = read_table(tmp_path / "out/rejects.parquet").set_index("source")["reason"].to_dict()
    assert metrics["tracks"] == 1
    assert reasons.pop("000/000008.mp3") in ("truncated", "too_short")
    assert reasons.pop("098/098565.mp3") in ("truncated", "too_short")
    assert reasons == {
        "099/099134.mp3": "corrupt",
        "108/108925.mp3": "missing",
        "133/133297.mp3": "empty",
        "150/150000.mp3": "unexpected",
    }


def test_limit_takes_the_lowest_numbers_of_each_genre(fma: Dataset, tmp_path: Path) -> None:
    rows = [row(n, track_genre_top="Rock" if n % 2 else "Pop") for n in (9, 8, 7, 6, 5, 4)]
    audio = {f"000/{n:06d}.mp3": b"x" for n in range(4, 10)}
    found = list(fma.load(request_for(archives(table(rows), audio), tmp_path, limit=2)))
    assert [item.source for item in found] == [f"000/{n:06d}.mp3" for n in (4, 5, 6, 7)]
    assert not any(isinstance(item, Reject) for item in found)


def test_count_is_that_of_the_whole_dataset() -> None:
    assert [fma_small.count(Request("tracks", {"limit": n})) for n in (0, 3, 5_000)] == [8_000, 24, 8_000]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"set_split": "train"}, r"set\.split = 'train' must be one of training, validation, test"),
        ({"track_tags": "[drone]"}, r"track\.tags = '\[drone\]' is no list"),
        ({"track_tags": "{1: 2}"}, r"is no list of words"),
        ({"": "T0001"}, r"invalid literal for int.*'T0001'"),
        ({"track_date_recorded": "last year"}, r"invalid literal for int"),
        ({"track_genre_top": ""}, r"track\.genre_top is blank"),
    ],
)
def test_bad_row_is_named(changes: Cells, problem: str, tmp_path: Path) -> None:
    rows = [row(3), row(4, **{key: value for key, value in changes.items() if key})]
    rows[1][""] = changes.get("", "4")
    files = request_for(archives(table(rows), {}), tmp_path).files
    # three lines of header, and two rows whose biographies hold two line breaks each
    with pytest.raises(BadInput, match=rf"fma_metadata\.zip: {TABLE}, line 9: .*{problem}"):
        read_tracks(files[fma_small.METADATA], "small")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (table([row(3)]).rpartition(",")[0].rpartition(",")[0] + "\n", r"line 6: \d+ fields; at least 53"),
        (table([row(3)]).replace("genre_top", "genre"), r"line 3: the header lacks track\.genre_top"),
        (table([]).replace("track_id", "id"), r"line 3: the header lacks track_id"),
        (table([row(3)]) + '4,"open', r"line 7: unexpected end of data"),
        ("", r"line 0: the header lacks set\.subset"),
    ],
)
def test_table_of_another_form_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    files = request_for(archives(text, {}), tmp_path).files
    with pytest.raises(BadInput, match=problem):
        read_tracks(files[fma_small.METADATA], "small")


def test_archive_without_the_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(zip_bytes({"fma_metadata/genres.csv": b""}))
    with pytest.raises(BadInput, match=rf"holds no {TABLE}"):
        read_tracks(tmp_path / "m.zip", "small")


def test_damaged_table_is_refused(tmp_path: Path) -> None:
    whole = archives(table([row(n) for n in range(50)]), {})[fma_small.METADATA]
    at = whole.index(TABLE.encode()) + len(TABLE) + 40
    (tmp_path / "m.zip").write_bytes(whole[:at] + bytes(20) + whole[at + 20 :])
    with pytest.raises(BadInput, match="is damaged"):
        read_tracks(tmp_path / "m.zip", "small")


@pytest.mark.parametrize("name", ["../../000002.mp3", "/etc/000002.mp3"])
def test_archive_that_names_files_outside_is_refused(fma: Dataset, name: str, tmp_path: Path) -> None:
    files = archives(table([row(2)]), {}) | {fma_small.AUDIO: zip_bytes({name: mp3(0)})}
    with pytest.raises(BadInput, match="leaves the archive"):
        list(fma.load(request_for(files, tmp_path)))


def test_other_archive_than_upstreams_is_refused(fma: Dataset, server: FaultyServer) -> None:
    local = served(fma, server, archives(table([row(2)]), {}), genuine=[fma_small.AUDIO])
    with pytest.raises(DownloadFailed, match=r"fma_small\.zip has another checksum than sha1:ade154f7"):
        fetched(local, {})
    assert path_of(fma.info.remotes[1]) in server.files


def test_memory_does_not_grow_with_the_table(tmp_path: Path) -> None:
    rows = [row(n, set_subset="large", artist_bio="b" * 20_000) for n in range(1_000)] + [row(5_000)]
    data = zip_bytes({TABLE: table(rows).encode()}, zipfile.ZIP_DEFLATED)
    (tmp_path / "m.zip").write_bytes(data)
    tracemalloc.start()
    found = read_tracks(tmp_path / "m.zip", "small")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [track.number for track in found] == [5_000]
    assert peak < 2_000_000  # the table has 20 MB


def test_biographies_may_be_long(tmp_path: Path) -> None:
    (tmp_path / "m.zip").write_bytes(zip_bytes({TABLE: table([row(3, artist_bio="b" * 200_000)]).encode()}))
    assert len(read_tracks(tmp_path / "m.zip", "small")) == 1


def test_real_recordings_come_in(real_data: Path, server: FaultyServer, tmp_path: Path) -> None:
    songs = sorted((real_data / "jamendolyrics/mp3").glob("*.mp3"))
    if not songs:
        pytest.skip("no mp3 in jamendolyrics/mp3")
    audio = {f"000/{n:06d}.mp3": data for n, data in enumerate(excerpts(songs[:2]), start=2)}
    rows = [row(n) for n in range(2, 2 + len(audio))]
    local = served(find("fma_small"), server, archives(table(rows), audio))
    metrics = ingest(local, fetched(local, {}), tmp_path)
    tracks = read_table(tmp_path / "tracks.parquet", "tracks")
    assert metrics["rejects"] == {"total": 0}
    assert tracks["n_samples"].tolist() == [660_000] * len(audio)
