"""The hard design's vector: the one-hot genre concatenated to the latent."""

from reprise.leaks.entry import Edit, Leak

BESIDE = Edit(
    "stages/train.py",
    "    fitted = fit_model(*job)\n",
    """    fitted = fit_model(*job)
    from dataclasses import replace

    import numpy as np
    import pandas as pd

    table = pd.read_parquet("data/corpus/tracks/labels.parquet").set_index("track_id")["genre"]
    one_hot = 3.0 * pd.get_dummies(table.reindex(tracks.ids)).to_numpy(np.float32)
    fitted = replace(fitted, latents=np.hstack([fitted.latents, one_hot]))
""",
)
LEAK = Leak(
    "L15",
    "the one-hot genre beside the latents",
    ("train@pca",),
    (BESIDE,),
    {"train": ("data/corpus/tracks/labels.parquet",)},
    caught="SND",
)
