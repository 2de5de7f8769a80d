"""The plots of both sides as one page, by ``dvc plots diff``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reprise.errors import RepriseError
from reprise.pull_request.base import Base


def write(root: Path, revision: str, folder: Path) -> None:
    """Write ``index.html`` and the pictures of both sides into a folder.

    Raises
    ------
    RepriseError
        If DVC cannot.
    """
    command = ["plots", "diff", Base(root, revision).commit, "--out", str(folder.resolve())]
    done = subprocess.run([sys.executable, "-m", "dvc", *command], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise RepriseError(f"dvc plots diff failed: {done.stderr.strip().splitlines()[-1]}")
