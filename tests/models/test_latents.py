from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput, MissingData
from reprise.models.read_latents import Latents, Unavailable, load_latents, load_seed_latents
from reprise.models.store import load_model, save_latents, save_unavailable
from reprise.tables import write_json
from reprise.training.fitting import write_further

IDS = np.array(["a", "b", "c"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_json(tmp_path / "config.json", {"available": True, "model": "pca", "labels_used": "none"})
    save_latents(tmp_path, IDS, np.arange(6, dtype=np.float32).reshape(3, 2), {})
    return tmp_path


def test_latents_come_with_their_ids_and_what_labels_they_used(folder: Path) -> None:
    found = load_latents(folder)
    assert isinstance(found, Latents)
    assert found.track_ids.tolist() == ["a", "b", "c"]
    assert found.values.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert found.labels_used == "none"


def test_extras_are_written_by_their_suffix(tmp_path: Path) -> None:
    table = pd.DataFrame({"track_id": IDS, "cluster": [1, 0, 1]})
    save_latents(tmp_path, IDS, np.zeros((3, 1), np.float32), {"x.npy": np.ones(2), "y.parquet": table})
    assert np.load(tmp_path / "x.npy").tolist() == [1, 1]
    assert pd.read_parquet(tmp_path / "y.parquet")["cluster"].tolist() == [1, 0, 1]


def test_an_unavailable_model_says_why(tmp_path: Path) -> None:
    save_unavailable(tmp_path, "ae_multimodal", "the dataset has no lyrics")
    assert load_latents(tmp_path) == Unavailable("the dataset has no lyrics")
    assert load_model(tmp_path) == Unavailable("the dataset has no lyrics")


def test_a_directory_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"holds no config.json: train the model first"):
        load_latents(tmp_path)


def test_latents_that_a_model_does_not_write_are_an_error(folder: Path) -> None:
    with pytest.raises(MissingData, match=r"holds no latents_given.npy: the model 'pca' does not write it"):
        load_latents(folder, "latents_given")


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.zeros(3), np.full((3, 2), np.nan)])
def test_values_that_do_not_fit_their_ids_are_an_error(folder: Path, values: np.ndarray) -> None:
    np.save(folder / "latents.npy", values.astype(np.float32))
    with pytest.raises(BadInput, match="finite values expected for 3 tracks"):
        load_latents(folder)


def test_one_training_has_the_latents_of_the_model_alone(folder: Path) -> None:
    write_further(folder, [])
    assert not (folder / "seeds").exists()
    assert [values.tolist() for values in load_seed_latents(folder)] == [[[0, 1], [2, 3], [4, 5]]]


def test_further_seeds_follow_in_their_order(folder: Path) -> None:
    write_further(folder, [np.full((3, 2), float(number), np.float32) for number in range(1, 12)])
    found = load_seed_latents(folder)
    assert [values[0, 0] for values in found] == [0, *range(1, 12)]


def test_further_seeds_of_other_tracks_are_an_error(folder: Path) -> None:
    write_further(folder, [np.zeros((2, 2), np.float32)])
    with pytest.raises(BadInput, match=r"1.npy: finite values of shape \(3, 2\) expected, not \(2, 2\)"):
        load_seed_latents(folder)


def test_an_unavailable_model_has_no_seeds(tmp_path: Path) -> None:
    save_unavailable(tmp_path, "multimodal_vae", "the dataset has no lyrics")
    assert load_seed_latents(tmp_path) == []
