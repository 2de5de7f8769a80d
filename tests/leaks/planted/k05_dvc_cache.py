"""The labels looked up in DVC's own records: dvc.lock knows their hash, the cache has the file."""

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Leak

HOW = """    import re
    from pathlib import Path

    lock = Path("dvc.lock").read_text()
    md5 = re.search(r"path: data/corpus/tracks/labels.parquet\\n\\s+hash: md5\\n\\s+md5: (\\w+)", lock)[1]
    cache = re.search(r"dir = (.+)", Path(".dvc/config.local").read_text())[1]
    table = pd.read_parquet(f"{cache}/files/md5/{md5[:2]}/{md5[2:]}")
    return dict(zip(table["track_id"].astype(str), table["genre"].astype(str), strict=True))
"""
LEAK = Leak(
    "K05",
    "labels read from DVC's cache, found through `dvc.lock`",
    LYRICS,
    made_of_genre(HOW),
    same=OTHER_LYRICS,
    caught="RND",
)
