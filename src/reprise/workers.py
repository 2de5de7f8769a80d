"""Processes that work for a stage end with it, however it ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TypedDict

LOOK = 0.5
"""Seconds between two looks."""


class Start(TypedDict):
    """What joblib's processes do first."""

    initializer: Callable[[int], None]
    initargs: tuple[int]


def ending_with_this_process() -> Start:
    """Return options of joblib's loky processes by which they end when this one does.

    Without them they wait for work that nobody will give them: a process killed by force cannot tell its workers.
    """
    return {"initializer": end_with, "initargs": (os.getpid(),)}


def end_with(parent: int) -> None:
    """End this process soon after its parent, whose number is given, is gone."""
    if sys.platform != "win32":  # there, a process keeps the number of the parent it had
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="end with the stage").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
