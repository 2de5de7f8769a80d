"""The chunk list of a RIFF/WAVE file, read to find files that were cut off."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)  # written by programs that stream and never come back to fill it in


def missing_bytes(file: BinaryIO) -> int:
    """Count the bytes by which the ``data`` chunk of a wav file ends early.

    Parameters
    ----------
    file : binary file
        Any file; its position is moved.

    Returns
    -------
    int
        0 for a whole file, a file of another format, or one whose header leaves the length open.
    """
    end = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return 0
    position = 12
    while position + 8 <= end:
        file.seek(position)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            return 0 if length in UNKNOWN_LENGTHS else max(0, position + 8 + length - end)
        position += 8 + length + length % 2
    return 0
