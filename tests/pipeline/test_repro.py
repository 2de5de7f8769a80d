"""The pipeline as a user runs it: in a copy of the project that shares what was computed here (skipped before the first `dvc repro`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("repro")]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed copy whose cache is a copy of this one's (hard links)."""
    if not (root / ".dvc" / "cache" / "runs").is_dir():
        pytest.skip("nothing was computed here yet: run `dvc repro` first")
    copy = tmp_path_factory.mktemp("repro") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
    shutil.copytree(root / ".dvc" / "cache", copy / ".dvc" / "cache", copy_function=os.link)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "copy"]):
        subprocess.run(["git", *command], cwd=copy, env=environment(), check=True)
    return copy


def environment() -> dict[str, str]:
    names = {"NAME": "test", "EMAIL": "test@example.org"}
    git = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in names.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | git | {"DVC_NO_ANALYTICS": "1", "PATH": path}


@pytest.fixture
def dvc(project: Path) -> Run:
    def run(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["dvc", *arguments], cwd=project, env=environment(), capture_output=True, text=True
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run


def ran(output: str) -> set[str]:
    return {line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")}


def test_the_committed_lock_is_true_and_complete(project: Path, dvc: Run) -> None:
    assert ran(dvc("repro").stdout) == set(), "a stage had to run: the lock or the cache is not of this code"
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True
    ).stdout
    assert changed == "", "what the cache holds differs from what is committed"


def test_with_nothing_changed_no_stage_runs(dvc: Run) -> None:
    dvc("repro")
    assert ran(dvc("repro").stdout) == set()


def test_selecting_another_model_reruns_what_hangs_on_the_selection(project: Path, dvc: Run) -> None:
    dvc("repro")
    output = dvc("exp", "run", "-S", "model=pca").stdout
    assert ran(output) <= {"params", "cluster", "evaluate", "lookup", "audit"}
    assert {"cluster", "evaluate", "lookup"} <= ran(output) | {
        line.split("'")[1] for line in output.splitlines() if "is cached" in line
    }
    subprocess.run(["git", "checkout", "-q", "."], cwd=project, check=True)


def test_a_typo_stops_before_anything_runs_and_within_seconds(project: Path, dvc: Run) -> None:
    params = project / "params.yaml"
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace("model: conv_vae", "model: cvea", 1), encoding="utf-8")
    try:
        started = time.monotonic()
        done = dvc("repro", check=False)
        assert done.returncode != 0
        assert time.monotonic() - started < 20  # 2 s by itself; tests share the machine
        assert ran(done.stdout) == {"params"}
        assert "did you mean 'cvae'?" in done.stderr
    finally:
        params.write_text(text, encoding="utf-8")


def test_editing_one_model_retrains_that_model_alone(project: Path, dvc: Run) -> None:
    dvc("repro")
    file = project / "src" / "reprise" / "models" / "vade.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\n# a remark\n", encoding="utf-8")
    try:
        status = dvc("status").stdout
        stages = {
            line.rstrip(":") for line in status.splitlines() if line and not line.startswith((" ", "\t"))
        }
        assert stages == {
            "train@vade",
            "prove@vade",
            "compare",
        }  # compare decodes with the code of every model
    finally:
        file.write_text(text, encoding="utf-8")


def test_a_stage_that_reads_labels_undeclared_is_stopped(project: Path, dvc: Run) -> None:
    dvc("repro")
    script = project / "stages" / "lyrics.py"
    text = script.read_text(encoding="utf-8")
    read = '    open("data/corpus/songs/labels.parquet", "rb").read()\n'
    leaky = text.replace("    p = params.load()", read + "    p = params.load()", 1)
    assert leaky != text
    script.write_text(leaky, encoding="utf-8")
    try:
        done = dvc("repro", "-s", "lyrics@songs", check=False)
        assert done.returncode != 0
        assert "Permission denied: 'data/corpus/songs/labels.parquet'" in done.stderr + done.stdout
        assert "add the path to its deps or outs" in done.stderr + done.stdout
    finally:
        script.write_text(text, encoding="utf-8")
