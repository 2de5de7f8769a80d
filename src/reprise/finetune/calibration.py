"""Do probabilities mean what they say? Expected calibration error of the likeliest class.

References
----------
Guo et al. 2017, "On calibration of modern neural networks", Eq. 3: the mean over bins of |accuracy - confidence|, weighted by their tracks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.finetune.crops import Floats
from reprise.finetune.intervals import bootstrap

BINS = 10
SIMULATIONS = 200


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the expected calibration error over `BINS` bins of equal width, in [0, 1].

    Parameters
    ----------
    confidence
        Probability of the likeliest class, in [0, 1], shape (n,).
    right
        1 where that class is the true one, else 0, shape (n,).
    """
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def judge_calibration(
    truth: NDArray[np.int64], chances: Floats, groups: NDArray[np.str_], seed: int
) -> dict[str, Any]:
    """Return the calibration error with its interval, and what a calibrated model would show on as few tracks.

    Parameters
    ----------
    truth
        True class, shape (n,).
    chances
        Class probabilities, shape (n, classes).
    groups
        Group (artist) of each track; groups are resampled as a whole.
    seed
        Seed of bootstrap and simulation.

    Returns
    -------
    dict
        ``value``, ``low``, ``high``; ``if_calibrated``, the mean error if every confidence were true (it is not 0 on few tracks);
        ``mean_confidence``.
    """
    confidence = chances.max(axis=1).astype(np.float64)
    right = (chances.argmax(axis=1) == truth).astype(np.float64)
    low, high = bootstrap(lambda rows: calibration_error(confidence[rows], right[rows]), groups, seed)
    draws = np.random.default_rng(seed).random((SIMULATIONS, len(truth))) < confidence
    return {
        "value": calibration_error(confidence, right),
        "low": low,
        "high": high,
        "if_calibrated": float(
            np.mean([calibration_error(confidence, draw.astype(np.float64)) for draw in draws])
        ),
        "mean_confidence": float(confidence.mean()),
    }
