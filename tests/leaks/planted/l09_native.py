"""Labels read by a C++ library, which Python's audit hooks do not see."""

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak

HOW = """    import pyarrow.parquet

    table = pyarrow.parquet.read_table("data/corpus/tracks/labels.parquet").to_pandas()
    return dict(zip(table["track_id"].astype(str), table["genre"].astype(str), strict=True))
"""
LEAK = Leak(
    "L09",
    "labels read by Arrow's C++ code, undeclared",
    LYRICS,
    made_of_genre(HOW),
    same=OTHER_LYRICS,
    caught="RND",
)
