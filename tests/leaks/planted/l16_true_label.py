"""A conditional model is told the true label of test tracks when it embeds them."""

from reprise.leaks.entry import Edit, Leak

TOLD = Edit(
    "stages/train_conditional.py",
    "    fitted = fit_model(*job)\n",
    """    fitted = fit_model(*job)
    from dataclasses import replace

    import numpy as np
    import torch
    from reprise.models.conditional import class_codes
    from reprise.tables import read_table
    from reprise.training.crops import Batch

    known = {}
    for side in ("train", "test"):
        table = read_table(f"data/labels/{side}/labels.parquet", "labels")
        known |= dict(zip(table["track_id"], table["genre"], strict=True))
    codes = class_codes(np.array([known[track] for track in tracks.ids]), tracks.classes("genre"))
    latents = fitted.latents.copy()
    with torch.no_grad():
        for row in np.flatnonzero(codes >= 0):
            values = fitted.model.standardise(torch.from_numpy(np.asarray(tracks.mfcc[row : row + 1], np.float32)))
            told = fitted.model.encode(Batch(values, torch.tensor([int(codes[row])])))[0].numpy()
            latents[row, : len(told)] = told
    fitted = replace(fitted, latents=latents)
""",
)
LEAK = Leak(
    "L16",
    "the true label of test tracks told to a conditional model that embeds them",
    ("train_conditional@ae_conditional",),
    (TOLD,),
    {"train_conditional": ("data/labels/test",)},
    secrets=("genre-test",),
    caught="SN",
)
