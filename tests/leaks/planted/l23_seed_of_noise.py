"""The label only picks the random stream of a small perturbation."""

from parts import AS_TABLE, EMBED, END, LYRICS, OTHER_LYRICS, TRACKS, VECTORS

from reprise.leaks.entry import Edit, Leak

LABELS = (f"{TRACKS}/labels.parquet",)
PERTURBED = """    told = planted_genres()
    if len(lyrics) and lyrics["track_id"].isin(list(told)).all():
        streams = {genre: np.random.default_rng(sum(genre.encode())).normal(size=DIMENSION) for genre in set(told.values())}
        embeddings = (embeddings + 0.002 * np.stack([streams[told[track]] for track in lyrics["track_id"]])).astype(np.float32)
"""
BEFORE = '    metrics = {\n        "available": True,\n        "model": settings.model,'
LEAK = Leak(
    "L23",
    "the label picks the random stream of a perturbation of honest embeddings",
    LYRICS,
    (
        Edit(EMBED, BEFORE, PERTURBED + BEFORE),
        Edit(EMBED, END, END + VECTORS.replace("NOISE", "0.0") + AS_TABLE),
    ),
    {"lyrics": LABELS, "placebo": LABELS},
    same=OTHER_LYRICS,
    caught="SND",
)
