r"""Checksums that git itself keeps: files of a pinned commit can be checked although nobody published their SHA-256.

The id of a blob is the SHA-1 of ``blob <length>\0`` and its content, that of a tree the SHA-1 of its sorted entries, each
``<mode> <name>\0<id>`` (git documentation, *Git Internals: Git Objects*). One id of a tree so stands for thousands of
files, in whatever archive they come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from reprise.errors import BadInput

FILE, FOLDER = b"100644", b"40000"


def blob_id(data: bytes) -> str:
    """Return the id of a file's content, 40 hexadecimal digits."""
    return _id(b"blob", data)


def pinned_text(path: Path, blob: str) -> str:
    """Return the text of a file, after checking that it is the one of the pinned commit.

    Raises
    ------
    BadInput
        If it has another blob id.
    """
    data = path.read_bytes()
    found = blob_id(data)
    if found != blob:
        raise BadInput(f"{path}: its git id is {found}, upstream's is {blob}; delete it and run again")
    return data.decode("utf-8")


def tree_id(blobs: Mapping[str, str]) -> str:
    """Return the id of a folder of plain files.

    Parameters
    ----------
    blobs : mapping of str to str
        Blob id of each file by its path inside the folder, parts joined by ``/``.

    Returns
    -------
    str
        40 hexadecimal digits; that of an empty folder where there is no file.
    """
    entries: dict[str, tuple[bytes, str]] = {}
    folders: dict[str, dict[str, str]] = {}
    for path, blob in blobs.items():
        name, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(name, {})[rest] = blob
        else:
            entries[name] = FILE, blob
    entries |= {name: (FOLDER, tree_id(inside)) for name, inside in folders.items()}
    ordered = sorted(entries.items(), key=lambda entry: _sorting(entry[0], entry[1][0]))
    return _id(
        b"tree",
        b"".join(mode + b" " + name.encode() + b"\0" + bytes.fromhex(one) for name, (mode, one) in ordered),
    )


def _sorting(name: str, mode: bytes) -> bytes:
    """Return the key by which git sorts: a folder as if its name ended in a slash."""
    return name.encode() + (b"/" if mode == FOLDER else b"")


def _id(kind: bytes, data: bytes) -> str:
    return hashlib.sha1(b"%s %d\0" % (kind, len(data)) + data, usedforsecurity=False).hexdigest()
