"""Cold run, warm run, memory and start-up of the whole pipeline, in a fresh clone; writes docs/benchmarks.md.

    python benchmarks/pipeline.py             two stages at a time
    python benchmarks/pipeline.py --jobs 1    one after another, as `dvc repro` does

Takes as long as the pipeline itself. Figures are of the machine it runs on: the page says which.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from sections import load, machine, write_section  # the folder of this script is on the path

ROOT = Path(__file__).resolve().parents[1]
LIGHT = ("params", "labels", "split@tracks")
BIN = Path(sys.executable).parent


def environment(**more: str) -> dict[str, str]:
    """Return the environment of all commands: this interpreter first, no analytics."""
    return os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"} | more


class Memory(threading.Thread):
    """Samples the memory of a process and its descendants."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        self.process, self.peak = psutil.Process(process.pid), 0

    def run(self) -> None:
        """Sample until the process ends."""
        while self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for one in [self.process, *self.process.children(recursive=True)]:
                try:
                    total += one.memory_full_info().pss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
            self.peak = max(self.peak, total)
            time.sleep(3.0)  # to look costs processor time: the kernel walks every page


def cold_run(clone: Path, command: list[str]) -> tuple[dict[str, float], float, int]:
    """Run every stage in a clone without cache; return seconds by stage, in all, and the peak of memory in bytes.

    A stage's seconds go from its first line to its last, which `reprise run` prints at its end; two stages at a time overlap.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=clone,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    memory = Memory(process)
    memory.start()
    first, last = dict[str, float](), dict[str, float]()
    name = ""
    assert process.stdout is not None
    for line in process.stdout:
        beside = re.match(r"(\S+) +\| ", line)
        found = re.search(r"Running stage '(.+)'", line)
        name = beside[1] if beside else found[1] if found else name
        if found:
            first[name] = time.monotonic()
        if name in first:
            last[name] = time.monotonic()
    if process.wait():
        sys.exit(f"{' '.join(command)} failed in the clone")
    return {name: last[name] - first[name] for name in first}, time.monotonic() - started, memory.peak


def seconds(command: list[str], clone: Path, **more: str) -> float:
    """Return the least wall time of three runs of a command."""
    best = float("inf")
    for _ in range(3):
        started = time.monotonic()
        subprocess.run(command, cwd=clone, env=environment(**more), check=True, capture_output=True)
        best = min(best, time.monotonic() - started)
    return best


def page(
    command: str,
    stages: dict[str, float],
    total: float,
    peak: int,
    warm: float,
    light: dict[str, float],
    *,
    same: bool,
    jobs: int,
) -> str:
    """Return the page."""
    groups: dict[str, float] = {}
    for name, value in stages.items():
        groups[name.split("@")[0]] = groups.get(name.split("@")[0], 0.0) + value
    trainings = (groups["train"] + groups["train_conditional"]) / jobs / 60
    rows = [f"| `{name}` | {value:.1f} |" for name, value in groups.items()]
    limits = [
        (
            f"cold `{command}` on the embedded corpus, every stage, fresh clone without a cache",
            f"{total / 60:.1f} min",
            "≤ 10 min",
        ),
        (
            "its `dvc.lock` against the committed one",
            "the same bytes" if same else "differs",
            "the same bytes",
        ),
        (
            f"of these, training all models: their stage seconds, {jobs} at a time",
            f"{trainings:.1f} min",
            "≤ 5 min",
        ),
        ("peak memory of all its processes", f"{peak / 2**30:.2f} GiB", "≤ 4 GB"),
        ("`dvc repro` with nothing changed", f"{warm:.1f} s", "≤ 5 s"),
        *(
            (f"stage `{name}`, confined, from start to end", f"{value:.2f} s", "≤ 1 s")
            for name, value in light.items()
        ),
    ]
    summary = [f"| {what} | {value} | {limit} |" for what, value, limit in limits]
    return "\n".join(
        [
            "## The pipeline",
            "",
            f"Made by `python benchmarks/pipeline.py` on {machine()}, {load()}.",
            "",
            "| figure | measured | target |",
            "|---|---|---|",
            *summary,
            "",
            "Wall seconds by stage of the cold run; instances of a group are added up, though some ran side by side, and slowed each other:",
            "",
            "| stage | s |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description="Time the whole pipeline in a fresh clone.")
    parser.add_argument("--jobs", type=int, default=2, help="stages at a time (default: 2)")
    jobs = parser.parse_args().jobs
    command = ["dvc", "repro", "-f"] if jobs == 1 else ["reprise", "run", "--force", "--jobs", str(jobs)]
    folder = Path(tempfile.mkdtemp(prefix="reprise-benchmark-"))
    clone = folder / "clone"
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        stages, total, peak = cold_run(clone, command)
        same = (clone / "dvc.lock").read_bytes() == (ROOT / "dvc.lock").read_bytes()
        warm = seconds(["dvc", "repro"], clone)
        light = {
            name: seconds(
                [
                    sys.executable,
                    "-m",
                    "reprise.hermetic",
                    f"stages/{name.split('@')[0]}.py",
                    *name.split("@")[1:],
                ],
                clone,
                DVC_STAGE=name,
                DVC_ROOT=str(clone),
            )
            for name in LIGHT
        }
        body = page(" ".join(command), stages, total, peak, warm, light, same=same, jobs=jobs)
        write_section("pipeline", body)
        print(body)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
