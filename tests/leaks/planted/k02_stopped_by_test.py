"""Early stopping watches the test tracks."""

from reprise.leaks.entry import Edit, Leak

WATCHED = Edit(
    "stages/train_conditional.py",
    "    job = (model,",
    """    from dataclasses import replace

    import numpy as np

    learned = np.concatenate([tracks.train, tracks.validation])
    test = np.setdiff1d(np.arange(len(tracks.ids)), learned)
    told = {name: np.where(np.isin(np.arange(len(tracks.ids)), test), values[tracks.train[0]], values) for name, values in tracks.labels.items()}
    tracks = replace(tracks, validation=test, labels=told)
    job = (model,""",
)
LEAK = Leak(
    "K02",
    "early stopping watches the test tracks",
    ("train_conditional@ae_conditional",),
    (WATCHED,),
    secrets=("rows-test",),
    caught="N",
)
