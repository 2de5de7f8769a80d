"""One progress bar per stage on a terminal, plain lines elsewhere (CI logs, files)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")

SECONDS_BETWEEN_LINES = 10.0


def track(
    items: Iterable[T],
    *,
    total: int | None = None,
    desc: str = "",
    unit: str = "it",
    note: Callable[[], str] | None = None,
) -> Iterator[T]:
    """Iterate over ``items`` while showing how far the work is.

    Parameters
    ----------
    items
        What to iterate over.
    total
        Number of items, where ``items`` has no length.
    desc
        Name of the work.
    unit
        What one item is, in the rate.
    note
        Says what else there is to tell at the moment, such as the number of rejects.

    Yields
    ------
    T
        The items, unchanged.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    if sys.stderr.isatty():
        yield from _bar(tqdm(items, total=total, desc=desc, unit=unit, dynamic_ncols=True), note)
        return
    start = last = time.monotonic()
    count = 0
    for count, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES:
            last = now
            rate = count / (now - start)
            left = f", {(total - count) / rate:.0f} s left" if total else ""
            _say(f"{desc}: {count}/{total or '?'} {unit}, {rate:.1f} {unit}/s{left}", note)
    _say(f"{desc}: {count} {unit} in {time.monotonic() - start:.1f} s", note)


def _bar(bar: Any, note: Callable[[], str] | None) -> Iterator[Any]:
    for item in bar:
        yield item
        if note:
            bar.set_postfix_str(note(), refresh=False)


def _say(line: str, note: Callable[[], str] | None) -> None:
    print(f"{line}, {note()}" if note else line, file=sys.stderr, flush=True)
