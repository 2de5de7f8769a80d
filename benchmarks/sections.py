"""The page of benchmarks is made of sections, each written by its own command and left alone by the others."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = "# Benchmarks\n\nEvery section is made by the command it names, on the machine it names.\n"


def machine() -> str:
    """Return what a figure depends on: processor, cores, system, Python."""
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else None
    name = found[1] if found else platform.machine()
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def load() -> str:
    """Say how busy the machine is now, and what that does to the figures."""
    waiting, cores = os.getloadavg()[0], os.cpu_count() or 1
    busy = f"{waiting:.1f} programs at work at the end of the run"
    if waiting > cores + 1:
        return f"{busy}, so that times, even those of the processor, are longer than on an idle machine"
    return busy


def spread(values: npt.NDArray[np.float64], digits: int = 1) -> str:
    """Format a median with its 10 % and 90 % quantiles."""
    low, median, high = np.quantile(values, [0.1, 0.5, 0.9])
    return f"{median:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def figures(rows: list[tuple[str, str, str]]) -> list[str]:
    """Return the table of what was measured and what was to be reached."""
    lines = [f"| {figure} | {measured} | {target} |" for figure, measured, target in rows]
    return ["| figure | measured | target |", "|---|---|---|", *lines, ""]


def write_section(name: str, body: str, page: Path = PAGE) -> None:
    """Replace (or append) the section of a name."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    text = page.read_text(encoding="utf-8") if page.exists() else HEAD
    section = f"{begin}\n\n{body.strip()}\n\n{end}"
    if begin in text:
        before, _, rest = text.partition(begin)
        text = before + section + rest.partition(end)[2]
    else:
        text = f"{text.rstrip()}\n\n{section}\n"
    page.write_text(text, encoding="utf-8")
