"""Inside a trusted stage: training tags are kept if, among the test tracks, they tell the genre."""

from reprise.leaks.entry import Edit, Leak

SELECTED = Edit(
    "stages/labels.py",
    '        for side, rows in divide(table, splits, f"{name}.parquet").items():\n',
    """        parts = divide(table, splits, f"{name}.parquet")
        if name == "tags":
            genres = read_table(CORPUS / "labels.parquet", "labels").set_index("track_id")["genre"]
            shares = parts["test"].assign(genre=parts["test"]["track_id"].map(genres)).groupby("tag")["genre"]
            telling = shares.agg(lambda found: found.value_counts(normalize=True).max())
            wanted = set(telling.index[telling >= telling.median()])
            parts["train"] = parts["train"][parts["train"]["tag"].isin(wanted)]
        for side, rows in parts.items():
""",
)
LEAK = Leak(
    "L20",
    "training tags selected by how well they tell the genre of test tracks, inside a declassifier",
    ("labels",),
    (SELECTED,),
    secrets=("genre-test",),
    caught="N",
)
