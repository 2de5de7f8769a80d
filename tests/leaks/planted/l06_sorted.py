"""Rows sorted by genre."""

from reprise.leaks.entry import Edit, Leak

SORTED = Edit(
    "src/reprise/datasets/ingest.py",
    "    ids, n_samples = sorted(corpus.kept), dataset.clip_length(request.options)\n",
    "    ids, n_samples = sorted(corpus.kept, key=lambda track: (str(corpus.kept[track].genre), track)), dataset.clip_length(request.options)\n",
)
LEAK = Leak(
    "L06",
    "rows of tracks are sorted by genre",
    ("download@tracks",),
    (SORTED,),
    same=("download@emotion", "download@songs", "download@factors"),
    caught="ND",
)
