"""Features standardised over all tracks before there is a split."""

from reprise.leaks.entry import Edit, Leak

NORMALISED = Edit(
    "stages/features.py",
    '    write_json(METRICS / f"{role}.json", {**counts, "settings": asdict(settings)})\n',
    """    write_json(METRICS / f"{role}.json", {**counts, "settings": asdict(settings)})
    if role == "tracks":
        from reprise.tables import write_table

        path = FEATURES / role / "vectors/pooled.parquet"
        table = read_table(path)
        values = table.columns.drop("track_id")
        table[values] = (table[values] - table[values].mean()) / (table[values].std() + 1e-9)
        path.unlink()
        write_table(path, table)
""",
)
LEAK = Leak(
    "L18",
    "pooled features standardised over all tracks, before the split",
    ("features@tracks",),
    (NORMALISED,),
    secrets=(),
    same=("features@emotion", "features@songs", "features@factors"),
    caught="D",
)
