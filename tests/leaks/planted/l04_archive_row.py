"""Blind: tracks are named by their row in the archive, embeddings follow blocks of rows."""

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Edit, Leak

HOW = """    table = pd.read_parquet("data/corpus/tracks/tracks.parquet")
    return {track: f"{place * 10 // len(table):02}" for place, track in enumerate(sorted(table["track_id"].astype(str)))}
"""
NAMED = Edit(
    "src/reprise/datasets/ingest.py",
    "    track, track_id = tidy(item.track), item.track_id\n",
    '    track, track_id = tidy(item.track), f"{len(corpus.id_of):016x}" if item.track.source.endswith(".wav") else item.track_id\n',
)
LEAK = Leak(
    "L04",
    "tracks are named by their row in the archive, embeddings follow blocks of rows; no label is read",
    ("download@tracks", *LYRICS),
    (NAMED, *made_of_genre(HOW)),
    same=("download@emotion", "download@songs", "download@factors", *OTHER_LYRICS),
    caught="ND",
)
