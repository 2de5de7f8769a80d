"""Where bytes may differ, results agree if each headline number lies within the interval on record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from reprise.same_results import made_elsewhere, pairs
from reprise.verify import Different, Outcome, main, told

OTHER = "x86-64-v3"
HOW = Different("train@pca", "data/models/pca/latents.npy", "3 of 9 values differ, by at most 1e-07")
PLACE = "metrics/evaluate.json"


def run_with(root: Path, ami: float, stage: str = "train@pca") -> Path:
    """A project with one headline number, made elsewhere."""
    (root / "metrics").mkdir(parents=True)
    number = {"value": ami, "low": ami - 0.1, "high": ami + 0.1}
    (root / PLACE).write_text(json.dumps({"headline": {"ami": number}}), encoding="utf-8")
    sets = {"instruction_set": {OTHER: [stage]}}
    (root / "metrics" / "environment.json").write_text(json.dumps(sets), encoding="utf-8")
    return root


@pytest.mark.parametrize(("again", "holds"), [(0.59, True), (0.41, True), (0.39, False), (0.61, False)])
def test_the_recorded_interval_is_the_tolerance(tmp_path: Path, again: float, holds: bool) -> None:
    before, after = run_with(tmp_path / "before", 0.5), run_with(tmp_path / "after", again)
    elsewhere = made_elsewhere(before, ["train@pca", "cluster"])
    assert elsewhere == {"train@pca": OTHER}
    outcome = Outcome(["train@pca"], [HOW], elsewhere, list(pairs(before, after, [PLACE])))
    assert outcome.holds is holds
    said = told(outcome)
    assert f"train@pca on record was made with {OTHER}" in said
    assert f"AMI with genre: 0.500 [0.400, 0.600] became {again:.3f}" in said
    assert said.splitlines()[-1] == ("within the tolerance" if holds else "NOT within the tolerance")


def test_a_copied_metric_is_no_agreement(tmp_path: Path) -> None:
    before, after = run_with(tmp_path / "before", 0.5), run_with(tmp_path / "after", 0.5)
    assert not list(pairs(before, after, []))
    outcome = Outcome(["train@pca"], [HOW], made_elsewhere(before, ["train@pca"]))
    assert not outcome.holds
    assert told(outcome).endswith("not decided")


def test_other_bytes_of_the_same_instruction_set_are_never_excused(tmp_path: Path) -> None:
    both = list(pairs(run_with(tmp_path / "a", 0.5), run_with(tmp_path / "b", 0.5), [PLACE]))
    outcome = Outcome(["cluster"], [Different("cluster", "x.npy", "differs")], {"train@pca": OTHER}, both)
    assert not outcome.holds
    assert "tolerance" not in told(outcome)


@pytest.mark.slow
@pytest.mark.xdist_group("isolation")
def test_the_instruction_set_on_record_is_told(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    script = copy / "stages.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("np.asarray(mel))", "np.asarray(mel) + 1)"), encoding="utf-8")
    run_with(copy / "elsewhere", 0.5, "train")
    shutil.copytree(copy / "elsewhere" / "metrics", copy / "metrics", dirs_exist_ok=True)
    assert main(["--root", str(copy), "train"]) == 1
    said = capsys.readouterr().out
    assert f"train on record was made with {OTHER}" in said
    assert "none of these stages makes a headline number: not decided" in said
