"""A headless Chromium of the system's, for tests, screenshots and benchmarks; it is told to leave the network alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-domain-reliability", "--no-default-browser-check", "--disable-dev-shm-usage",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio",
)  # fmt: skip
"""The last but one draw WebGL in software, where a machine has no graphics card."""


class NoBrowser(Exception):
    """There is no Chromium, or nothing to drive it; the message says which."""


@contextmanager
def browser() -> Iterator[Any]:
    """Start Chromium, and end it.

    Raises
    ------
    NoBrowser
        If it, or playwright, is not installed. ``REPRISE_CHROMIUM`` may name its executable.
    """
    executable = os.environ.get("REPRISE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        raise NoBrowser("no Chromium is installed (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowser("playwright is not installed (pip install -r requirements.txt)") from error
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield made
        finally:
            made.close()
