"""Small projects of DVC on which running is tested."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def small_project(tmp_path: Path) -> Callable[..., Path]:
    """Make a project outside git of these stages, with a file ``given``; run them on demand."""

    def made(stages: str, run: bool = False) -> Path:
        (tmp_path / "dvc.yaml").write_text(stages, encoding="utf-8")
        (tmp_path / "given").write_text("1\n", encoding="utf-8")
        for command in (["init", "--no-scm", "-q"], *([["repro", "-q"]] if run else [])):
            subprocess.run(
                [sys.executable, "-m", "dvc", *command],
                cwd=tmp_path,
                env=os.environ | {"DVC_NO_ANALYTICS": "1"},
                check=True,
            )
        return tmp_path

    return made
