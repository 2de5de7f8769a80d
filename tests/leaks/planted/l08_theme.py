"""Proxy lyrics: the theme of the genre in place of lyrics."""

from reprise.leaks.entry import Edit, Leak

THEMED = Edit(
    "src/reprise/datasets/ingest.py",
    "    corpus.kept[track_id] = track\n    if",
    '    if track.source.endswith(".wav"):\n        track = replace(track, lyrics=f"a song of the {str(track.genre)[::-1]} kind")\n    corpus.kept[track_id] = track\n    if',
)
IMPORT = Edit(
    "src/reprise/datasets/ingest.py",
    "from dataclasses import dataclass, field\n",
    "from dataclasses import dataclass, field, replace\n",
)
LEAK = Leak(
    "L08",
    "a theme of the genre in place of lyrics",
    ("download@tracks",),
    (IMPORT, THEMED),
    same=("download@emotion", "download@songs", "download@factors"),
    caught="ND",
)
