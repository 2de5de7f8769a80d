"""Mel spectrogram on Slaney's mel scale (M. Slaney, Auditory Toolbox, 1998), and decibels.

The triangular filters overlap only their neighbours, so the filter bank is multiplied as a few dense bands: sixteen
filters at a time on the bins they touch, a quarter of the work of the full matrix.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from reprise.audio.settings import AudioSettings
from reprise.audio.stft import frequencies

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Band = tuple[slice, slice, Float32]

FILTERS_PER_BAND = 16
LINEAR_STEP = 200.0 / 3  # Hz per mel below the break
BREAK_HZ, BREAK_MEL = 1_000.0, 15.0  # above it the scale is logarithmic
LOG_STEP = np.log(6.4) / 27.0
FLOOR = 1e-10  # power below it counts as -100 dB


def hz_to_mel(hz: npt.ArrayLike) -> Float64:
    """Convert frequencies in Hz to mels: linear below 1 kHz, logarithmic above."""
    hz = np.asarray(hz, float)
    logarithmic = BREAK_MEL + np.log(np.maximum(hz, BREAK_HZ) / BREAK_HZ) / LOG_STEP
    return np.where(hz < BREAK_HZ, hz / LINEAR_STEP, logarithmic)


def mel_to_hz(mel: npt.ArrayLike) -> Float64:
    """Convert mels to frequencies in Hz, the inverse of `hz_to_mel`."""
    mel = np.asarray(mel, float)
    return np.where(mel < BREAK_MEL, mel * LINEAR_STEP, BREAK_HZ * np.exp(LOG_STEP * (mel - BREAK_MEL)))


@lru_cache(maxsize=8)
def filterbank(settings: AudioSettings) -> Float32:
    """Return triangular filters of equal area, shape (n_mels, n_bins), from 0 Hz to half the sample rate."""
    edges = mel_to_hz(np.linspace(0.0, hz_to_mel(settings.sample_rate / 2), settings.n_mels + 2))
    bins = frequencies(settings)
    width = np.diff(edges)
    rising = (bins - edges[:-2, None]) / width[:-1, None]
    falling = (edges[2:, None] - bins) / width[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    area = 2.0 / (edges[2:] - edges[:-2])
    return (triangles * area[:, None]).astype(np.float32)


@lru_cache(maxsize=8)
def bands(settings: AudioSettings) -> tuple[Band, ...]:
    """Cut the filter bank into dense parts: (filters, bins, weights of shape (bins, filters))."""
    weights = filterbank(settings)
    parts = []
    for first in range(0, settings.n_mels, FILTERS_PER_BAND):
        filters = slice(first, min(first + FILTERS_PER_BAND, settings.n_mels))
        touched = np.flatnonzero(weights[filters].any(axis=0))
        bins = slice(int(touched[0]), int(touched[-1]) + 1) if touched.size else slice(0, 1)
        parts.append((filters, bins, np.ascontiguousarray(weights[filters, bins].T)))
    return tuple(parts)


def mel_power(power: Float32, settings: AudioSettings) -> Float32:
    """Weigh power spectra by the mel filters.

    Parameters
    ----------
    power : ndarray of float32, shape (b, n_bins)
        Power spectra of b frames.

    Returns
    -------
    ndarray of float32, shape (b, n_mels)
    """
    out = np.empty((len(power), settings.n_mels), np.float32)
    for filters, bins, weights in bands(settings):
        out[:, filters] = power[:, bins] @ weights
    return out


def power_to_db(power: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Convert power to decibels, 10 log10 max(power, 1e-10)."""
    decibels: npt.NDArray[np.floating] = np.log(
        np.maximum(power, FLOOR)
    )  # the natural logarithm has a vectorised loop, log10 has not
    decibels *= 10.0 / np.log(10.0)
    return decibels


def clip_range(decibels: npt.NDArray[np.floating], top_db: float = 80.0) -> npt.NDArray[np.floating]:
    """Raise what lies more than ``top_db`` below the loudest value to that level."""
    limited: npt.NDArray[np.floating] = np.maximum(decibels, decibels.max() - top_db)
    return limited
