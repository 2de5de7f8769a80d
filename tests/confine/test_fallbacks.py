"""On systems that lack Landlock, seccomp notification or both, the doors are shut as well as can be, and what is missing is said."""

from __future__ import annotations

from typing import Any

import pytest

from reprise.confine import landlock, seccomp

pytestmark = pytest.mark.xdist_group("fallbacks")

NO_LANDLOCK = "from reprise.confine import landlock; landlock.abi_version = lambda: 0"
NO_SECCOMP = "from reprise.confine import seccomp; seccomp.available = lambda: None"
REFUSED = """
from reprise.confine import seccomp, syscalls
seccomp.SECCOMP = {"x86_64": 9999, "aarch64": 9999}
seccomp.available = syscalls.architecture
"""
WIDE = """
import sys
from pathlib import Path
from reprise.confine import doors
doors.interpreter_trees = lambda root: [root, Path(sys.prefix), *filter(Path.exists, map(Path, doors.SYSTEM))]
"""
SWALLOWING = "try: print(open('labels.csv').read())\nexcept OSError as error: print('swallowed', error)"


@pytest.fixture(scope="module")
def project(make: Any) -> Any:
    return make(
        {
            "honest": "assert open('declared/x.txt').read() == 'x'",
            "python": "open('labels.csv')",
            "native": "import pyarrow.csv; pyarrow.csv.read_csv('labels.csv')",
            "child": "import subprocess; subprocess.run(['cat', 'labels.csv'], check=True)",
            "outside": "open('/root/.bashrc' if os.path.exists('/root/.bashrc') else '/boot')",
            "write": "open('declared/x.txt', 'w')",
            "network": "import socket; socket.create_connection(('127.0.0.1', 9), timeout=2)",
            "swallowing": SWALLOWING,
        }
    )


@pytest.mark.parametrize("name", ["python", "native", "child", "outside", "write", "network"])
@pytest.mark.usefixtures("_watched")
def test_without_landlock_seccomp_refuses(name: str, project: Any) -> None:
    done = project.run(name, patch=NO_LANDLOCK)
    assert done.returncode != 0
    assert not project.finished(name)
    assert "no Landlock on this system; seccomp refuses in its place" in done.stderr
    assert (project.root / "declared" / "x.txt").read_text() == "x"


@pytest.mark.usefixtures("_watched")
def test_without_landlock_a_swallowed_refusal_is_seen_and_honest_stages_run(project: Any) -> None:
    done = project.run("swallowing", patch=NO_LANDLOCK)
    assert done.returncode == 5
    assert "read labels.csv" in done.stderr
    assert "read dvc.yaml" not in done.stderr  # the wrapper tries that itself
    assert project.run("honest", patch=NO_LANDLOCK).returncode == 0


def test_without_both_the_guard_stops_what_python_opens(project: Any) -> None:
    patch = f"{NO_LANDLOCK}\n{NO_SECCOMP}"
    done = project.run("python", patch=patch)
    assert done.returncode != 0
    assert "weaker" in done.stderr
    assert "add the path to its deps or outs" in done.stderr
    assert project.run("honest", patch=patch).returncode == 0


@pytest.mark.skipif(not landlock.abi_version(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("patch", [NO_SECCOMP, REFUSED])
def test_without_seccomp_landlock_refuses_and_the_hint_is_general(patch: str, project: Any) -> None:
    done = project.run("native", patch=patch)
    assert done.returncode == 1
    assert "Permission denied" in done.stderr
    assert "add the path to its deps or outs" in done.stderr
    assert "swallowed" in project.run("swallowing", patch=patch).stdout


@pytest.mark.parametrize("patch", ["", NO_LANDLOCK])
@pytest.mark.usefixtures("_landlock", "_watched")
def test_doors_that_stay_open_stop_the_stage_before_it_starts(patch: str, project: Any) -> None:
    done = project.run("honest", patch=f"{patch}\n{WIDE}")
    assert done.returncode == 1
    assert "honest: the stage was not started" in done.stderr
    assert "Traceback" not in done.stderr


def test_seccomp_says_whether_it_is_there() -> None:
    assert seccomp.available() in ("x86_64", "aarch64", None)
