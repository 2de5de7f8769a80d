"""A perturbation changes its secret and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.perturb import SECRETS, swap_tracks
from reprise.tables import read_array, read_table, write_table

IDS = [f"{number:016x}" for number in range(20)]


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    shutil.copytree(project / "data", tmp_path / "data")
    return tmp_path


def genres(root: Path, role: str = "tracks") -> pd.Series[str]:
    return read_table(root / f"data/corpus/{role}/labels.parquet", "labels").set_index("track_id")["genre"]


@pytest.mark.slow
@pytest.mark.parametrize("side", ["train", "test"])
def test_the_labels_of_one_side_are_exchanged(side: str, project: Path, copy: Path) -> None:
    paths = SECRETS[f"genre-{side}"].perturb(copy, np.random.default_rng(0))
    assert "data/corpus/tracks/labels.parquet" in paths
    before, after = genres(project), genres(copy)
    test = read_table(project / "data/splits/tracks.parquet").set_index("track_id")["split"] == "test"
    mine = test if side == "test" else ~test
    assert before[~mine].equals(after[~mine])
    assert not before[mine].equals(after[mine])
    assert sorted(before[mine]) == sorted(after[mine])
    assert ("data/corpus/emotion/labels.parquet" in paths) == (side == "train")  # it has no split


@pytest.mark.slow
def test_rows_of_test_tracks_become_noise_and_the_split_stays(project: Path, copy: Path) -> None:
    paths = SECRETS["rows-test"].perturb(copy, np.random.default_rng(0))
    assert not any("splits" in path or "fingerprints" in path for path in paths)
    test = (read_table(project / "data/splits/tracks.parquet")["split"] == "test").to_numpy()
    for name in ("mel", "mfcc"):
        before, after = (
            read_array(root / f"data/features/tracks/frames/{name}.npy") for root in (project, copy)
        )
        np.testing.assert_array_equal(before[~test], after[~test])
        assert (before[test] != after[test]).any()


@pytest.mark.slow
def test_a_world_computed_up_to_the_split_has_only_sounds_to_change(copy: Path) -> None:
    shutil.rmtree(copy / "data/lyrics")
    paths = SECRETS["rows-test"].perturb(copy, np.random.default_rng(0))
    assert paths
    assert all(path.startswith("data/features/") for path in paths)


@pytest.mark.slow
def test_what_the_corpus_lacks_is_not_made_up(copy: Path) -> None:
    assert SECRETS["targets"].perturb(copy, np.random.default_rng(0)) == []


def test_pairs_keep_their_shape(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    columns = {"triplet_id": [str(n // 3) for n in range(9)], "track_a": IDS[:9], "track_b": IDS[9:18]}
    fixed = {
        "dimension": "arousal",
        "higher_value": "a",
        "agreement": "disagreement",
        "consistency": "consistent",
    }
    votes = {"votes_a": range(9), "votes_b": 0, "votes_tie": 0}
    table = pd.DataFrame(columns | fixed | votes)
    write_table(tmp_path / "pairs.parquet", table, "pairs")
    assert swap_tracks(tmp_path, Path("pairs.parquet"), IDS, rng) == ["pairs.parquet"]
    after = read_table(tmp_path / "pairs.parquet", "pairs")
    assert sorted(after["votes_a"]) == list(range(9))
    assert not after[["track_a", "track_b"]].equals(table[["track_a", "track_b"]])
    assert swap_tracks(tmp_path, Path("pairs.parquet"), [], rng) == []


def test_a_secret_without_a_name_in_the_pipeline_has_files_that_must_not_move() -> None:
    assert all(secret.label or secret.unmoved for secret in SECRETS.values())


def test_the_secrets_are_those_of_the_pipeline(root: Path) -> None:
    from dvc.repo import Repo

    from reprise.taint import named_secrets

    with Repo(str(root)) as repo:
        assert {secret.label for secret in SECRETS.values() if secret.label} == named_secrets(repo)
