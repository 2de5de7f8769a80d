"""Run the pipeline from the command line: DVC does it, and the headline numbers are printed at the end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from reprise import exits
from reprise.errors import BadParameter


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
        If an experiment is to run several stages at a time, or a setting is none.
    """
    from reprise import side_by_side
    from reprise.mending import mend
    from reprise.summary import WHERE, plain

    if settings and jobs > 1:
        raise BadParameter(
            "--jobs with -S: an experiment runs its stages one after another; leave one of them out"
        )

    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
    arguments = [sys.executable, "-m", "dvc", *command(targets, settings, force=force)]
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
