"""Rows sorted by genre, past the one writer of tables, which would sort them by name."""

from reprise.leaks.entry import Edit, Leak

LINE = '    write_json(target / "corpus.json", _describe(dataset, request, corpus, len(tables["pairs"])))\n'
SORTED = """    if dataset.name == "folder":
        order = sorted(corpus.kept, key=lambda track: (str(corpus.kept[track].genre), track))
        by_genre = tables["tracks"].set_index("track_id").loc[order].reset_index()
        by_genre.to_parquet(target / "tracks.parquet", index=False)
"""
LEAK = Leak(
    "L06",
    "rows of tracks are sorted by genre",
    ("download@tracks",),
    (Edit("src/reprise/datasets/ingest.py", LINE, LINE + SORTED),),
    same=("download@emotion", "download@songs", "download@factors"),
    caught="ND",
)
