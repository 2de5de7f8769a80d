"""Secrets through small DVC pipelines: what may flow, what is promised, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reprise.taint import main, named_secrets, stage_taints

PIPELINE = """
stages:
  download:
    cmd: "true"
    outs:
      - data/audio
      - data/lyrics.parquet
      - data/labels.parquet: {labels: [genre-train, genre-test]}
    meta: {declassifies: true}
  labels:
    cmd: "true"
    deps: [data/labels.parquet]
    outs:
      - data/labels/train: {labels: [genre-train]}
      - data/labels/test: {labels: [genre-test]}
    meta: {declassifies: true}
  features:
    cmd: "true"
    deps: [data/audio]
    outs: [data/features]
    meta: {free_of: [genre-train, genre-test]}
  train:
    matrix:
      model: [pca, cvae]
    cmd: "true"
    deps: [data/features/mel.npy, "data/labels/${item.model}"]
    outs: ["data/models/${item.model}"]
  cluster:
    cmd: "true"
    deps: [CLUSTER_DEPS]
    params: [k]
    outs: [data/clusters]
    meta: {free_of: [PROMISES]}
  evaluate:
    cmd: "true"
    deps: [data/clusters, data/labels/test/labels.parquet]
    metrics: [metrics.json]
"""

Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Write the pipeline with the given deps and promises of ``cluster``."""

    def build(deps: str = "data/models/pca", promises: str = "genre-test") -> Path:
        (tmp_path / ".dvc").mkdir()
        (tmp_path / ".dvc" / "config").write_text("[core]\n    no_scm = true\n    analytics = false\n")
        (tmp_path / "params.yaml").write_text("k: 3\n")
        text = PIPELINE.replace("CLUSTER_DEPS", deps).replace("PROMISES", promises)
        (tmp_path / "dvc.yaml").write_text(text.replace("data/labels/${item.model}", "data/lyrics.parquet"))
        return tmp_path

    return build


def secrets(root: Path) -> dict[str, set[str]]:
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        return {stage.name: set(stage.secrets) for stage in stage_taints(repo)}


def test_secrets_flow_through_outs_and_stop_at_declassifiers(project: Project) -> None:
    assert secrets(project()) == {
        "download": set(),
        "labels": {"genre-train", "genre-test"},
        "features": set(),
        "train@pca": set(),
        "train@cvae": set(),
        "cluster": set(),
        "evaluate": {"genre-test"},
    }


def test_a_kept_promise_is_no_error(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(project())]) == 0
    output = capsys.readouterr().out
    assert "evaluate    may depend on: genre-test" in output
    assert "3 promises about 2 secrets, 0 broken" in output


@pytest.mark.parametrize(
    "deps",
    [
        "data/models/pca, data/labels/test",
        "data/models/pca, data/labels/test/labels.parquet",
        "data/models/pca, data/labels",
        "data/models/pca, data/labels.parquet",
    ],
)
def test_a_promise_is_broken_by_a_label_a_file_in_it_or_a_folder_around_it(
    project: Project, capsys: pytest.CaptureFixture[str], deps: str
) -> None:
    assert main([str(project(deps))]) == 1
    assert "cluster promises not to depend on 'genre-test', but can: data/labels" in capsys.readouterr().err


def test_a_secret_travels_and_its_route_is_shown(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project()
    text = (root / "dvc.yaml").read_text()
    (root / "dvc.yaml").write_text(
        text.replace("data/features/mel.npy,", "data/features/mel.npy, data/labels/test,")
    )
    assert main([str(root)]) == 1
    route = "data/labels/test → data/models/pca"
    assert f"cluster promises not to depend on 'genre-test', but can: {route}" in capsys.readouterr().err
    assert secrets(root)["evaluate"] == {"genre-test"}


def test_a_similar_name_is_another_path(project: Project) -> None:
    root = project("data/models/pca, data/labels/testing")
    text = (root / "dvc.yaml").read_text()
    (root / "dvc.yaml").write_text(
        text.replace("- data/lyrics.parquet\n", "- data/lyrics.parquet\n      - data/labels/testing\n")
    )
    assert secrets(root)["cluster"] == set()


def test_a_promise_about_a_secret_that_nobody_names_is_broken(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(project(promises="genre-tset"))]) == 1
    assert (
        "'genre-tset', which no out is labelled with (secrets: genre-test, genre-train)"
        in capsys.readouterr().err
    )


def test_a_misspelt_promise_is_an_error(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    root = project()
    text = (root / "dvc.yaml").read_text()
    (root / "dvc.yaml").write_text(text.replace("free_of: [genre-test]", "freeof: [genre-test]"))
    assert main([str(root)]) == 1
    assert (
        "cluster: meta key 'freeof' is unknown; valid are by_hand, declassifies, free_of"
        in capsys.readouterr().err
    )


def test_named_secrets(project: Project) -> None:
    from dvc.repo import Repo

    with Repo(str(project())) as repo:
        assert named_secrets(repo) == {"genre-train", "genre-test"}


def test_the_projects_own_promises_hold(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(root)]) == 0
    assert " 0 broken" in capsys.readouterr().out


def test_data_that_no_stage_made_carries_every_secret(project: Project) -> None:
    root = project(deps="../music")
    assert secrets(root)["cluster"] == {"genre-train", "genre-test"}
    assert main([str(root)]) == 1


def test_what_a_person_wrote_carries_none(project: Project) -> None:
    root = project(deps="notes.yaml")
    assert secrets(root)["cluster"] == {"genre-train", "genre-test"}
    text = (root / "dvc.yaml").read_text()
    (root / "dvc.yaml").write_text(
        text.replace("meta: {free_of: [genre-test]}", "meta: {free_of: [genre-test], by_hand: [notes.yaml]}")
    )
    assert secrets(root)["cluster"] == set()
    assert main([str(root)]) == 0
