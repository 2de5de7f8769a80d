"""Whether an mp3 file says how long it is.

An mp3 file is a row of frames without a table of contents. Encoders may put the number of frames into the first one, as Xing
and LAME do; without it libmpg123, inside libsndfile, guesses from the size of the first frames, and reads no further than its guess
(a fifth of a file of variable bit rate, in one case measured). Such files are left to the other reader.
"""

from __future__ import annotations

import io
from typing import BinaryIO

ID3_HEADER = 10
FRAME_COUNT = 0x1
SEARCHED = 8_192
"""Bytes behind the tags in which the first frame must begin."""

SIDE_INFORMATION = {(True, False): 32, (True, True): 17, (False, False): 17, (False, True): 9}
"""Bytes between a frame's header and its data, by (MPEG-1, mono)."""


def states_its_length(file: BinaryIO) -> bool:
    """Whether the first frame of an mp3 file holds the number of frames.

    Parameters
    ----------
    file : binary file
        An mp3 file; its position is moved.
    """
    file.seek(_end_of_tags(file))
    head = file.read(SEARCHED)
    start = _first_frame(head)
    if start < 0:
        return False
    mpeg_1, mono = bool(head[start + 1] & 0x08), head[start + 3] >> 6 == 3
    at = start + 4 + SIDE_INFORMATION[mpeg_1, mono]
    return head[at : at + 4] in (b"Xing", b"Info") and bool(
        int.from_bytes(head[at + 4 : at + 8], "big") & FRAME_COUNT
    )


def _end_of_tags(file: BinaryIO) -> int:
    """Return where the ID3v2 tags at the start end; their size has seven bits in each byte."""
    position = 0
    while True:
        file.seek(position)
        head = file.read(ID3_HEADER)
        if len(head) < ID3_HEADER or head[:3] != b"ID3":
            return position
        footer = ID3_HEADER if head[5] & 0x10 else 0
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
        position = file.seek(position + ID3_HEADER + size + footer, io.SEEK_SET)


def _first_frame(head: bytes) -> int:
    """Return where a header of layer III begins, or -1."""
    for start in range(len(head) - 4):
        first, second, third = head[start], head[start + 1], head[start + 2]
        if first == 0xFF and second & 0xE6 == 0xE2 and third & 0xF0 != 0xF0 and third & 0x0C != 0x0C:
            return start
    return -1
