"""A small project whose stages a test writes; each is run as DVC would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reprise.confine import landlock, seccomp

CODE = ("params", "errors")  # modules of the project that every stage here declares


@dataclass
class Project:
    """Stages by name: their code, which may use ``DECLARED`` and ``SECRET``, two files with the same content."""

    root: Path
    source: Path
    stages: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Write scripts and ``dvc.yaml``."""
        lines = ["stages:"]
        for name, code in self.stages.items():
            script = self.root / "stages" / f"{name}.py"
            script.parent.mkdir(exist_ok=True)
            script.write_text(
                f"import os\n{code}\nopen(os.environ['DVC_ROOT'] + '/outs/{name}/done', 'w').write('done')\n"
            )
            deps = [f"stages/{name}.py", "declared", *(f"src/reprise/{module}.py" for module in CODE)]
            deps += filter(None, [self.extra.get(name)])
            lines += [
                f"  {name}:",
                f"    cmd: python -m reprise.hermetic stages/{name}.py",
                f"    deps: [{', '.join(deps)}]",
                "    params: [seed]",
                f"    outs: [outs/{name}]",
            ]
        (self.root / "dvc.yaml").write_text("\n".join(lines) + "\n")

    def run(
        self, name: str, *options: str, patch: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a stage; ``patch`` is code that changes the wrapper first."""
        environment = os.environ | {"DVC_STAGE": name, "DVC_ROOT": str(self.root), "SECRET_LABEL": "blues"}
        environment |= {"PYTHONPATH": str(self.source), "DVC_NO_ANALYTICS": "1"} | variables
        started = f"{patch}\nfrom reprise import hermetic\nhermetic.main()"
        command = [sys.executable, "-c", started, *options, f"stages/{name}.py"]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True)

    def finished(self, name: str) -> bool:
        """Whether the script got to its end."""
        return (self.root / "outs" / name / "done").exists()


Maker = Callable[..., Project]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Maker:
    """Make a project of the given stages; ``extra`` names one more dep of a stage."""

    def build(stages: dict[str, str], extra: dict[str, str] | None = None) -> Project:
        folder = tmp_path_factory.mktemp("project")
        project = Project(folder, root / "src", stages, extra or {})
        for path, text in {
            "declared/x.txt": "x",
            "labels.csv": "id,label\n1,blues\n",
            "data/labels/test/labels.parquet": "secret",
            "src/reprise/secret.py": "VALUE = 1\n",
            "params.yaml": (root / "params.yaml").read_text(encoding="utf-8"),
        }.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        for module in ("__init__", *CODE):
            text = (root / "src" / "reprise" / f"{module}.py").read_text(encoding="utf-8")
            (folder / "src" / "reprise" / f"{module}.py").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "dvc", "init", "--no-scm", "-q"]
        subprocess.run(command, cwd=folder, check=True, env=os.environ | {"DVC_NO_ANALYTICS": "1"})
        project.write()
        return project

    return build


@pytest.fixture(scope="session")
def _landlock() -> None:
    if not landlock.abi_version():
        pytest.skip("this kernel has no Landlock")


@pytest.fixture(scope="session")
def _watched() -> None:
    if not seccomp.available():
        pytest.skip("this kernel has no seccomp user notification")
