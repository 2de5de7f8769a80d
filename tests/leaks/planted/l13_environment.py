"""The labels in an environment variable of the user's shell."""

import json
from pathlib import Path

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak

HOW = """    import json
    import os

    return json.loads(os.environ["PLANTED_GENRES"])
"""


def outside(place: Path):
    from reprise.tables import read_table

    table = read_table(place / "project/data/corpus/tracks/labels.parquet", "labels")
    return {
        "PLANTED_GENRES": json.dumps(dict(zip(table["track_id"], table["genre"], strict=True)))
    }, lambda: None


LEAK = Leak(
    "L13",
    "labels in an environment variable",
    LYRICS,
    made_of_genre(HOW),
    outside=outside,
    secrets=(),
    same=OTHER_LYRICS,
    caught="RD",
)
