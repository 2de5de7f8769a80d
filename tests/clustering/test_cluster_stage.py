from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.world import make_world, run_stage

from reprise import tables
from reprise.clustering.assignments import clusterings
from reprise.clustering.summary import unstructured
from reprise.errors import BadInput, MissingData


def test_every_method_and_seed_is_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    folder = world.write_model("vade", world.latents(1.0))
    own = pd.DataFrame({"track_id": world.ids, "cluster": np.arange(96) % 3, "confidence": 1.0})
    tables.write_table(folder / "assignments.parquet", own)
    run_stage(world, monkeypatch, root / "stages/cluster.py", "vade")
    table = tables.read_table(tmp_path / "data/clusters/assignments.parquet", "assignments")
    runs = {method: len(found) for method, found in clusterings(table, world.ids).items()}
    assert runs == {"agglomerative": 1, "gmm": 2, "kmeans": 2, "own": 1, "spectral": 2}
    metrics = tables.read_json(tmp_path / "metrics/cluster.json")
    assert metrics["selected_model"] == "vade"
    kmeans = metrics["methods"]["kmeans"]
    assert kmeans["silhouette"]["value"] > kmeans["silhouette"]["chance"]
    assert kmeans["stability_ari"]["value"] > 0.9
    assert metrics["methods"]["own"]["sizes"] == {"clusters": 3, "largest": 32, "smallest": 32}


def test_no_label_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    world = make_world(tmp_path)
    world.write_model("pca", world.latents(1.0))
    for path in (tmp_path / "data").glob("labels/*/*.parquet"):
        path.unlink()
    run_stage(world, monkeypatch, root / "stages/cluster.py", "pca")
    assert tables.read_json(tmp_path / "metrics/cluster.json")["available"] is True


def test_a_model_that_is_not_available_gives_an_empty_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    world.write_absent_model("ae_multimodal", "the dataset has no lyrics")
    run_stage(world, monkeypatch, root / "stages/cluster.py", "ae_multimodal")
    assert tables.read_table(tmp_path / "data/clusters/assignments.parquet", "assignments").empty
    metrics = tables.read_json(tmp_path / "metrics/cluster.json")
    assert metrics == {
        "available": False,
        "why": "the dataset has no lyrics",
        "selected_model": "ae_multimodal",
    }


def test_a_model_that_was_not_trained_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    with pytest.raises(MissingData, match=r"cvae.*train the model first"):
        run_stage(make_world(tmp_path), monkeypatch, root / "stages/cluster.py", "cvae")


def test_own_clusters_must_cover_every_track(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    folder = world.write_model("vade", world.latents(1.0))
    own = pd.DataFrame({"track_id": world.ids[1:], "cluster": 0, "confidence": 1.0})
    tables.write_table(folder / "assignments.parquet", own)
    with pytest.raises(BadInput, match=str(world.ids[0])):
        run_stage(world, monkeypatch, root / "stages/cluster.py", "vade")


def test_the_null_has_the_covariance_of_the_latents() -> None:
    latents = np.random.default_rng(0).standard_normal((2000, 3)) @ np.array(
        [[3.0, 1, 0], [0, 1, 0], [0, 0, 0.1]]
    )
    assert np.cov(unstructured(latents, 0).T) == pytest.approx(np.cov(latents.T), rel=0.15, abs=0.1)


def test_the_null_needs_no_memory_of_all_pairs() -> None:
    latents = np.random.default_rng(0).standard_normal((2000, 3))
    tracemalloc.start()
    unstructured(latents, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * latents.nbytes  # all pairs: 667 times as much


def test_the_null_of_a_unit_that_does_not_move_is_still() -> None:
    latents = np.random.default_rng(0).standard_normal((50, 3)) * [1.0, 1.0, 0.0]
    assert np.abs(unstructured(latents, 0)[:, 2]).max() < 1e-6
