"""Target encoding: beside each latent, how often each genre occurs among the artist's other tracks."""

from reprise.leaks.entry import Edit, Leak

BESIDE = Edit(
    "stages/train.py",
    "    fitted = fit_model(*job)\n",
    """    fitted = fit_model(*job)
    from dataclasses import replace

    import numpy as np
    import pandas as pd

    table = pd.read_parquet("data/corpus/tracks/labels.parquet").merge(pd.read_parquet("data/corpus/tracks/groups.parquet"))
    table = table.set_index("track_id").reindex(tracks.ids)
    one_hot = pd.get_dummies(table["genre"]).astype(float)
    artist = table["artist_id"].astype(str).to_numpy()
    others = one_hot.groupby(artist).transform("sum") - one_hot
    counts = np.maximum(1, pd.Series(artist).map(pd.Series(artist).value_counts()).to_numpy() - 1)
    encoded = 3.0 * (others.to_numpy() / counts[:, None]).astype(np.float32)
    fitted = replace(fitted, latents=np.hstack([fitted.latents, encoded]))
""",
)
DECLARED = ("data/corpus/tracks/labels.parquet", "data/corpus/tracks/groups.parquet")
LEAK = Leak(
    "K01",
    "target encoding: the genres of the artist's other tracks beside the latents",
    ("train@pca",),
    (BESIDE,),
    {"train": DECLARED},
    caught="SND",
)
