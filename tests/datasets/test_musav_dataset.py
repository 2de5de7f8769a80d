"""MusAV: upstream's annotations with the scores they must give, and a user's copy of the audio with its faults."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from tests.datasets.conftest import FaultyServer
from tests.datasets.upstream import excerpts, fetched, mp3, path_of, served, short

from reprise.datasets.base import Dataset, RawPair, Request
from reprise.datasets.discovery import find
from reprise.datasets.fields import pair_table
from reprise.datasets.ingest import ingest
from reprise.datasets.musav import GENRES
from reprise.datasets.musav_annotations import DIMENSIONS, annotation_files, read_genres, read_pairs
from reprise.emotion.musav import looks_swapped, pair_accuracy
from reprise.errors import BadInput, MissingData
from reprise.tables import read_json, read_table

VOTES = {
    ("full-agreement", "a"): ["a", "a", "a"],
    ("full-agreement", "b"): ["b", "b", "b"],
    ("full-agreement", "ab"): ["ab", "ab", "ab"],
    ("majority-agreement", "a"): ["a", "ab", "a"],
    ("majority-agreement", "b"): ["ab", "b", "b"],
    ("majority-agreement", "ab"): ["ab", "ab", "b"],
    ("disagreement", "a"): ["a", "b", "a"],
    ("disagreement", "b"): ["b", "b", "a"],
    ("disagreement", "ab"): ["ab", "not_selected", "ab"],
    ("disagreement", "undefined"): ["a", "b", "ab"],
}
"""Three votes that have this outcome by upstream's script."""

REFERENCE = {
    "arousal": {"gt": (83.69, 1257), "fa": (87.03, 933), "ct": (82.48, 645), "ct_fa": (85.02, 494)},
    "valence": {"gt": (75.66, 1134), "fa": (80.73, 763), "ct": (78.05, 524), "ct_fa": (84.36, 358)},
}
"""Official scores (%) and scored pairs of the public predictions."""

Line = dict[str, str]


def song(name: str) -> str:
    """An id of Spotify's length."""
    return name.ljust(22, "0")


def judged(a: str, b: str, agreement: str, higher: str, consistency: str = "incomplete") -> Line:
    """A pair, as upstream's files have it."""
    return {
        "tripletid": f"t{a[0]}",
        "triplet_type": "global_triplet",
        "pairid": f"{song(a)}-{song(b)}",
        "agreement": agreement,
        "higher_value": higher,
        "triplet_consistency": consistency,
    }


def text(lines: list[Line]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def votes(pairs: list[Line], dimension: str) -> list[Line]:
    return [
        {
            "tripletid": pair["tripletid"],
            "songid_a": pair["pairid"].split("-")[0],
            "songid_b": pair["pairid"].split("-")[1],
            "annotator": f"annotator{number:03d}",
            "type": dimension,
            "higher_value": vote,
        }
        for pair in pairs
        for number, vote in enumerate(VOTES[pair["agreement"], pair["higher_value"]])
    ]


def seven_files(arousal: list[Line], valence: list[Line]) -> dict[str, bytes]:
    """Upstream's seven files."""
    files: dict[str, bytes] = {}
    for dimension, pairs in zip(DIMENSIONS, (arousal, valence), strict=True):
        single, agreement, truth = annotation_files(dimension)
        agreed = [pair for pair in pairs if pair["agreement"] != "disagreement"]
        without = [
            {key: value for key, value in pair.items() if key != "triplet_consistency"} for pair in pairs
        ]
        files |= {single: text(votes(pairs, dimension)), agreement: text(without), truth: text(agreed)}
    songs = sorted({name for pair in [*arousal, *valence] for name in pair["pairid"].split("-")})
    genres = "".join(json.dumps({"id": name, "genres": ["dance pop", "soul"]}) + "\n" for name in songs)
    return files | {GENRES: genres.encode()}


def write_copy(folder: Path, audio: dict[str, bytes]) -> Path:
    """Lay previews out as upstream's archive does."""
    for name, data in audio.items():
        path = folder / "audio.000" / name[:2] / f"{name}.mp3"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


AROUSAL = [
    judged("ax", "bx", "full-agreement", "a", "consistent"),
    judged("ax", "cx", "majority-agreement", "a", "consistent"),
    judged("bx", "cx", "full-agreement", "ab", "consistent"),
    judged("dx", "ex", "majority-agreement", "b"),
]
VALENCE = [judged("ax", "bx", "full-agreement", "b"), judged("dx", "ex", "disagreement", "ab")]


@pytest.fixture
def musav() -> Dataset:
    return short(find("musav"))


def files_in(folder: Path, files: dict[str, bytes]) -> dict[str, Path]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}


def test_it_comes_in_with_the_users_copy(musav: Dataset, server: FaultyServer, tmp_path: Path) -> None:
    copy = write_copy(
        tmp_path / "audio_chunks", {song(f"{letter}x"): mp3(n) for n, letter in enumerate("abcde")}
    )
    local = served(musav, server, seven_files(AROUSAL, VALENCE))
    metrics = ingest(local, fetched(local, {"path": str(copy)}), tmp_path / "out")
    assert {path.rpartition("/")[0] for path, _ in server.log} == {
        "/raw.githubusercontent.com/MTG/musav-dataset/09139aec8f0fca457e107c076cb91e05df8d6c71/data/annotations",
        "/raw.githubusercontent.com/MTG/musav-dataset/09139aec8f0fca457e107c076cb91e05df8d6c71/data",
    }
    assert (metrics["tracks"], metrics["pairs"]) == (5, {"kept": 6, "dropped": 0})
    pairs = read_table(tmp_path / "out/pairs.parquet", "pairs")
    said = pairs.drop(columns=["track_a", "track_b"]).to_numpy().tolist()
    assert sorted(said) == [
        ["ta", "arousal", "a", "full-agreement", "consistent", 3, 0, 0],
        ["ta", "arousal", "a", "majority-agreement", "consistent", 2, 0, 1],
        ["ta", "valence", "b", "full-agreement", "incomplete", 0, 3, 0],
        ["tb", "arousal", "ab", "full-agreement", "consistent", 0, 0, 3],
        ["td", "arousal", "b", "majority-agreement", "incomplete", 0, 2, 1],
        ["td", "valence", "ab", "disagreement", "incomplete", 0, 0, 2],
    ]
    tags = read_table(tmp_path / "out/tags.parquet", "tags")
    assert tags["tag"].value_counts().to_dict() == {"dance pop": 5, "soul": 5}
    about = read_json(tmp_path / "out/corpus.json")
    assert {name for name, there in about["provides"].items() if there} == {"pairs", "tags"}


def test_tracks_that_the_copy_lacks_take_their_pairs_along(musav: Dataset, tmp_path: Path) -> None:
    whole = mp3(2)
    audio = {song("ax"): mp3(0), song("bx"): mp3(1), song("cx"): whole[: len(whole) // 2], song("dx"): mp3(3)}
    copy = write_copy(tmp_path / "copy", audio | {song("zx"): mp3(9)})
    files = files_in(tmp_path, seven_files(AROUSAL, VALENCE))
    metrics = ingest(musav, Request("emotion", {"path": str(copy)}, files), tmp_path / "out")
    reasons = read_table(tmp_path / "out/rejects.parquet").set_index("source")["reason"].to_dict()
    assert reasons.pop(song("cx")) in ("truncated", "too_short")
    assert reasons == {song("ex"): "missing_audio"}
    assert metrics["rejects"]["missing_audio"] == 1
    assert metrics["tracks"] == 3  # zx is in no pair
    assert metrics["pairs"] == {"kept": 2, "dropped": 4}


@pytest.mark.parametrize(
    ("path", "problem"),
    [(None, "path is empty"), ("", "path is empty"), ("nowhere", r"path = 'nowhere' is no folder")],
)
def test_without_a_copy_it_says_how_to_get_one(path: str | None, problem: str, tmp_path: Path) -> None:
    files = files_in(tmp_path, seven_files(AROUSAL, VALENCE))
    with pytest.raises(MissingData, match=rf"{problem}.*zenodo\.org/records/7448344.*datasets\.musav\.path"):
        list(find("musav").load(Request("emotion", {"path": path}, files)))


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    files = files_in(tmp_path, seven_files(AROUSAL, VALENCE))
    copy = write_copy(tmp_path / "copy", {song("other"): b"x"})
    with pytest.raises(MissingData, match=r"holds none of MusAV's 5 tracks.*ax/ax0+\.mp3.*zenodo"):
        list(find("musav").load(Request("emotion", {"path": str(copy)}, files)))


def test_count_is_that_of_the_judged_tracks(tmp_path: Path) -> None:
    files = files_in(tmp_path, seven_files(AROUSAL, VALENCE))
    dataset = find("musav")
    assert dataset.count is not None
    assert dataset.count(Request("emotion", {}, files)) == 5


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (0, '"higher_value": "ab"', '"higher_value": "c"', r"all, line 5: higher_value = 'c' must be one of a, b"),
        (0, '"type": "arousal"', '"type": "valence"', r"all, line 1: type = 'valence' must be one of arousal"),
        (0, '"songid_a"', '"song"', r"all, line 1: songid_a = None must be text"),
        (1, "majority-agreement", "unity", r"agreement, line 2: agreement = 'unity' must be one of full"),
        (1, '"higher_value": "ab"', '"higher_value": 3', r"agreement, line 3: higher_value = 3 must be text"),
        (1, '"tripletid"', '"id"', r"agreement, line 1: tripletid = None must be text"),
        (1, song("dx"), song("qx"), r"agreement, line 4: pair qx0+-ex0+ has no votes in annotations\.arousal\.all"),
        (2, '"consistent"', '"sound"', r"gt, line 1: triplet_consistency = 'sound'"),
        (2, '{"tripletid"', '["tripletid"', r"gt, line 1: Expecting"),
    ],
)  # fmt: skip
def test_bad_line_is_named(file: int, old: str, new: str, problem: str, tmp_path: Path) -> None:
    files = seven_files(AROUSAL, VALENCE)
    name = annotation_files("arousal")[file]
    files[name] = files[name].replace(old.encode(), new.encode(), 1)
    with pytest.raises(BadInput, match=rf"annotations\.arousal\..*{problem}"):
        read_pairs(files_in(tmp_path, files))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "x", "genres": "pop"}', "genres = 'pop' must be a list"),
        ('{"genres": []}', "id = None must be text"),
        ("[]", "is no JSON object"),
    ],
)
def test_bad_line_of_genres_is_named(line: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / GENRES
    path.write_text(f'{{"id": "w", "genres": []}}\n{line}\n')
    with pytest.raises(BadInput, match=rf"jsonl, line 2: {problem}"):
        read_genres(path)


@pytest.fixture
def real_files(real_data: Path, tmp_path: Path) -> dict[str, Path]:
    """Upstream's files; the single votes, which are not kept beside them, are made up to fit the outcomes."""
    data = real_data / "musav/data"
    if not data.is_dir():
        pytest.skip(f"no MusAV annotations at {data}")
    files = {GENRES: data / GENRES}
    for dimension in DIMENSIONS:
        single, agreement, truth = annotation_files(dimension)
        pairs = [json.loads(line) for line in (data / "annotations" / agreement).read_text().splitlines()]
        (tmp_path / single).write_bytes(text(votes(pairs, dimension)))
        files |= {single: tmp_path / single} | {
            name: data / "annotations" / name for name in (agreement, truth)
        }
    return files


def table_of(pairs: list[RawPair]) -> pd.DataFrame:
    songs = {name for pair in pairs for name in (pair.source_a, pair.source_b)}
    return pair_table(pairs, {name: name for name in songs})[0]


def test_real_files_are_those_that_are_asked_for(real_files: dict[str, Path]) -> None:
    for remote in find("musav").info.remotes:
        if not remote.filename.endswith(".all"):
            found = hashlib.sha256(real_files[remote.filename].read_bytes()).hexdigest()
            assert remote.checksum == f"sha256:{found}"


def test_real_annotations_have_the_published_sizes(real_files: dict[str, Path]) -> None:
    table = table_of(read_pairs(real_files))
    assert table["dimension"].value_counts().to_dict() == {"arousal": 2_085, "valence": 2_085}
    assert len(set(table["track_a"]) | set(table["track_b"])) == find("musav").info.n_tracks
    assert table["triplet_id"].nunique() == 699
    disagreed = table[table["agreement"] == "disagreement"]
    assert set(disagreed["consistency"]) == {"incomplete"}
    assert not set(table["track_a"]) - read_genres(real_files[GENRES]).keys()


def test_real_pairs_score_the_public_predictions_as_published(
    real_files: dict[str, Path], real_data: Path
) -> None:
    table = table_of(read_pairs(real_files))
    lines = (real_data / "musav/predictions.emomusic-msd-musicnn-2.jsonl").read_text().splitlines()
    predictions = pd.DataFrame([json.loads(line) for line in lines]).set_index("songid")
    predictions = predictions.rename(columns={f"{name}_mean": name for name in DIMENSIONS})
    for dimension in DIMENSIONS:
        scored = pair_accuracy(table, predictions[dimension], dimension, seed=0)
        found = {
            name: (round(100 * part["accuracy"]["value"], 2), part["scored_pairs"])
            for name, part in scored.items()
        }
        assert found == REFERENCE[dimension]
    assert not looks_swapped(table, predictions)


def test_real_recordings_come_in_as_previews(
    real_files: dict[str, Path], real_data: Path, server: FaultyServer, tmp_path: Path
) -> None:
    songs = sorted((real_data / "jamendolyrics/mp3").glob("*.mp3"))[:3]
    if not songs:
        pytest.skip("no mp3 in jamendolyrics/mp3")
    triplet = read_pairs(real_files)[0].triplet_id
    pairs = [pair for pair in read_pairs(real_files) if pair.triplet_id == triplet]
    names = sorted({name for pair in pairs for name in (pair.source_a, pair.source_b)})
    copy = write_copy(
        tmp_path / "audio_chunks", dict(zip(names, excerpts(songs, seconds=29.71), strict=True))
    )
    files = {name: path.read_bytes() for name, path in real_files.items()}
    kept = [name for name in files if not name.endswith(".all")]
    local = served(find("musav"), server, files, genuine=kept)
    metrics = ingest(local, fetched(local, {"path": str(copy)}), tmp_path / "out")
    assert (metrics["tracks"], metrics["rejects"]) == (3, {"total": 2_089, "missing_audio": 2_089})
    assert metrics["pairs"] == {"kept": len(pairs), "dropped": 4_170 - len(pairs)}
    assert path_of(local.info.remotes[0]) in {path for path, _ in server.log}
