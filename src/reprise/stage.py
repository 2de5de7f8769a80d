"""Entry of every stage script: arguments in, one-line errors out."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

from reprise.errors import RepriseError

EXPLAINED = 4
"""Exit status of a failure that the stage itself has explained in one line."""


def run(main: Callable[..., None]) -> None:
    """Call ``main`` with the command-line arguments as strings.

    Parameters
    ----------
    main
        The stage's function. A `RepriseError` becomes one line on standard error and exit status `EXPLAINED`; any other
        exception keeps its trace, for it is a bug.
    """
    try:
        main(*sys.argv[1:])
    except RepriseError as error:
        _explain(main, f"{type(error).__name__}: {error}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _explain(
            main, f"no space left on the disk ({error}); free some and run again: finished stages are kept"
        )


def _explain(main: Callable[..., None], message: str) -> None:
    stage = os.environ.get("DVC_STAGE", main.__module__)
    print(f"{stage}: {message}", file=sys.stderr)
    sys.exit(EXPLAINED)
