"""Shape of a spectrum: centroid, bandwidth, roll-off, flatness (definitions of G. Peeters, 2004, and librosa)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.mel import FLOOR

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

ROLLOFF = 0.85  # share of the magnitude that lies below the roll-off frequency


def centroid_and_bandwidth(magnitude: Float32, frequency: Float64) -> tuple[Float64, Float64]:
    """Compute mean and standard deviation of frequency, weighted by magnitude.

    The variance is E[f^2] - E[f]^2, which needs double precision: for a pure tone both terms are 10^4 times larger
    than their difference.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (b, n_bins)
        Magnitude spectra.
    frequency : ndarray, shape (n_bins,)
        Centre frequency of the bins in Hz.

    Returns
    -------
    centroid, bandwidth : ndarray, shape (b,)
        In Hz; 0 for a silent frame.
    """
    moments = magnitude.astype(np.float64) @ np.stack(
        [np.ones_like(frequency), frequency, frequency**2], axis=1
    )
    total = np.where(moments[:, 0] < np.finfo(np.float32).tiny, 1.0, moments[:, 0])
    centroid = moments[:, 1] / total
    variance = moments[:, 2] / total - centroid**2
    return centroid, np.sqrt(np.maximum(variance, 0.0))


def rolloff(magnitude: Float32, frequency: Float64) -> Float64:
    """Find the frequency below which 85 % of the magnitude lies.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (b, n_bins)
        Magnitude spectra.
    frequency : ndarray, shape (n_bins,)
        Centre frequency of the bins in Hz.

    Returns
    -------
    ndarray, shape (b,)
        In Hz; 0 for a silent frame.
    """
    cumulative = np.cumsum(magnitude, axis=1)
    reached = cumulative >= np.float32(ROLLOFF) * cumulative[:, -1:]
    found: Float64 = frequency[reached.argmax(axis=1)]
    return found


def flatness(power: Float32) -> Float64:
    """Compute the geometric over the arithmetic mean of power: 1 for white noise's expectation, 0 for a tone.

    Parameters
    ----------
    power : ndarray of float32, shape (b, n_bins)
        Power spectra.

    Returns
    -------
    ndarray, shape (b,)
        In (0, 1]; 1 for a silent frame.
    """
    floored = np.maximum(power, np.float32(FLOOR))
    arithmetic = floored.mean(axis=1)
    geometric = np.exp(np.log(floored).mean(axis=1))
    ratio: Float64 = (geometric / arithmetic).astype(np.float64)
    return ratio
