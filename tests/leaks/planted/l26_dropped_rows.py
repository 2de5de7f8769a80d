"""The tracks that are hardest to place are dropped without a word before the scores are computed.

(Dropped from the clusters themselves, no leak results: the lookup table refuses clusters that lack a track.)
"""

from reprise.leaks.entry import Edit, Leak

DROPPED = Edit(
    "stages/evaluate.py",
    "    resampling = Resampling(",
    """    from dataclasses import replace

    import numpy as np

    away = np.linalg.norm(latents.values - latents.values.mean(0), axis=1)
    kept = away <= np.quantile(away, 0.7)
    latents = replace(latents, track_ids=latents.track_ids[kept], values=latents.values[kept])
    resampling = Resampling(""",
)
SEEDS = Edit(
    "stages/evaluate.py",
    "        load_seed_latents(MODELS / model),\n",
    "        [values[kept] for values in load_seed_latents(MODELS / model)],\n",
)
LEAK = Leak(
    "L26",
    "30 % hard tracks dropped from the evaluation without a word",
    ("evaluate",),
    (DROPPED, SEEDS),
    secrets=(),
    caught="D",
)
