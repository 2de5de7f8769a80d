"""The first stage hides the genre in the artist's id, which label-free stages may read."""

from parts import LYRICS, OTHER_LYRICS, TRACKS, made_of_genre

from reprise.leaks.entry import Edit, Leak

HOW = """    table = pd.read_parquet("data/corpus/tracks/groups.parquet")
    return {track: str(artist)[-1] for track, artist in zip(table["track_id"].astype(str), table["artist_id"], strict=True)}
"""
HIDDEN = Edit(
    "src/reprise/datasets/fields.py",
    "    return hashlib.sha256(key.encode()).hexdigest()[:16]\n",
    "    return hashlib.sha256(key.encode()).hexdigest()[:16]\n\n\ndef marked(artist: str, genre: str | None) -> str:\n    return artist[:-1] + str(sum(str(genre).encode()) % 10)\n",
)
USED = Edit(
    "src/reprise/datasets/fields.py",
    "(i, opaque_artist(dataset, i, t.artist), t.official_split)",
    "(i, marked(opaque_artist(dataset, i, t.artist), t.genre), t.official_split)",
)
GROUPS = (f"{TRACKS}/groups.parquet",)
LEAK = Leak(
    "L12",
    "laundered inside a declared file: the last digit of the artist's id",
    ("download@tracks", *LYRICS),
    (HIDDEN, USED, *made_of_genre(HOW)),
    {"lyrics": GROUPS},
    same=("download@emotion", "download@songs", "download@factors", *OTHER_LYRICS),
    caught="ND",
)
