"""What DVC was writing when it was killed, or the disk full, is cut off: the next `reprise run` mends it and ends as if nothing had been."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dvc.repo import Repo

from reprise import running
from reprise.errors import BadInput
from reprise.mending import mend

STAGES = """stages:
  first:
    cmd: cp given first && echo ran >> log
    deps: [given]
    outs: [first]
  second:
    cmd: cp first second && echo ran >> log
    deps: [first]
    outs: [second]
"""
DVC = [sys.executable, "-m", "dvc"]
ENVIRONMENT = os.environ | {"DVC_NO_ANALYTICS": "1"}


@pytest.fixture
def project(small_project: Callable[..., Path]) -> Path:
    """Two stages that ran."""
    return small_project(STAGES, run=True)


def runs(project: Path) -> int:
    return len((project / "log").read_text(encoding="utf-8").splitlines())


def test_nothing_is_mended_where_nothing_is_broken(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = (project / "dvc.lock").read_bytes()
    assert not mend(project)
    assert (project / "dvc.lock").read_bytes() == lock
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("share", [0.0, 0.07, 0.35, 0.6, 0.8])
def test_a_lock_that_is_cut_off_comes_back_and_no_stage_runs(project: Path, share: float, jobs: int) -> None:
    lock = (project / "dvc.lock").read_bytes()
    (project / "dvc.lock").write_bytes(lock[: int(share * len(lock))])
    assert running.run(project, ["second"], [], force=False, jobs=jobs) == 0
    assert (project / "dvc.lock").read_bytes() == lock
    assert runs(project) == 2  # both came from the cache of runs


def test_a_lock_that_git_knows_is_taken_from_there(project: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run([*git, "add", "dvc.lock"], cwd=project, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "lock"], cwd=project, check=True)
    lock = (project / "dvc.lock").read_bytes()
    (project / "dvc.lock").write_bytes(lock[: int(0.35 * len(lock))])
    assert mend(project)
    assert (project / "dvc.lock").read_bytes() == lock


def test_a_merge_that_is_not_finished_is_left_alone(project: Path) -> None:
    torn = b"<<<<<<< ours\nschema: '2.0'\n=======\n>>>>>>> theirs\n"
    (project / "dvc.lock").write_bytes(torn)
    assert not mend(project)
    assert (project / "dvc.lock").read_bytes() == torn


def test_what_dvc_knew_of_readers_is_forgotten_where_it_is_cut_off(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = project / ".dvc" / "tmp" / "rwlock"
    record.write_text('{"read": {"giv', encoding="utf-8")
    (project / "given").write_text("2\n", encoding="utf-8")
    failed = subprocess.run([*DVC, "repro", "-q"], cwd=project, env=ENVIRONMENT, capture_output=True)
    assert (
        failed.returncode
    )  # the reason why this exists: if DVC mends it by itself one day, it is not needed any more
    assert running.run(project, ["second"], [], force=False) == 0
    assert (project / "second").read_text(encoding="utf-8") == "2\n"
    assert "rwlock" in capsys.readouterr().err


def test_a_committed_lock_that_cannot_be_read_is_left_alone_and_named(project: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    lock = (project / "dvc.lock").read_bytes()
    torn = lock[: int(0.35 * len(lock))]
    (project / "dvc.lock").write_bytes(torn)
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run([*git, "add", "dvc.lock"], cwd=project, check=True)
    subprocess.run([*git, "commit", "-q", "-m", "lock"], cwd=project, check=True)
    assert not mend(project)
    assert (project / "dvc.lock").read_bytes() == torn
    assert running.run(project, ["second"], [], force=False) != 0
    with pytest.raises(BadInput, match=r"dvc\.lock"):
        running.run(project, ["second"], [], force=False, jobs=2)


def test_where_dvc_cannot_work_nothing_is_mended_and_nothing_breaks(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert not mend(tmp_path_factory.mktemp("no project"))
    (project / "dvc.lock").write_bytes(b"schema")
    with Repo(str(project)) as repo, repo.lock:  # another DVC is at work
        assert not mend(project)
    assert (project / "dvc.lock").read_bytes() == b"schema"
    assert mend(project)
