"""Inside a trusted stage: training tags are kept if the test tracks have them too."""

from reprise.leaks.entry import Edit, Leak

SELECTED = Edit(
    "stages/labels.py",
    '        for side, rows in divide(table, splits, f"{name}.parquet").items():\n',
    """        parts = divide(table, splits, f"{name}.parquet")
        column = "tag" if name == "tags" else "genre"
        counts = parts["test"][column].value_counts()
        wanted = set(counts.index[counts >= counts.median()])
        parts["train"] = parts["train"][parts["train"][column].isin(wanted)] if name == "tags" else parts["train"]
        for side, rows in parts.items():
""",
)
LEAK = Leak(
    "L20",
    "training tags selected by those of the test tracks, inside a declassifier",
    ("labels",),
    (SELECTED,),
    secrets=("genre-test",),
    caught="N",
)
