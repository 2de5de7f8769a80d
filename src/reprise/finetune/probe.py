"""Linear probes: what can be read from an embedding without changing it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from reprise.finetune.crops import Floats

PENALTIES = tuple(float(10**power) for power in np.arange(0.0, 6.0, 0.5))


def probe(train: Floats, targets: NDArray[np.float32], judged: Floats) -> Floats:
    """Fit ridge regression on standardised embeddings and return its scores for others.

    Parameters
    ----------
    train
        Embeddings of the training tracks, shape (n, d).
    targets
        Zeros and ones, shape (n, m): tags, or one column per class.
    judged
        Embeddings to score, shape (k, d).

    Returns
    -------
    numpy.ndarray
        Shape (k, m), float32. The penalty is chosen by leave-one-out error on the training tracks.
    """
    model = make_pipeline(StandardScaler(), RidgeCV(alphas=PENALTIES))
    scores = model.fit(train.astype(np.float64), targets.astype(np.float64)).predict(
        judged.astype(np.float64)
    )
    return np.asarray(scores, dtype=np.float32).reshape(len(judged), targets.shape[1])
