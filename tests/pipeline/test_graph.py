"""What dvc.yaml says, and whether it keeps the project's promises. Nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from dvc.dependency.param import ParamsDependency
from dvc.repo import Repo

from reprise.confine.view import read_yaml

ROOT = Path(__file__).resolve().parents[2]
REPO = Repo(str(ROOT))
STAGES = {stage.addressing: stage for stage in REPO.index.stages}
OUTS = {out.def_path: out for out in REPO.index.outs_graph}


@pytest.fixture(scope="module", autouse=True)
def _close() -> Iterator[None]:
    yield
    REPO.close()


def deps(stage: Any) -> list[str]:
    return [dep.def_path for dep in stage.deps if not isinstance(dep, ParamsDependency)]


def upstream(path: str) -> set[str]:
    """Outs that an out is made from, directly or not."""
    return {out.def_path for out in nx.descendants(REPO.index.outs_graph, OUTS[path])}


def test_the_stages_are_those_of_the_design() -> None:
    assert {name.split("@")[0] for name in STAGES} == {
        "params", "download", "features", "split", "labels", "lyrics", "train", "train_conditional", "cluster", "evaluate",
        "prove", "compare", "audit", "relabel", "pretrain", "finetune", "transfer", "regress", "lookup",
        "placebo",
    }  # fmt: skip


@pytest.mark.parametrize("name", STAGES)
def test_every_command_is_confined_and_described(name: str) -> None:
    stage = STAGES[name]
    script = name.split("@")[0]
    words = stage.cmd.split()
    assert words[:3] == ["python", "-m", "reprise.hermetic"]
    assert f"stages/{script}.py" in words
    assert ("--network" in words) == (script == "download")
    assert stage.desc


@pytest.mark.parametrize("name", STAGES)
def test_no_stage_loses_the_run_cache(name: str) -> None:
    stage = STAGES[name]
    assert not stage.always_changed
    for out in stage.outs:
        assert not out.persist
        assert out.use_cache or out.is_metric or out.is_plot, out.def_path


def test_no_dep_is_a_folder_that_holds_outs() -> None:
    for name, stage in STAGES.items():
        for dep in deps(stage):
            assert not any(out.startswith(dep + "/") for out in OUTS), (name, dep)


@pytest.mark.parametrize("role", ["tracks", "songs"])
def test_no_label_is_upstream_of_the_lyrics(role: str) -> None:
    above = upstream(f"data/lyrics/{role}")
    assert above == {
        "data/params.ok",
        f"data/corpus/{role}/tracks.parquet",
        f"data/corpus/{role}/lyrics.parquet",
        f"data/corpus/{role}/corpus.json",
    }


def test_label_free_models_have_no_label_upstream() -> None:
    secret = {
        path
        for path in OUTS
        if "labels" in path or path.endswith(("tags.parquet", "factors.parquet", "metadata.parquet"))
    }
    assert "data/corpus/tracks/labels.parquet" in secret
    for name, stage in STAGES.items():
        if name.startswith("train@"):
            assert not upstream(stage.outs[0].def_path) & secret, name


def test_conditional_models_never_see_test_labels() -> None:
    for name, stage in STAGES.items():
        if name.startswith("train_conditional@"):
            assert "data/labels/train" in deps(stage)
            assert "data/labels/test" not in upstream(stage.outs[0].def_path) | set(deps(stage))


def test_the_lock_lists_exactly_the_stages() -> None:
    assert set(read_yaml(ROOT / "dvc.lock")["stages"]) == set(STAGES)


def test_every_model_is_trained_once_proven_and_compared() -> None:
    models = set(read_yaml(ROOT / "params.yaml")["models"])
    trained = [name.split("@")[1] for name in STAGES if name.startswith(("train@", "train_conditional@"))]
    assert sorted(trained) == sorted(models)
    assert {name.split("@")[1] for name in STAGES if name.startswith("prove@")} == models
    for reader in ("compare", "audit"):
        assert {Path(dep).name for dep in deps(STAGES[reader]) if dep.startswith("data/models/")} == models


def test_every_stage_has_its_script_and_every_script_its_stage() -> None:
    assert {path.stem for path in (ROOT / "stages").glob("*.py")} == {name.split("@")[0] for name in STAGES}


@pytest.mark.parametrize("path", sorted((ROOT / "stages").glob("*.py")), ids=lambda path: path.stem)
def test_a_stage_script_only_reads_calls_and_writes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    functions = [node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    assert functions == ["main"]
    assert len(text.splitlines()) <= 60


def test_package_init_files_hold_a_docstring_only() -> None:
    for path in (ROOT / "src" / "reprise").rglob("__init__.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path


def test_metrics_are_numbers_booleans_and_strings() -> None:
    def check(value: Any, where: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                check(inner, f"{where}.{key}")
        else:
            assert isinstance(value, (int, float, bool, str)), (
                f"{where} is {type(value).__name__}: DVC drops it"
            )

    from reprise.tables import read_json

    found = sorted(ROOT / out for out in OUTS if OUTS[out].is_metric)
    assert found
    for path in found:
        check(read_json(path), str(path.relative_to(ROOT)))
