"""A stage that does not make the same bytes twice is named, and the first of them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reprise.exits import IMPOSSIBLE, guarded
from reprise.verify import main

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("isolation")]


@pytest.fixture
def leave(project: Path, tmp_path: Path) -> Path:
    """A copy of the computed project, to be spoilt."""
    shutil.copytree(project, tmp_path / "project")
    return tmp_path / "project"


def test_the_same_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(project), "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "with work.workers = 1" in said
    assert "6 stages ran again: every byte is the same" in said
    assert (project / "params.yaml").read_text(encoding="utf-8") == "work:\n  workers: 2\n"


def test_the_first_difference_is_named_with_stage_file_and_kind(
    leave: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = leave / "stages.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(
        text.replace("np.arange(24, dtype=np.float16)", "np.random.rand(24).astype(np.float16)"),
        encoding="utf-8",
    )
    assert main(["--root", str(leave)]) == 1
    first, *then = capsys.readouterr().out.splitlines()
    assert first.startswith(
        "features made data/features/songs/frames/mel.npy different: 24 of 24 values differ"
    )
    assert any(line.startswith("  then train: data/models/") for line in then)


def test_single_stages_run_from_the_inputs_on_record(leave: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = leave / "stages.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(
        text.replace("np.arange(24, dtype=np.float16)", "np.ones(24, np.float16)"), encoding="utf-8"
    )
    assert main(["--root", str(leave), "train", "labels"]) == 0
    assert "2 stages ran again" in capsys.readouterr().out


def test_what_is_not_there_is_named(leave: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(*arguments: str) -> int:
        return guarded(lambda: main(["--root", str(leave), *arguments]))

    assert asked("trian") == IMPOSSIBLE
    assert "no stage trian; there are download" in capsys.readouterr().err
    for lost in (leave / ".dvc" / "cache", leave / "data"):
        shutil.rmtree(lost)
    assert asked() == IMPOSSIBLE
    assert "run `dvc repro` first" in capsys.readouterr().err


def test_help() -> None:
    done = subprocess.run([sys.executable, "-m", "reprise.verify", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
