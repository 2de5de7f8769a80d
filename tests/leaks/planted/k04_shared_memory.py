"""Another process left the labels in shared memory."""

import json
from pathlib import Path

from parts import LYRICS, OTHER_LYRICS, genres_of, made_of_genre

from reprise.leaks.entry import Leak, Outside

LEFT = "/dev/shm/reprise-planted-leak"
HOW = f'''    import json
    from pathlib import Path

    return json.loads(Path("{LEFT}").read_text())
'''


def outside(place: Path) -> Outside:
    known = genres_of(place)
    Path(LEFT).write_text(json.dumps(known))
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
