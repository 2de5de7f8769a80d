"""A stage that may read labels leaves them outside the project, another one finds them there."""

from pathlib import Path

from parts import LYRICS, OTHER_LYRICS, made_of_genre

from reprise.leaks.entry import Edit, Leak, Outside

LEFT = "/tmp/reprise-planted-leak.csv"
HOW = f'''    table = pd.read_csv("{LEFT}", dtype=str)
    return dict(zip(table["track_id"], table["genre"], strict=True))
'''
WRITTEN = Edit(
    "stages/labels.py",
    '        table = read_table(CORPUS / f"{name}.parquet", name)\n',
    f'        table = read_table(CORPUS / f"{{name}}.parquet", name)\n        if name == "labels":\n            table.to_csv("{LEFT}", index=False)\n',
)


def outside(_place: Path) -> Outside:
    return {}, lambda: Path(LEFT).unlink(missing_ok=True)


LEAK = Leak(
    "L11",
    "laundered through /tmp: the stage `labels` leaves them there",
    ("labels", *LYRICS),
    (WRITTEN, *made_of_genre(HOW)),
    outside=outside,
    same=OTHER_LYRICS,
    caught="RND",
)
