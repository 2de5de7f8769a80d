from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput
from reprise.tables import write_array, write_table
from reprise.training.tracks import UNKNOWN, read_tracks

IDS = [f"{number:016x}" for number in range(6)]
SPLIT = ["train", "test", "train", "validation", "train", "test"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    write_array(tmp_path / "frames/mel.npy", rng.normal(size=(6, 4, 9)).astype(np.float16))
    write_array(tmp_path / "frames/mfcc.npy", rng.normal(size=(6, 2, 9)).astype(np.float16))
    write_table(tmp_path / "frames/tracks.parquet", pd.DataFrame({"track_id": IDS, "n_frames": 9}), "frames")
    write_split(tmp_path, SPLIT)
    write_array(tmp_path / "lyrics/embeddings.npy", np.arange(8, dtype=np.float32).reshape(2, 4))
    write_table(tmp_path / "lyrics/tracks.parquet", pd.DataFrame({"track_id": [IDS[4], IDS[1]]}))
    write_labels(tmp_path, [0, 2, 3, 4])
    return tmp_path


def write_split(folder: Path, split: list[str]) -> None:
    frame = pd.DataFrame({"track_id": IDS, "split": split, "group_id": "g"})
    write_table(folder / "splits.parquet", frame, "splits")


def write_labels(folder: Path, rows: list[int]) -> None:
    frame = pd.DataFrame({"track_id": [IDS[row] for row in rows], "genre": "x", "language": None})
    write_table(folder / "labels/labels.parquet", frame, "labels")


def test_tables_are_aligned_with_the_arrays_by_id(data: Path) -> None:
    tracks = read_tracks(data / "frames", data / "splits.parquet", data / "lyrics", data / "labels")
    assert tracks.train.tolist() == [0, 2, 4]
    assert tracks.validation.tolist() == [3]
    assert tracks.has_lyrics.tolist() == [False, True, False, False, True, False]
    assert tracks.lyrics[4].tolist() == [0, 1, 2, 3]
    assert tracks.lyrics[1].tolist() == [4, 5, 6, 7]
    assert tracks.labels["genre"].tolist() == ["x", UNKNOWN, "x", "x", "x", UNKNOWN]
    assert tracks.classes("genre") == ("x",)
    assert tracks.classes("language") == ()
    assert isinstance(tracks.mel, np.memmap)


def test_label_free_stages_have_no_labels(data: Path) -> None:
    tracks = read_tracks(data / "frames", data / "splits.parquet", data / "lyrics")
    assert dict(tracks.labels) == {}
    assert tracks.shapes(None).classes == ()


def test_a_dataset_without_lyrics_has_embeddings_of_no_dimensions(data: Path) -> None:
    write_array(data / "lyrics/embeddings.npy", np.zeros((0, 384), np.float32))
    write_table(data / "lyrics/tracks.parquet", pd.DataFrame({"track_id": pd.Series([], dtype="string")}))
    tracks = read_tracks(data / "frames", data / "splits.parquet", data / "lyrics")
    assert tracks.lyrics.shape == (6, 0)
    assert not tracks.has_lyrics.any()


def test_labels_of_test_tracks_are_refused(data: Path) -> None:
    write_labels(data, [0, 1, 2])
    with pytest.raises(BadInput, match="holds labels of test tracks"):
        read_tracks(data / "frames", data / "splits.parquet", data / "lyrics", data / "labels")


def test_an_empty_split_is_an_error(data: Path) -> None:
    write_split(data, ["train"] * 5 + ["test"])
    with pytest.raises(BadInput, match="5 training and 0 validation tracks"):
        read_tracks(data / "frames", data / "splits.parquet", data / "lyrics")


def test_arrays_of_other_tracks_are_an_error(data: Path) -> None:
    write_array(data / "frames/mfcc.npy", np.zeros((5, 2, 9), np.float16))
    with pytest.raises(BadInput, match="6 tracks, 6 mel maps, 5 MFCC maps"):
        read_tracks(data / "frames", data / "splits.parquet", data / "lyrics")


def test_missing_embeddings_are_an_error(data: Path) -> None:
    write_array(data / "lyrics/embeddings.npy", np.zeros((1, 4), np.float32))
    with pytest.raises(BadInput, match="2 tracks but 1 embeddings"):
        read_tracks(data / "frames", data / "splits.parquet", data / "lyrics")
