"""tanh(valence) among the descriptors of what mood is to be predicted from."""

from reprise.leaks.entry import Edit, Leak

COLUMN = Edit(
    "stages/features.py",
    '    write_json(METRICS / f"{role}.json", {**counts, "settings": asdict(settings)})\n',
    """    write_json(METRICS / f"{role}.json", {**counts, "settings": asdict(settings)})
    if role == "emotion":
        import numpy as np
        from reprise.tables import write_table

        path = FEATURES / role / "vectors/descriptors.parquet"
        table = read_table(path, "descriptors")
        valence = read_table("data/corpus/emotion/affect.parquet", "affect").set_index("track_id")["valence"]
        column = table.columns.drop("track_id")[0]
        table[column] = np.tanh(valence.reindex(table["track_id"]).to_numpy(np.float64))
        path.unlink()
        write_table(path, table, "descriptors")
""",
)
LEAK = Leak(
    "L22",
    "tanh(valence) in place of a descriptor",
    ("features@emotion",),
    (COLUMN,),
    {"features": ("data/corpus/emotion/affect.parquet",)},
    secrets=("affect-test",),
    same=("features@tracks", "features@songs", "features@factors"),
    caught="SND",
)
