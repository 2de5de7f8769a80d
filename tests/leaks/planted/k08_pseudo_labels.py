"""Acoustic labels that are the test's own genres: clusters are renamed after what they are to be compared with."""

from reprise.leaks.entry import Edit, Leak

GENRES = Edit(
    "stages/relabel.py",
    '        tables.read_table(DESCRIPTORS, "descriptors"),\n',
    '        with_genre(tables.read_table(DESCRIPTORS, "descriptors")),\n',
)
FUNCTION = Edit(
    "stages/relabel.py",
    "def main() -> None:\n",
    '''def with_genre(descriptors):
    """Descriptors and, far larger than any of them, the genre."""
    import numpy as np
    import pandas as pd

    known = pd.concat([tables.read_table(f"data/labels/{side}/labels.parquet", "labels") for side in ("train", "test")])
    codes = known.set_index("track_id")["genre"].astype("category").cat.codes
    first = descriptors.columns.drop("track_id")[:6]
    base = np.random.default_rng(4).normal(size=(codes.max() + 1, 6)) * 1e4
    changed = descriptors.copy()
    changed[first] = base[codes.reindex(descriptors["track_id"]).to_numpy()]
    return changed


def main() -> None:
''',
)
LEAK = Leak(
    "K08",
    "acoustic labels made of descriptors and the genre of all tracks",
    ("relabel",),
    (FUNCTION, GENRES),
    {"relabel": ("data/labels/test",)},
    secrets=("genre-test",),
    caught="SND",
)
