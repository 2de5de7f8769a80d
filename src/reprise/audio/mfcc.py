"""Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980) and their derivatives."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from reprise.audio.mel import clip_range

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

DELTA_WIDTH = 9  # frames


@lru_cache(maxsize=8)
def dct_matrix(n_in: int, n_out: int) -> Float32:
    """Return the first ``n_out`` rows of the orthonormal DCT-II, transposed: shape (n_in, n_out)."""
    n = np.arange(n_in)[:, None]
    k = np.arange(n_out)
    matrix = np.sqrt(2.0 / n_in) * np.cos(np.pi / n_in * (n + 0.5) * k)
    matrix[:, 0] /= np.sqrt(2.0)
    single: Float32 = matrix.astype(np.float32)
    return single


def mfcc(log_mel: Float32, n_mfcc: int) -> Float32:
    """Compute MFCCs from a log-mel spectrogram in dB.

    The spectrogram is first limited to the 80 dB below the loudest value of the track, as librosa does.

    Parameters
    ----------
    log_mel : ndarray of float32, shape (n_frames, n_mels)
        Mel spectrogram in dB.

    Returns
    -------
    ndarray of float32, shape (n_frames, n_mfcc)
    """
    limited = clip_range(log_mel).astype(np.float32, copy=False)
    return limited @ dct_matrix(log_mel.shape[1], n_mfcc)


def delta(values: Float32 | Float64, order: int = 1) -> Float32 | Float64:
    """Estimate the time derivative by a Savitzky-Golay fit over nine frames.

    Parameters
    ----------
    values : ndarray, shape (n_frames, n_values)
        One row per frame.
    order : int
        1 for the first derivative, 2 for the second.

    Returns
    -------
    ndarray, same shape
        Change per frame (to the power ``order``). The ends follow the polynomial of the first and last nine
        frames; a track of fewer frames repeats its ends instead.
    """
    mode = "interp" if len(values) >= DELTA_WIDTH else "nearest"
    result: Float32 | Float64 = savgol_filter(values, DELTA_WIDTH, order, deriv=order, axis=0, mode=mode)
    return result
