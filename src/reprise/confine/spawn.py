"""Start a stage's process behind its doors, with the watcher beside it, and wait for its end."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reprise.confine import guard, landlock, seccomp
from reprise.confine.doors import Doors
from reprise.confine.judgement import READ, Access, Judgement
from reprise.confine.watch import Watcher
from reprise.errors import RepriseError

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE = 2.0
"""Seconds that a stage's helpers may outlive it where it ended by itself (some tidy up after it)."""
WATCHED = "seccomp refuses in its place: complete for mistakes, native code and children included, but not against a hostile program"
GUARDED = "guarding Python's own file access only, which is weaker"


@dataclass(frozen=True)
class Outcome:
    """How a stage's process ended.

    Attributes
    ----------
    status
        Its exit status; negative: the signal that ended it.
    watched
        Whether all it opened was seen; if not, the rest is empty.
    refused
        Undeclared accesses to things of the project and to the network.
    elsewhere
        Refused accesses to other files.
    opened
        Deps, absolute, of which something was opened.
    """

    status: int
    watched: bool = False
    refused: tuple[Access, ...] = ()
    elsewhere: tuple[Access, ...] = ()
    opened: frozenset[str] = field(default_factory=frozenset)


def spawn(
    command: list[str], environment: dict[str, str], doors: Doors, root: Path, deps: Mapping[Path, Path]
) -> Outcome:
    """Run a command confined: by Landlock and the watcher, or by what this system has of them.

    Parameters
    ----------
    command
        The interpreter, the script and its arguments.
    environment
        All of its environment.
    doors
        What it may touch.
    root
        Project root, its current folder.
    deps
        Its deps, absolute, by the places that count as them.

    Raises
    ------
    RepriseError
        If the doors stay open although they should be shut.
    """
    landlocked = landlock.abi_version() > 0
    machine = seccomp.available()
    if not landlocked:
        print(f"hermetic: no Landlock on this system; {WATCHED if machine else GUARDED}", file=sys.stderr)
    if not landlocked and not machine:
        return _wait(_start_guarded(command, environment, doors, root))
    rules = None
    if landlocked:
        rules = landlock.build_ruleset(
            read=doors.read, write=doors.write, names=doors.names, network=doors.network
        )
    _adopt_orphans()
    others = frozenset(_children())  # of whoever calls this in a process of its own work
    judgement = Judgement(root, doors, deps)
    watcher = Watcher(judgement, machine) if machine else None
    canary = root / "dvc.yaml"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the only other thread waits for a socket
            process = subprocess.Popen(
                command, env=environment, cwd=root, preexec_fn=lambda: _enter(rules, watcher, canary)
            )
    except subprocess.SubprocessError as error:
        raise RepriseError(
            f"the stage was not started: {canary} is still readable from inside, or the kernel refused to shut the doors "
            "(`python -m reprise.doctor` says what is in force)"
        ) from error
    finally:
        if rules is not None:
            os.close(rules)
        if watcher:
            watcher.close_channel()
    judgement.refused.pop(Access(READ, str(canary)), None)  # that was `_enter`, trying the door
    status = _wait(process).status
    _end_orphans(0.0 if status < 0 else GRACE, others)
    watched = watcher is not None and watcher.finish()
    return Outcome(
        status, watched, tuple(judgement.refused), tuple(judgement.elsewhere), frozenset(judgement.opened)
    )


def _enter(rules: int | None, watcher: Watcher | None, canary: Path) -> None:
    """Die with the parent, shut the door, and try the handle."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # killing DVC must not leave a stage writing
    if rules is not None:
        landlock.restrict(rules)
        _try(canary)
    if watcher is not None:
        watcher.enter()
    if rules is None:
        _try(canary)


def _adopt_orphans() -> None:
    """Become the parent of what the stage leaves behind: workers of a stage that was killed would go on, into the next run's outs."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def _end_orphans(grace: float, others: frozenset[int]) -> None:
    """Wait for what the stage left behind, and kill what is there after ``grace`` seconds; ``others`` are none of it."""
    limit = time.monotonic() + grace
    while children := [child for child in _children() if child not in others]:
        late = time.monotonic() >= limit
        for child in children:
            if late:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(child, 0 if late else os.WNOHANG)
        if not late:
            time.sleep(0.01)


def _children() -> list[int]:
    """Return the children of this process, by any of its threads."""
    found: list[int] = []
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text(encoding="ascii").split())
    return found


def _try(canary: Path) -> None:
    try:
        os.close(os.open(canary, os.O_RDONLY))
    except PermissionError:
        return
    raise RuntimeError(f"{canary} is still readable: an allowed path contains the project")


def _start_guarded(
    command: list[str], environment: dict[str, str], doors: Doors, root: Path
) -> subprocess.Popen[bytes]:
    allowed = [str(path) for path in (*doors.read, *doors.write, Path(command[1]))]
    setting = {"root": str(root), "allowed": allowed, "listed": [str(path) for path in doors.names]}
    environment = environment | {"REPRISE_GUARD": json.dumps(setting)}
    return subprocess.Popen([command[0], guard.__file__, *command[1:]], env=environment, cwd=root)


def _wait(process: subprocess.Popen[bytes]) -> Outcome:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    while True:
        try:
            return Outcome(process.wait())
        except KeyboardInterrupt:  # the terminal sent it to the stage as well; wait for its own end
            continue
