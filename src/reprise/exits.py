"""How a command ends: the exit status, and one line instead of a trace unless the trace is asked for."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import typer

from reprise.errors import RepriseError

FINE = 0
"""Done; what was checked holds."""
WANTING = 1
"""The command did its work, and what it checked does not hold."""
USAGE = 2
"""The command line is wrong."""
IMPOSSIBLE = 3
"""The work could not be done, for a reason that the user can mend; one line says which."""
BUG = 70
"""Something that should never happen (EX_SOFTWARE of sysexits.h); ``--debug`` shows where."""
INTERRUPTED = 130
"""Ctrl-C."""
TERMINATED = 143
"""SIGTERM."""
CLOSED = 141
"""Who read the output has stopped reading, as in ``reprise datasets | head``."""

DEBUG_VARIABLE = "REPRISE_DEBUG"
MEANINGS = f"""Exit status: {FINE} done, and what was checked holds; {WANTING} what was checked does not hold; {USAGE} wrong command line;
{IMPOSSIBLE} could not be done, one line says why; {BUG} a bug; {INTERRUPTED} interrupted, {TERMINATED} told to end. --debug (or {DEBUG_VARIABLE}=1) shows traces."""


def end(app: Callable[..., Any], arguments: Sequence[str] | None = None) -> int:
    """Run a typer application and return its exit status; errors are one line on standard error.

    Parameters
    ----------
    app
        The application.
    arguments
        Its command line without the name; ``None``: that of this process.
    """
    given = None if arguments is None else list(arguments)
    return guarded(lambda: app(args=given, prog_name="reprise", standalone_mode=False))


def guarded(command: Callable[[], Any]) -> int:
    """Run a command and return its exit status; errors are one line on standard error.

    Parameters
    ----------
    command
        Returns its status; what is no number counts as `FINE`.
    """
    try:
        status = command()
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (what is still buffered goes there at exit)
        return CLOSED
    except RepriseError as error:
        return _say(str(error), IMPOSSIBLE)
    except Exception as error:  # noqa: BLE001 (whatever it is, the user gets one line and a way to see the trace)
        return _end_of_others(error)
    if status == INTERRUPTED:  # typer's own answer to Ctrl-C
        return _say("interrupted", INTERRUPTED)
    return status if isinstance(status, int) else FINE


def debugging() -> bool:
    """Whether traces are asked for."""
    return bool(os.environ.get(DEBUG_VARIABLE))


def _end_of_others(error: Exception) -> int:
    """End for an error that is not the project's own: of the command line, of DVC, of the system, or a bug."""
    if hasattr(error, "show") and hasattr(error, "exit_code"):  # the class moved between versions of typer
        error.show()
        return int(error.exit_code)
    if type(error).__module__.startswith(("dvc.", "scmrepo.")):
        return _say(f"DVC: {error}", IMPOSSIBLE)
    if isinstance(error, OSError) and error.filename is not None:
        return _say(f"{error.filename}: {error.strerror}", IMPOSSIBLE)
    return _say(
        f"this is a bug ({type(error).__name__}: {error}); the same command with --debug shows where", BUG
    )


def _say(message: str, status: int) -> int:
    if debugging() and status != INTERRUPTED:
        traceback.print_exc()
    print(f"reprise: {message}", file=sys.stderr)
    return status
