"""Stages features, split, labels and lyrics on a small corpus: what one writes the next one reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from ruamel.yaml import YAML
from stages import features, labels, lyrics, split

from reprise.tables import read_array, read_json, read_table, write_json, write_table

IDS = [f"{number:016x}" for number in range(12)]


def write_params(root: Path, **split_values: object) -> None:
    """Write the project's own parameters with the split's changed."""
    values = YAML(typ="safe").load(root / "params.yaml")
    values["features"]["workers"] = 1
    values["split"] |= {
        "train": 0.5,
        "validation": 0.25,
        "test": 0.25,
        "duplicate_similarity": 0.9,
    } | split_values
    YAML().dump(values, Path("params.yaml"))


@pytest.fixture
def corpus(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of twelve noises by six artists, one of them a copy of another at half the level."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPRISE_PARAMS", raising=False)
    write_params(root)
    folder = tmp_path / "data/corpus/tracks"
    (folder / "audio").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number, track_id in enumerate(IDS):
        samples = 0.1 * rng.standard_normal(110_250) * np.repeat(rng.random(50), 2_205)
        if number == 0:
            first = samples
        soundfile.write(
            folder / "audio" / f"{track_id}.wav", 0.5 * first if number == 11 else samples, 22_050
        )
    write_table(
        folder / "tracks.parquet",
        pd.DataFrame({"track_id": IDS, "n_samples": 110_250, "sample_rate": 22_050}),
        "tracks",
    )
    artists = [f"artist-{number // 2}" for number in range(12)]
    write_table(
        folder / "groups.parquet",
        pd.DataFrame({"track_id": IDS, "artist_id": artists, "official_split": None}),
        "groups",
    )
    write_table(
        folder / "labels.parquet", pd.DataFrame({"track_id": IDS, "genre": "x", "language": None}), "labels"
    )
    write_table(folder / "tags.parquet", pd.DataFrame({"track_id": [*IDS, IDS[0]], "tag": "calm"}), "tags")
    write_table(folder / "lyrics.parquet", pd.DataFrame({"track_id": IDS[:1], "text": [" "]}), "lyrics")
    write_json(folder / "corpus.json", {"missing": {"lyrics": "instrumental"}})
    return tmp_path


def test_each_stage_reads_what_the_one_before_wrote(corpus: Path) -> None:
    features.main("tracks")
    split.main("tracks")
    labels.main()
    lyrics.main("tracks")
    assert (
        list(read_table(corpus / "data/features/tracks/frames/tracks.parquet", "frames")["track_id"]) == IDS
    )
    splits = read_table(corpus / "data/splits/tracks.parquet", "splits").set_index("track_id")
    assert set(splits["split"]) == {"train", "validation", "test"}
    assert (
        splits.loc[IDS[11], "group_id"] == splits.loc[IDS[1], "group_id"] == IDS[0]
    )  # the copy joins two artists
    assert read_json(corpus / "metrics/split/tracks.json")["duplicates"]["n_pairs"] == 1
    sides = {
        side: read_table(corpus / f"data/labels/{side}/labels.parquet", "labels")
        for side in ("train", "test")
    }
    assert set(sides["test"]["track_id"]) == set(splits.index[splits["split"] == "test"])
    assert not set(sides["test"]["track_id"]) & set(sides["train"]["track_id"])
    assert read_array(corpus / "data/lyrics/tracks/embeddings.npy").shape == (0, 384)
    assert read_json(corpus / "metrics/lyrics/tracks.json")["why"] == "instrumental"


def test_labels_do_not_touch_the_split_unless_it_may_read_them(root: Path, corpus: Path) -> None:
    features.main("tracks")

    def splits(genres: list[str], strata: str) -> bytes:
        write_params(root, strata=strata)
        table = pd.DataFrame({"track_id": IDS, "genre": genres, "language": None})
        write_table(corpus / "data/corpus/tracks/labels.parquet", table, "labels")
        split.main("tracks")
        return (corpus / "data/splits/tracks.parquet").read_bytes()

    sorted_genres, mixed_genres = ["x"] * 6 + ["y"] * 6, ["x", "y", "y"] * 4
    assert splits(sorted_genres, "tracks") == splits(mixed_genres, "tracks")
    assert read_json(corpus / "metrics/split/tracks.json")["classes"] == {"read": False}
    assert splits(sorted_genres, "labels") != splits(mixed_genres, "labels")
    assert read_json(corpus / "metrics/split/tracks.json")["classes"]["read"] is True


def test_the_split_stage_says_what_the_official_split_tears(
    corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    features.main("tracks")
    path = corpus / "data/corpus/tracks/groups.parquet"
    groups = read_table(path, "groups")
    write_table(path, groups.assign(official_split=["train", "test"] + [None] * 10), "groups")
    split.main("tracks")
    assert "split@tracks: the official split tears 1 group(s) of 4 tracks apart" in capsys.readouterr().err
    assert read_json(corpus / "metrics/split/tracks.json")["official"]["n_torn_groups"] == 1


def test_running_twice_gives_the_same_bytes(corpus: Path) -> None:
    def outputs() -> dict[Path, bytes]:
        features.main("tracks")
        split.main("tracks")
        paths = [
            path for path in (corpus / "data").rglob("*") if path.is_file() and "corpus" not in path.parts
        ]
        return {path: path.read_bytes() for path in paths}

    assert outputs() == outputs()
