"""Several stages at a time: what is ready, in which order, and that the result is that of `dvc repro`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from reprise import exits, running, side_by_side
from reprise.errors import BadInput, BadParameter

NEEDS = {
    "data": frozenset[str](),
    "train@a": frozenset({"data"}),
    "train@b": frozenset({"data"}),
    "train@c": frozenset({"data"}),
    "check": frozenset({"data"}),
    "report": frozenset({"train@a", "train@b", "train@c"}),
}
STAGES = """stages:
  data:
    cmd: cp given data
    deps: [given]
    outs: [data]
  train:
    foreach: [a, b, c]
    do:
      cmd: echo ${item} > ${item}.model && cat data >> ${item}.model && sleep 0.5
      deps: [data]
      outs: ["${item}.model"]
  report:
    cmd: cat a.model b.model c.model > report
    deps: [a.model, b.model, c.model]
    outs: [report]
"""
DVC = [sys.executable, "-m", "dvc"]
ENVIRONMENT = os.environ | {"DVC_NO_ANALYTICS": "1"}


@pytest.fixture
def project(small_project: Callable[..., Path]) -> Path:
    return small_project(STAGES)


def test_targets_bring_what_they_need_and_an_unknown_one_is_named() -> None:
    assert side_by_side.chosen(NEEDS, []) == set(NEEDS)
    assert side_by_side.chosen(NEEDS, ["train@b"]) == {"data", "train@b"}
    assert side_by_side.chosen(NEEDS, ["train"]) == {"data", "train@a", "train@b", "train@c"}
    with pytest.raises(BadParameter, match="no stage 'trian'"):
        side_by_side.chosen(NEEDS, ["trian"])


def test_what_depends_on_a_change_may_run() -> None:
    assert side_by_side.after(NEEDS, ["train@b"]) == {"train@b", "report"}
    assert side_by_side.after(NEEDS, []) == set()


def test_the_longest_way_goes_first_and_a_group_is_shared_out() -> None:
    depths = {name: side_by_side.depth(NEEDS, name) for name in NEEDS}
    assert depths == {"data": 2, "train@a": 1, "train@b": 1, "train@c": 1, "check": 0, "report": 0}
    waiting = set(NEEDS) - {"data"}
    first = side_by_side.next_part(NEEDS, depths, waiting, {"data"}, jobs=2)
    assert len(first) == 1
    assert first[0].startswith("train@")
    assert len(side_by_side.next_part(NEEDS, depths, waiting, {"data"}, jobs=1)) == 2
    assert side_by_side.next_part(NEEDS, depths, {"report"}, {"data", "train@a"}, jobs=2) == []


def test_the_lock_is_that_of_dvc_repro(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=False) == 0
    assert "train@b                  | Running stage 'train@b'" in capfd.readouterr().out
    again = subprocess.run([*DVC, "repro"], cwd=project, env=ENVIRONMENT, capture_output=True, text=True)
    assert "Running stage" not in again.stdout
    lock = (project / "dvc.lock").read_bytes()
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=True) == 0
    assert (project / "dvc.lock").read_bytes() == lock
    capfd.readouterr()
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=False) == 0
    assert "up to date" in capfd.readouterr().out


def test_after_a_failure_nothing_is_begun_and_nothing_done_is_lost(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = STAGES.replace("cp given data", "exit 3")
    (project / "dvc.yaml").write_text(broken, encoding="utf-8")
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=False) != 0
    said = capfd.readouterr().out
    assert "failed to reproduce 'data'" in said
    assert "train@a" not in said
    (project / "dvc.yaml").write_text(STAGES.replace("cat a.model", "exit 3; cat a.model"), encoding="utf-8")
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=False) != 0
    (project / "dvc.yaml").write_text(STAGES, encoding="utf-8")
    capfd.readouterr()
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=False) == 0
    said = capfd.readouterr().out
    assert "Running stage 'report'" in said
    assert "Running stage 'train@a'" not in said


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("to_all", [True, False])
def test_a_run_that_is_ended_ends_all_and_keeps_what_is_done(project: Path, jobs: int, to_all: bool) -> None:
    """Ctrl-C reaches all processes of a terminal; a batch system's SIGTERM may reach `reprise run` alone."""
    slow = STAGES.replace("sleep 0.5", "touch ${item}.begun && sleep 60")
    (project / "dvc.yaml").write_text(slow, encoding="utf-8")
    command = [sys.executable, "-m", "reprise.cli", "run", "--jobs", str(jobs)]
    environment = ENVIRONMENT | {"PYTHONPATH": str(Path(side_by_side.__file__).parents[1])}
    running = subprocess.Popen(
        command,
        cwd=project,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # a test run in the background ignores it
    )
    limit = time.monotonic() + 60
    while len(list(project.glob("*.begun"))) < jobs:
        assert time.monotonic() < limit, "the stages did not begin"
        time.sleep(0.1)
    if to_all:
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(timeout=30) != 0
    else:
        os.kill(running.pid, signal.SIGTERM)
        assert running.wait(timeout=30) == exits.TERMINATED
    assert not [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == str(project)]
    (project / "dvc.yaml").write_text(STAGES, encoding="utf-8")
    assert side_by_side.run(project, [], ENVIRONMENT, 2, force=False) == 0
    assert (project / "report").exists()


def test_a_broken_file_is_named(project: Path) -> None:
    (project / "dvc.yaml").write_text("stages:\n  data:\n    cmd: false\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"dvc\.yaml"):
        side_by_side.run(project, [], ENVIRONMENT, 2, force=False)


def test_an_experiment_does_not_run_stages_side_by_side(tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="--jobs with -S"):
        running.run(tmp_path, [], ["model=cvae"], force=False, jobs=2)
