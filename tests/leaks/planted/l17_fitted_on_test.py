"""Standardisation and model fitted on all tracks, those of the test part among them."""

from reprise.leaks.entry import Edit, Leak

ALL = Edit(
    "src/reprise/models/pca.py",
    "        maps = tracks.mfcc[tracks.train].astype(np.float32)\n",
    "        maps = np.asarray(tracks.mfcc).astype(np.float32)\n",
)
LEAK = Leak(
    "L17",
    "scaler and model fitted on training and test tracks",
    ("train@pca",),
    (ALL,),
    secrets=("rows-test",),
    caught="N",
)
