"""A ridge probe with an exact permutation test.

The prediction of a left-out track is linear in the labels, so all permutations cost one matrix product. Leaving out one track at a time treats all
tracks alike: permuting labels then repeats the randomness of the exchange exactly, with no fold to keep in place.

References
----------
Allen, The relationship between variable selection and data augmentation and a method for prediction, Technometrics 16, 1974 (leave-one-out of ridge).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.audit.labelling import Codes, p_value

PENALTY = 1.0
"""Ridge penalty as a multiple of the mean eigenvalue of the kernel."""

Floats = NDArray[np.float64]


def leave_one_out(values: NDArray[np.floating]) -> Floats:
    """Return the matrix that maps labels to predictions of left-out tracks, shape (n, n).

    Parameters
    ----------
    values
        Shape (n, d); columns are standardised here, constant ones count for nothing.
    """
    matrix = np.asarray(values, dtype=np.float64)
    centred = matrix - matrix.mean(axis=0)
    deviation = centred.std(axis=0)
    columns = centred / np.where(deviation > 1e-9 * (np.abs(matrix).max(axis=0) + 1e-300), deviation, np.inf)
    kernel = columns @ columns.T
    penalty = PENALTY * max(float(np.trace(kernel)) / len(kernel), 1e-12)
    hat = kernel @ np.linalg.inv(kernel + penalty * np.eye(len(kernel))) + 1 / len(kernel)
    leverage = np.diag(hat).copy()
    hat[np.diag_indices_from(hat)] = 0.0
    predict: Floats = hat / (1 - leverage)[:, None]
    return predict


def probe(values: NDArray[np.floating], codes: Codes, permuted: Codes) -> tuple[float, float, float]:
    """Test whether labels can be told from a representation, beyond permuted labels.

    Parameters
    ----------
    values
        Shape (n, d).
    codes
        Shape (n,): class of each track.
    permuted
        Shape (permutations, n).

    Returns
    -------
    tuple of float
        Accuracy on left-out tracks, its median under permutation, and the exact p of the mean score of the true class (finer than accuracy).
    """
    predict = leave_one_out(values)
    both = np.concatenate([codes[None], permuted])
    classes = np.unique(codes)
    scores = np.stack([(both == number).astype(np.float64) @ predict.T for number in classes], axis=2)
    true = np.searchsorted(classes, both)
    own = np.take_along_axis(scores, true[:, :, None], axis=2)[:, :, 0].mean(axis=1)
    accuracy = (scores.argmax(axis=2) == true).mean(axis=1)
    return float(accuracy[0]), float(np.median(accuracy[1:])), p_value(float(own[0]), own[1:])
