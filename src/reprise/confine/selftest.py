"""Try the doors: what is in force here, found out by an attack rather than by asking."""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reprise.confine import landlock, seccomp
from reprise.confine.doors import open_doors
from reprise.confine.spawn import spawn

ATTACK = "import subprocess, sys\nsys.exit(subprocess.run(['cat', 'secret'], capture_output=True).returncode == 0)\n"
NETWORK_ABI = 4  # of Landlock: it knows TCP


@dataclass(frozen=True)
class Force:
    """What confines stages on this system.

    Attributes
    ----------
    abi
        Version of Landlock, 0 without.
    announced
        Whether the kernel announces opens (seccomp user notification), and their paths could be read.
    refused
        Whether a child process that a stage started was refused an undeclared file.
    seen
        Whether the stage's swallowing that would have made it fail.
    """

    abi: int
    announced: bool
    refused: bool
    seen: bool

    @property
    def network(self) -> bool:
        """Whether connections are refused."""
        return self.abi >= NETWORK_ABI or self.announced


def try_doors() -> Force:
    """Run a small stage that swallows the refusal of a file it does not declare."""
    with tempfile.TemporaryDirectory(prefix="reprise-") as place:
        root = Path(place).resolve()
        for name, text in {"dvc.yaml": "", "secret": "secret", "stage.py": ATTACK}.items():
            (root / name).write_text(text, encoding="utf-8")
        (root / "src").mkdir()
        deps = [root / "stage.py"]
        doors = open_doors(root, deps, [], [], network=False)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONSAFEPATH": "1"}
        outcome = spawn(
            [sys.executable, str(deps[0])], environment, doors, root, {path: path for path in deps}
        )
        seen = any(access.target == str(root / "secret") for access in outcome.refused)
    announced = seccomp.available() is not None and outcome.watched
    return Force(landlock.abi_version(), announced, outcome.status == 0, seen)
