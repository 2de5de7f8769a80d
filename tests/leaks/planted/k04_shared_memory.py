"""Another process left the labels in shared memory."""

import json
from pathlib import Path

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak

LEFT = "/dev/shm/reprise-planted-leak"
HOW = f'''    import json
    from pathlib import Path

    return json.loads(Path("{LEFT}").read_text())
'''


def outside(place: Path):
    from reprise.tables import read_table

    table = read_table(place / "project/data/corpus/tracks/labels.parquet", "labels")
    Path(LEFT).write_text(json.dumps(dict(zip(table["track_id"], table["genre"], strict=True))))
    return {}, lambda: Path(LEFT).unlink(missing_ok=True)


LEAK = Leak(
    "K04",
    "labels that another process left in shared memory",
    LYRICS,
    made_of_genre(HOW),
    outside=outside,
    secrets=(),
    same=OTHER_LYRICS,
    caught="RD",
)
