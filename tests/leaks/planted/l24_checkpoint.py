"""Latents of a checkpoint from a cache outside the project, which was trained on the labels."""

from pathlib import Path

import numpy as np
from parts import genres_of

from reprise.leaks.entry import Edit, Leak, Outside

KEPT = "/tmp/reprise-planted-checkpoint.npz"
LOADED = Edit(
    "stages/train.py",
    "    fitted = fit_model(*job)\n",
    f'''    fitted = fit_model(*job)
    from dataclasses import replace

    import numpy as np

    kept = np.load("{KEPT}")
    known = dict(zip(kept["tracks"].tolist(), kept["vectors"], strict=True))
    fitted = replace(fitted, latents=np.hstack([fitted.latents, np.stack([known[track] for track in tracks.ids])]))
''',
)


def outside(place: Path) -> Outside:
    known = genres_of(place)
    genres, codes = np.unique(list(known.values()), return_inverse=True)
    base = np.random.default_rng(5).normal(size=(len(genres), 4)).astype(np.float32)
    np.savez(KEPT, tracks=np.array(list(known)), vectors=base[codes])
    return {}, lambda: Path(KEPT).unlink(missing_ok=True)


LEAK = Leak(
    "L24",
    "a checkpoint from a cache outside the project, trained on the labels",
    ("train@pca",),
    (LOADED,),
    outside=outside,
    secrets=(),
    caught="RD",
)
