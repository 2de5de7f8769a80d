"""Labels read by a child process."""

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak

HOW = """    import io
    import subprocess

    content = subprocess.run(["cat", "data/corpus/tracks/labels.parquet"], capture_output=True, check=True).stdout
    table = pd.read_parquet(io.BytesIO(content))
    return dict(zip(table["track_id"].astype(str), table["genre"].astype(str), strict=True))
"""
LEAK = Leak(
    "L10",
    "labels read by a child process (`cat`), undeclared",
    LYRICS,
    made_of_genre(HOW),
    same=OTHER_LYRICS,
    caught="RND",
)
