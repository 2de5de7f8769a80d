"""Run the pipeline with several stages at a time: most have one thread, and DVC runs one after another.

DVC lets several ``dvc repro`` work in one project: its lock is open while a command runs. So each free worker is given stages whose inputs are
ready, those with the longest way behind them first, and DVC does with each what it always does: skips it, restores it or runs it, and
records it. The result is that of ``dvc repro``, byte for byte.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from reprise.errors import BadInput, BadParameter
from reprise.mending import mend

Graph = Mapping[str, frozenset[str]]
"""The stages that each stage needs, by name."""


def run(root: Path, targets: Sequence[str], environment: Mapping[str, str], jobs: int, *, force: bool) -> int:
    """Bring stages up to date, ``jobs`` at a time.

    Parameters
    ----------
    root
        The project.
    targets
        Stages, or groups of them (``train``), with all that they need; none: all.
    environment
        Of DVC.
    jobs
        How many at a time.
    force
        Whether stages run that did not change.

    Returns
    -------
    int
        The exit status of the first ``dvc repro`` that failed; after that nothing is begun.

    Raises
    ------
    BadParameter
        If there is no such stage.
    """
    needs, changed = read(root)
    wanted = chosen(needs, targets)
    waiting = wanted if force else wanted & after(needs, changed)
    if not waiting:
        print("Data and pipelines are up to date.")
    depths = {name: depth(needs, name) for name in needs}
    options = ["--single-item", *(["--force"] if force else [])]
    done, failed = needs.keys() - waiting, 0
    with ThreadPoolExecutor(jobs) as pool:
        running: dict[Future[int], list[str]] = {}
        while running or (waiting and not failed):
            while waiting and not failed and len(running) < jobs:
                part = next_part(needs, depths, waiting, done, jobs)
                if not part:
                    break
                waiting = waiting - set(part)
                command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", *options, *part]
                running[pool.submit(_call, command, root, environment, part)] = part
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            for one in ended:
                done = done | set(running.pop(one))
                failed = failed or one.result()
    return failed


def read(root: Path) -> tuple[Graph, frozenset[str]]:
    """Return the graph of a project's stages, and those whose inputs, outs or command are not those of ``dvc.lock``.

    Raises
    ------
    BadInput
        If DVC cannot read the project.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(root)) as repo, repo.lock:
            graph = repo.index.graph
            needs = {stage.name: frozenset(one.name for one in graph[stage]) for stage in graph}
            return needs, frozenset(stage.name for stage in graph if stage.changed())
    except DvcException as error:
        if mend(root):
            return read(root)
        raise BadInput(f"{root}: {error} (`dvc status` says more)") from error


def chosen(needs: Graph, targets: Sequence[str]) -> frozenset[str]:
    """Return the stages that targets name, and all that they need.

    Raises
    ------
    BadParameter
        If a target names none.
    """
    if not targets:
        return frozenset(needs)
    found: set[str] = set()
    for target in targets:
        named = {name for name in needs if target in (name, name.partition("@")[0])}
        if not named:
            raise BadParameter(f"no stage '{target}'; `dvc stage list` shows them all")
        found |= named
    while more := set().union(*(needs[name] for name in found)) - found:
        found |= more
    return frozenset(found)


def after(needs: Graph, changed: Collection[str]) -> frozenset[str]:
    """Return the changed stages and all that depend on them."""
    found = set(changed)
    while more := {name for name in needs if needs[name] & found} - found:
        found |= more
    return frozenset(found)


def depth(needs: Graph, name: str) -> int:
    """Return how many stages follow on the longest way from a stage to the end."""
    return max((1 + depth(needs, later) for later in needs if name in needs[later]), default=0)


def next_part(
    needs: Graph, depths: Mapping[str, int], waiting: Collection[str], done: Collection[str], jobs: int
) -> list[str]:
    """Return stages for one call of DVC: ready, of one group, and few enough that the others get some too."""
    ready = sorted((name for name in waiting if needs[name] <= set(done)), key=lambda name: -depths[name])
    if not ready:
        return []
    group = [name for name in ready if name.partition("@")[0] == ready[0].partition("@")[0]]
    return group[: -(-len(group) // (2 * jobs))]


def _call(command: list[str], root: Path, environment: Mapping[str, str], part: list[str]) -> int:
    """Run a command and pass on its lines, each with the stage's name in front."""
    process = subprocess.Popen(
        command,
        cwd=root,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    assert process.stdout is not None
    name, began = part[0], time.monotonic()
    for line in process.stdout:
        if line.startswith(("Running stage '", "Stage '")):
            if line.split("'")[1] != name:
                _say(name, f"done in {time.monotonic() - began:.1f} s")
            name, began = line.split("'")[1], time.monotonic()
        if line.strip() and not line.startswith(_HINTS):
            _say(name, line.rstrip())
    status = process.wait()
    _say(name, f"{'failed' if status else 'done'} in {time.monotonic() - began:.1f} s")
    return status


def _say(name: str, text: str) -> None:
    with _PRINTING:
        print(f"{name:<{_WIDTH}} | {text}", flush=True)


_PRINTING = threading.Lock()
_WIDTH = 24
_HINTS = ("Use `dvc push`", "To track the changes", "To enable auto staging", "\tgit add", "\tdvc config")


def workers(jobs: int) -> int:
    """Return a number of workers: 0 is one for each core."""
    import joblib

    return jobs or int(joblib.cpu_count())
