"""Run the pipeline from the command line: DVC does it, and the headline numbers are printed at the end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from reprise import exits
from reprise.errors import BadInput, BadParameter

OWN_LOCK = Path(".dvc/tmp/reprise-run.lock")
"""Held by `reprise run` from its beginning to its end: between two stages DVC's own lock is open."""

PATIENCE = 30.0
"""Seconds that DVC and the stages have to end in, once they were told to."""


def command(targets: Sequence[str], settings: Sequence[str], *, force: bool) -> list[str]:
    """Return DVC's arguments.

    Parameters
    ----------
    targets
        Stages; none: all.
    settings
        ``key=value`` of parameters; with any, the run becomes an experiment.
    force
        Whether stages run that did not change.

    Raises
    ------
    BadParameter
        If a setting has no ``=``.
    """
    wrong = [text for text in settings if not text.partition("=")[1]]
    if wrong:
        raise BadParameter(f"-S {wrong[0]}: write a parameter and its value, as in -S model=cvae")
    options = [part for text in settings for part in ("-S", text)]
    return [
        *(("exp", "run") if settings else ("repro",)),
        *options,
        *(["--force"] if force else []),
        *targets,
    ]


def check(root: Path, settings: Sequence[str]) -> None:
    """Check ``key=value`` settings against the rules of ``params.yaml``, before DVC writes them into it.

    Parameters
    ----------
    root
        The project.
    settings
        As in `command`. What begins with ``+`` or ``~`` adds or removes keys; that, and other files than ``params.yaml``, is DVC's to judge.

    Raises
    ------
    BadParameter
        The first rule that is broken, with the nearest valid name.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from reprise.confine.view import read_yaml
    from reprise.schema import validate

    values = read_yaml(root / "params.yaml")
    for text in settings:
        key, _, value = text.partition("=")
        key = key.removeprefix("params.yaml:")
        if ":" not in key and not key.startswith(("+", "~")):
            try:
                _set(values, key.split("."), YAML(typ="safe").load(value))
            except YAMLError:
                raise BadParameter(f"-S {text}: {value} is no value that YAML knows") from None
    validate(values)


def _set(values: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    *above, last = keys
    for key in above:
        below = values.setdefault(key, {})
        if not isinstance(below, dict):
            raise BadParameter(f"-S {'.'.join(keys)}: {key} = {below!r} has no keys below it")
        values = below
    values[last] = value


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep other `reprise run` out of the project meanwhile.

    Raises
    ------
    BadInput
        If one is at work.
    """
    if not (root / ".dvc").is_dir():  # no project: DVC says so
        yield
        return
    lock = root / OWN_LOCK
    lock.parent.mkdir(exist_ok=True)
    try:
        with FileLock(lock, timeout=0):
            yield
    except Timeout:
        raise BadInput(
            f"{root}: another `reprise run` is at work here; wait for it, or work in another clone"
        ) from None


@contextlib.contextmanager
def ended_together() -> Iterator[None]:
    """Where this process is told to end (SIGTERM, by a batch system or a container), tell DVC and the stages, which would go on alone."""

    def end(*_: object) -> None:
        children = psutil.Process().children(recursive=True)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.terminate()
        psutil.wait_procs(children, timeout=PATIENCE)
        raise SystemExit(exits.TERMINATED)

    if threading.current_thread() is not threading.main_thread():  # only there can a signal be asked for
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def run(root: Path, targets: Sequence[str], settings: Sequence[str], *, force: bool, jobs: int = 1) -> int:
    """Run, print the headline numbers, and return the exit status.

    Parameters
    ----------
    root
        The project.
    targets, settings, force
        As in `command`.
    jobs
        Stages at a time.

    Raises
    ------
    BadParameter
        If an experiment is to run several stages at a time, or a setting breaks a rule.
    BadInput
        If another `reprise run` is at work in the project.
    """
    with alone(root), ended_together():
        return _run(root, targets, settings, force=force, jobs=jobs)


def _run(root: Path, targets: Sequence[str], settings: Sequence[str], *, force: bool, jobs: int) -> int:
    from reprise import side_by_side
    from reprise.mending import mend
    from reprise.summary import WHERE, plain

    if settings and jobs > 1:
        raise BadParameter(
            "--jobs with -S: an experiment runs its stages one after another; leave one of them out"
        )
    arguments = [sys.executable, "-m", "dvc", *command(targets, settings, force=force)]
    if settings:
        check(root, settings)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
    sys.stdout.flush()

    def attempt() -> int:
        if jobs > 1:
            return side_by_side.run(root, targets, environment, jobs, force=force)
        return subprocess.run(arguments, cwd=root, env=environment).returncode

    status = attempt()
    if status and mend(root):  # what DVC was writing when something ended it
        status = attempt()
    if status:
        print(
            "reprise: the run did not end well; DVC and the stage say why above, docs/troubleshooting.md what to do",
            file=sys.stderr,
        )
        return exits.IMPOSSIBLE
    if not targets:
        print(f"\n{plain(root / 'metrics')}\n\n{WHERE}")
    return exits.FINE
