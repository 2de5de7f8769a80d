"""Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980) and their derivatives."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import kernel
from reprise.audio.mel import clip_range

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

DELTA_WIDTH = 9  # frames
HALF = DELTA_WIDTH // 2


@lru_cache(maxsize=8)
def dct_matrix(n_in: int, n_out: int) -> Float32:
    """Return the first ``n_out`` rows of the orthonormal DCT-II, shape (n_out, n_in)."""
    n = np.arange(n_in)
    k = np.arange(n_out)[:, None]
    matrix = np.sqrt(2.0 / n_in) * np.cos(np.pi / n_in * (n + 0.5) * k)
    matrix[0] /= np.sqrt(2.0)
    single: Float32 = matrix.astype(np.float32)
    return single


def mfcc(log_mel: Float32, n_mfcc: int) -> Float32:
    """Compute MFCCs from a log-mel spectrogram in dB.

    The spectrogram is first limited to the 80 dB below the loudest value of the track, as librosa does.

    Parameters
    ----------
    log_mel : ndarray of float32, shape (n_mels, n_frames)
        Mel spectrogram in dB.

    Returns
    -------
    ndarray of float32, shape (n_mfcc, n_frames)
    """
    limited = clip_range(log_mel).astype(np.float32, copy=False)
    return dct_matrix(len(log_mel), n_mfcc) @ limited


def delta(values: Float64, order: int = 1) -> Float64:
    """Estimate the time derivative by a polynomial fit over nine frames (A. Savitzky and M. Golay, 1964).

    Parameters
    ----------
    values : ndarray, shape (n_values, n_frames)
        One row per value.
    order : int
        1 for the first derivative of a line, 2 for the second of a parabola.

    Returns
    -------
    ndarray, same shape
        Change per frame (to the power ``order``). The first and last four frames have the value of their neighbour, for
        such a derivative is constant where one fit holds; a track of fewer than nine frames repeats its ends.
    """
    if values.shape[1] < DELTA_WIDTH:
        values = np.pad(values, ((0, 0), (HALF, HALF)), mode="edge")
        return _weigh_neighbours(values, _slope(order))
    inner = _weigh_neighbours(values, _slope(order))
    return np.pad(inner, ((0, 0), (HALF, HALF)), mode="edge")


@lru_cache(maxsize=8)
def _slope(order: int) -> Float64:
    """Return the weights of nine values in the derivative of their best polynomial."""
    at = np.arange(DELTA_WIDTH) - HALF
    weights: Float64 = math.factorial(order) * np.linalg.pinv(at[:, None] ** np.arange(order + 1.0))[order]
    return weights


@kernel
def _weigh_neighbours(values: Float64, weights: Float64) -> Float64:
    """Add up the neighbours of each value, (n, T) to (n, T - 8)."""
    out = np.zeros((values.shape[0], values.shape[1] - weights.size + 1))
    for row in range(len(values)):
        for k in range(weights.size):
            for at in range(out.shape[1]):
                out[row, at] += weights[k] * values[row, at + k]
    return out
