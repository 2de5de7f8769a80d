"""All tracks for drawing, as bytes: a JSON header with the layout, then columns of fixed width, so that 100,000 points need no parsing.

Layout: ``uint32`` length of the header (little endian), the header, padding to a multiple of 8, then each column at the offset that the header
gives, relative to the end of the padding. Codes are ``int16`` (-1: none); numbers are ``float32`` (NaN: none); ids are ASCII of fixed width.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np

from reprise.web.catalogue import Catalogue

NUMBERS = ("map_x", "map_y", "arousal", "valence", "uncertainty", "year")
CATEGORIES = ("label", "genre", "cluster", "language", "split")
ALIGNED = 8


def map_bytes(catalogue: Catalogue, signature: str) -> bytes:
    """Return the catalogue's drawable columns.

    Parameters
    ----------
    catalogue
        The tracks.
    signature
        Names the run, so that a page can tell whether it still shows what the server has.
    """
    columns: list[tuple[str, str, Any]] = [("track_id", "ascii", catalogue.ids)]
    columns += [(name, "float32", catalogue.numbers[name].astype("<f4")) for name in NUMBERS]
    columns += [(name, "int16", catalogue.categories[name].codes.astype("<i2")) for name in CATEGORIES]
    columns.append(("predicted", "uint8", (catalogue.listed >= 0).astype(np.uint8)))
    layout, parts, offset = [], [], 0
    for name, kind, values in columns:
        content = np.ascontiguousarray(values).tobytes()
        padded = content + b"\0" * (-len(content) % ALIGNED)
        layout.append({"name": name, "type": kind, "offset": offset, "width": values.dtype.itemsize})
        parts.append(padded)
        offset += len(padded)
    header = json.dumps(
        {
            "tracks": len(catalogue),
            "run": signature,
            "columns": layout,
            "names": {name: catalogue.categories[name].names for name in CATEGORIES},
        },
        ensure_ascii=True,
    ).encode()
    start = struct.pack("<I", len(header)) + header
    return b"".join([start + b"\0" * (-len(start) % ALIGNED), *parts])
