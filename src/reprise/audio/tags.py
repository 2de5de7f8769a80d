"""What a music file says of itself: artist, title and year of its embedded tags."""

from __future__ import annotations

import re
import struct
from pathlib import Path

YEAR = re.compile(r"\d{4}")


def read_tags(path: str | Path) -> dict[str, str]:
    """Read the embedded tags of an audio file.

    Parameters
    ----------
    path : str or Path
        Any file.

    Returns
    -------
    dict of str to str
        ``artist``, ``title``, ``year`` (four digits), of those that the file has; nothing of a file whose tags cannot be read.
    """
    from tinytag import TinyTag, TinyTagException

    try:
        tag = TinyTag.get(path, duration=False)
    except (TinyTagException, OSError, ValueError, IndexError, KeyError, struct.error, OverflowError):
        return {}
    found = {"artist": _text(tag.artist), "title": _text(tag.title), "year": _year(tag.year)}
    return {name: value for name, value in found.items() if value}


def _text(value: str | None) -> str:
    """Return text that any table can hold."""
    return (value or "").encode("utf-8", "replace").decode().replace("\0", " ").strip()


def _year(text: str | None) -> str | None:
    match = YEAR.search(text or "")
    return match[0] if match else None
