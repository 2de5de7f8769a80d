from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.world import World, make_world, run_stage

from reprise import tables
from reprise.clustering.assignments import ClusterSettings, assign
from reprise.errors import BadInput
from reprise.evaluation.reference import read_reference
from reprise.models.read_latents import Unavailable
from reprise.training.fitting import write_curve

FILES = ("scores.csv", "confusion.csv", "training.tsv", "latent.png", "agreement.png")


def prepare(root: Path, spread: float, labels_used: str = "none", *, language: bool = True) -> World:
    world = make_world(root, language=language)
    values = world.latents(spread)
    world.write_model("conv_vae", values, labels_used)
    options = ClusterSettings(4, ("kmeans", "agglomerative"), 2, 0)
    table = assign(world.ids, values, None, options)
    tables.write_table(root / "data/clusters/assignments.parquet", table, "assignments")
    return world


def evaluate(world: World, monkeypatch: pytest.MonkeyPatch, root: Path) -> dict[str, Any]:
    run_stage(world, monkeypatch, root / "stages/evaluate.py", "conv_vae")
    return tables.read_json(world.root / "metrics/evaluate.json")


def test_well_separated_genres_score_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    found = evaluate(prepare(tmp_path, 0.3), monkeypatch, root)
    headline = found["headline"]
    assert found["selected_model"] == "conv_vae"
    assert (headline["method"], headline["attribute"], headline["scope"]) == ("kmeans", "genre", "all")
    assert headline["ami"]["value"] == headline["ari"]["value"] == 1.0
    assert headline["ami"]["chance_high"] < 0.15
    assert found["probe"]["genre"]["linear"]["value"] > 0.95
    assert found["probe"]["language"]["linear"]["value"] < 0.7
    for name in FILES:
        assert (tmp_path / "plots/evaluate" / name).stat().st_size > 0
    confusion = pd.read_csv(tmp_path / "plots/evaluate/confusion.csv")
    assert (confusion["actual"] == confusion["predicted"]).all()


def test_trainings_from_other_seeds_are_clustered_as_the_headline_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = prepare(tmp_path, 0.3)
    assert "training.seeds" in evaluate(world, monkeypatch, root)["trainings"]["why"]
    for number in (1, 2):
        path = tmp_path / f"data/models/conv_vae/seeds/{number}.npy"
        tables.write_array(path, world.latents(3.0, seed=number))
    found = evaluate(world, monkeypatch, root)
    assert found["headline"]["ami"]["value"] == 1.0
    assert found["trainings"]["seeds"] == 3
    assert found["trainings"]["genre"]["ami"]["value"] < 0.9
    assert (
        found["trainings"]["separation"]["silhouette"]["low"]
        < found["separation"]["kmeans"]["silhouette"]["value"]
    )


def test_the_same_inputs_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = prepare(tmp_path, 1.5)
    written = []
    for _ in range(2):
        evaluate(world, monkeypatch, root)
        outputs = [
            tmp_path / "metrics/evaluate.json",
            *(tmp_path / "plots/evaluate" / name for name in FILES),
        ]
        written.append([path.read_bytes() for path in outputs])
    assert written[0] == written[1]


def test_a_model_that_was_given_labels_is_scored_on_test_tracks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = prepare(tmp_path, 1.0, "genre of training and validation tracks")
    found = evaluate(world, monkeypatch, root)
    assert found["fair_scope"] == found["headline"]["scope"] == "test"
    assert found["headline"]["ami"]["n"] == int((world.split == "test").sum())
    assert found["probe"]["genre"]["scored_on"] == "test tracks"
    assert "contain" in found["scopes"]


def test_a_dataset_without_language_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    found = evaluate(prepare(tmp_path, 1.0, language=False), monkeypatch, root)
    assert found["against"]["language"] == {"available": False, "why": "the dataset states no language"}
    assert found["probe"]["language"]["available"] is False
    assert set(pd.read_csv(tmp_path / "plots/evaluate/scores.csv")["attribute"]) == {"genre"}


def test_a_model_that_is_not_available_writes_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = make_world(tmp_path)
    world.write_absent_model("conv_vae", "the dataset has no lyrics")
    tables.write_table(
        tmp_path / "data/clusters/assignments.parquet", tables.empty_table("assignments"), "assignments"
    )
    found = evaluate(world, monkeypatch, root)
    assert found == {"available": False, "why": "the dataset has no lyrics", "selected_model": "conv_vae"}
    for name in FILES:
        assert (tmp_path / "plots/evaluate" / name).exists()
    write_curve(tmp_path / "history.tsv", Unavailable("as training writes it"))
    header = (tmp_path / "history.tsv").read_text()
    assert (tmp_path / "plots/evaluate/training.tsv").read_text() == header
    assert "phase" in header


def test_a_dataset_without_any_label_still_has_clusters_to_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = prepare(tmp_path, 1.0, language=False)
    corpus = tables.read_json(tmp_path / "data/corpus/tracks/corpus.json")
    corpus["provides"]["genre"] = False
    tables.write_json(tmp_path / "data/corpus/tracks/corpus.json", corpus)
    found = evaluate(world, monkeypatch, root)
    assert found["headline"]["available"] is False
    assert found["separation"]["kmeans"]["silhouette"]["value"] > 0
    assert pd.read_csv(tmp_path / "plots/evaluate/confusion.csv").empty


def test_clusters_of_other_tracks_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    world = prepare(tmp_path, 1.0)
    path = tmp_path / "data/clusters/assignments.parquet"
    table = tables.read_table(path, "assignments")
    tables.write_table(path, table[table["track_id"] != world.ids[3]], "assignments")
    with pytest.raises(BadInput, match=f"{world.ids[3]}.*cluster stage"):
        evaluate(world, monkeypatch, root)


def test_a_track_without_a_split_is_refused(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    corpus = tmp_path / "data/corpus/tracks/corpus.json"
    with pytest.raises(BadInput, match=r"'unknown'.*split"):
        read_reference(
            tmp_path / "data/labels",
            tmp_path / "data/splits/tracks.parquet",
            corpus,
            np.array([*world.ids, "unknown"]),
        )
