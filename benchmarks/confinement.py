"""What confining a stage costs: the same script with and without `reprise.hermetic`, by turns; writes its section of docs/benchmarks.md.

    python benchmarks/confinement.py             30 turns
    python benchmarks/confinement.py --turns 100

The script does nothing. The stage declares what ``features@tracks`` declares as code, and one folder of data, so that as many doors are opened as for a real
stage. Beside it stand the peers that confine a process or watch it: `strace`, where it is installed, and `bwrap`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reprise.confine.view import stage_view
from sections import machine, write_section  # the folder of this script is on the path

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 0.150
STAGE = "empty"
PEERS = {
    "strace, file opens only": [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=openat,open",
        "-o",
        "/dev/null",
    ],
    "bubblewrap, everything read-only": ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
}


def project(folder: Path) -> None:
    """Make a project of one stage that does nothing, with the code deps of a real one."""
    deps = [dep for dep in stage_view(ROOT, "features@tracks").deps if dep.endswith(".py")]
    for path in (*deps, "params.yaml"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path)
    (folder / "data").mkdir()
    (folder / "data" / "x.txt").write_text("x")
    (folder / "stages" / f"{STAGE}.py").write_text("open('data/x.txt').read()\n")
    listed = "\n".join(f"    - {path}" for path in (*deps, f"stages/{STAGE}.py", "data"))
    (folder / "dvc.yaml").write_text(
        f"stages:\n  {STAGE}:\n    cmd: python -m reprise.hermetic stages/{STAGE}.py\n    deps:\n{listed}\n    params: [seed]\n    outs: [outs]\n"
    )
    subprocess.run([sys.executable, "-m", "dvc", "init", "--no-scm", "-q"], cwd=folder, check=True)


def timed(command: list[str], folder: Path) -> tuple[float, float]:
    """Run a command; return its wall seconds and the processor seconds of it and its children."""
    environment = os.environ | {
        "DVC_STAGE": STAGE,
        "DVC_ROOT": str(folder),
        "PYTHONPATH": str(ROOT / "src"),
        "DVC_NO_ANALYTICS": "1",
    }
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    return ended - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(folder: Path, turns: int) -> dict[str, list[tuple[float, float]]]:
    """Run all ways by turns, so that a busy machine is busy for all of them."""
    plain = [sys.executable, f"stages/{STAGE}.py"]
    ways = {"plain": plain, "confined": [sys.executable, "-m", "reprise.hermetic", f"stages/{STAGE}.py"]}
    ways |= {name: [*words, *plain] for name, words in PEERS.items() if shutil.which(words[0])}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, command in ways.items():
            found[name].append(timed(command, folder))
    return found


def section(first: tuple[float, float], found: dict[str, list[tuple[float, float]]], turns: int) -> str:
    """Return the section as Markdown."""
    wall = {name: statistics.median(one[0] for one in runs) for name, runs in found.items()}
    processor = {name: statistics.median(one[1] for one in runs) for name, runs in found.items()}
    over = wall["confined"] - wall["plain"]
    said = "met" if over <= LIMIT else "missed"
    lines = [
        "## What confinement costs",
        "",
        (
            f"Made by `python benchmarks/confinement.py --turns {turns}` on {machine()}. A script that reads one file, {turns} times each way, by turns; medians. "
            f"Load of the machine at the end: {os.getloadavg()[0]:.1f}."
        ),
        "",
        "| way | wall, ms | processor, ms | wall beyond plain, ms |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {1e3 * wall[name]:.0f} | {1e3 * processor[name]:.0f} | {1e3 * (wall[name] - wall['plain']):+.0f} |"
        for name in found
    ]
    lines += [
        "",
        (
            f"Target: at most {1e3 * LIMIT:.0f} ms for each stage beyond importing DVC. Measured: {1e3 * over:.0f} ms wall, "
            f"{1e3 * (processor['confined'] - processor['plain']):.0f} ms of processor: **{said}**. DVC itself is imported by the first stage after `dvc.yaml` or `params.yaml` "
            f"changed, which asks it what all stages declare ({first[0]:.1f} s, {first[1]:.1f} s of processor); the others read what it kept."
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--turns", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve() / "project"
        folder.mkdir()
        project(folder)
        confined = [sys.executable, "-m", "reprise.hermetic", f"stages/{STAGE}.py"]
        timed(
            confined, folder
        )  # compiles the audio loops and lists the fonts, once for each version of the code
        for kept in (folder / ".dvc" / "tmp" / "reprise").glob("*.json"):
            kept.unlink()
        first = timed(confined, folder)
        text = section(first, measure(folder, options.turns), options.turns)
    write_section("confinement", text)
    print(text)


if __name__ == "__main__":
    main()
