"""DVC or a stage killed by force must not leave anything behind that writes into the next run's outputs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from reprise.confine.spawn import _children, _end_orphans

SLOW = """
import time
folder = os.environ['DVC_ROOT'] + '/outs/slow'
open(folder + '/new', 'w').write(str(os.getpid()))
os.replace(folder + '/new', folder + '/pid')
time.sleep(120)
"""
LEAVING = """
import signal, subprocess, sys
folder = os.environ['DVC_ROOT'] + '/outs/leaving'
worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)'])
open(folder + '/worker', 'w').write(str(worker.pid))
{end}
"""
PARENT = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'from reprise import hermetic; hermetic.main()', 'stages/slow.py'])"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_a_stage_does_not_outlive_dvc(make: Any) -> None:
    project = make({"slow": SLOW})
    environment = os.environ | {"DVC_STAGE": "slow", "DVC_ROOT": str(project.root), "DVC_NO_ANALYTICS": "1"}
    environment |= {"PYTHONPATH": str(project.source)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=project.root, env=environment)
    processes = [parent.pid]
    try:
        stage = int(waited_for(project.root / "outs" / "slow" / "pid"))
        processes += [
            stage,
            *(process.pid for process in psutil.Process(parent.pid).children(recursive=True)),
        ]
        assert len(set(processes)) >= 3  # DVC, the wrapper, the stage
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        _, alive = psutil.wait_procs([psutil.Process(pid) for pid in processes if psutil.pid_exists(pid)], 10)
        assert not alive
    finally:
        for pid in processes[1:]:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
@pytest.mark.parametrize(
    ("end", "status"), [("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL), ("pass", 0)]
)
def test_no_worker_outlives_its_stage(make: Any, end: str, status: int) -> None:
    project = make({"leaving": LEAVING.format(end=end)})
    ended = project.run("leaving")
    assert ended.returncode in (status, status % 256)
    assert not psutil.pid_exists(
        int((project.root / "outs" / "leaving" / "worker").read_text(encoding="utf-8"))
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_other_children_of_the_caller_are_left_alone() -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        _end_orphans(0.0, frozenset(_children()) - {left.pid})
        assert other.poll() is None
        assert not psutil.pid_exists(left.pid)
    finally:
        other.kill()
        other.wait()


def waited_for(path: Path) -> str:
    limit = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < limit, "the stage did not begin"
        time.sleep(0.05)
    return path.read_text(encoding="utf-8")
