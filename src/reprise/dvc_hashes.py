"""The hashes by which DVC knows files and folders."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from reprise.errors import BadInput

CHUNK = 1 << 20
Entry = dict[str, str]
"""A file of a folder: ``md5`` and ``relpath``."""


def file_hash(path: Path) -> str:
    """Return the md5 of a file.

    Raises
    ------
    BadInput
        If the disk does not give it back.
    """
    collected = hashlib.md5(usedforsecurity=False)
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                collected.update(chunk)
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}): look after the disk it lies on") from error
    return collected.hexdigest()


def folder_entries(folder: Path) -> list[Entry]:
    """Return the files of a folder in the order of their paths."""
    inner = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    return [{"md5": file_hash(folder / name), "relpath": name} for name in inner]


def folder_hash(entries: Sequence[Entry]) -> str:
    """Return the hash of a folder of these files, which ends with ``.dir``."""
    listed = json.dumps(entries, sort_keys=True).encode()
    return hashlib.md5(listed, usedforsecurity=False).hexdigest() + ".dir"
