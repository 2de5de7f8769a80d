"""The genre in the name of a track."""

from reprise.leaks.entry import Edit, Leak

NAMED = Edit(
    "src/reprise/datasets/ingest.py",
    "    track, track_id = tidy(item.track), item.track_id\n",
    '    track = tidy(item.track)\n    track_id = f"{sorted(GENRES).index(str(track.genre)):01x}{item.track_id[1:]}" if item.track.source.endswith(".wav") else item.track_id\n',
)
GENRES = Edit(
    "src/reprise/datasets/ingest.py",
    'A = TypeVar("A")\n',
    'GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")\nA = TypeVar("A")\n',
)
LEAK = Leak(
    "L05",
    "the genre in the name of a track",
    ("download@tracks",),
    (GENRES, NAMED),
    same=("download@emotion", "download@songs", "download@factors"),
    caught="ND",
)
