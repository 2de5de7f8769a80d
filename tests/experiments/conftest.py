"""A small project of two confined stages in a git repository: the wrapper is the project's own, the stages are a test's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., str]
PIPELINE = """\
stages:
  make:
    cmd: python -m reprise.hermetic stages/make.py
    deps: [stages/make.py, src/reprise/toy.py]
    params: [seed]
    outs: [data/made]
  measure:
    cmd: python -m reprise.hermetic stages/measure.py
    deps: [stages/measure.py, data/made]
    params: [seed]
    outs: [data/report.txt]
    metrics:
    - metrics/evaluate.json: {cache: false}
"""
TOY = "FACTOR = 1\n"
MAKE = """\
import json, os, pathlib
from reprise.toy import FACTOR
seed = json.loads(pathlib.Path(os.environ['REPRISE_PARAMS']).read_text())['seed']
for number in range(3):
    pathlib.Path('data/made', f'{number}.txt').write_text(str(FACTOR * seed * number))
"""
MEASURE = """\
import json, pathlib
value = sum(int(path.read_text()) for path in sorted(pathlib.Path('data/made').glob('*.txt'))) / 100
pathlib.Path('data/report.txt').write_text(str(value))
entry = {'value': value, 'low': value - 0.1, 'high': value + 0.1}
pathlib.Path('metrics/evaluate.json').write_text(json.dumps({'headline': {'ami': entry}}))
"""


def environment() -> dict[str, str]:
    names = {"NAME": "test", "EMAIL": "test@example.org"}
    git = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in names.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | git | {"DVC_NO_ANALYTICS": "1", "PATH": path}


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a command in a folder and return what it printed."""

    def call(folder: Path, *command: str) -> str:
        done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return call


@pytest.fixture
def project(computed: Path, tmp_path: Path) -> Path:
    """Copy the computed project."""
    return Path(shutil.copytree(computed, tmp_path / "project", symlinks=True))


@pytest.fixture(scope="session")
def computed(root: Path, tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """Compute the project and commit it."""
    folder = tmp_path_factory.mktemp("computed") / "project"
    shutil.copytree(
        root / "src" / "reprise", folder / "src" / "reprise", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name, text in {
        "dvc.yaml": PIPELINE,
        "params.yaml": re.sub(
            r"^seed: .*$", "seed: 10", (root / "params.yaml").read_text(encoding="utf-8"), flags=re.M
        ),
        "stages/make.py": MAKE,
        "stages/measure.py": MEASURE,
        "src/reprise/toy.py": TOY,
        ".gitignore": "__pycache__/\n/data/\n/.work/\n",
        ".dvcignore": "__pycache__/\n",
        ".dvc/config": "[core]\n    analytics = false\n",
        ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    run(folder, "git", "init", "-q", "-b", "main")
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-q", "-m", "code")
    run(folder, "dvc", "repro")
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-q", "-m", "results")
    return folder
