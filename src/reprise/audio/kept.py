"""The folder in which work survives the run that did it."""

from __future__ import annotations

import os
from pathlib import Path


def kept_folder() -> Path | None:
    """Return the folder for what later runs may use again.

    It is ``REPRISE_KEPT``, which stays, or else ``REPRISE_SCRATCH``, which stays until the stage has succeeded; ``None``
    outside the pipeline, where neither is set.
    """
    folder = os.environ.get("REPRISE_KEPT") or os.environ.get("REPRISE_SCRATCH")
    return Path(folder) if folder else None
