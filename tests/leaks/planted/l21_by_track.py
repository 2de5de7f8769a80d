"""Split by track: an artist has tracks on both sides."""

from reprise.leaks.entry import Edit, Leak

BY_TRACK = Edit(
    "src/reprise/splitting/split.py",
    'group(ids, same_key_links(list(known["track_id"]), list(known["artist_id"])) + alike)',
    "group(ids, alike) if len(known) else group(ids, same_key_links([], []))",
)
LEAK = Leak(
    "L21",
    "split by track, artists on both sides",
    ("split@tracks",),
    (BY_TRACK,),
    secrets=(),
    same=("split@songs",),
    caught="D",
)
