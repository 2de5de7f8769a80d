"""Mel spectrogram on Slaney's mel scale (M. Slaney, Auditory Toolbox, 1998), and decibels.

The triangular filters overlap only their neighbours: without its zeros, the filter bank is a sixtieth of its size.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES, kernel
from reprise.audio.settings import AudioSettings

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

LINEAR_STEP = 200.0 / 3  # Hz per mel below the break
BREAK_HZ, BREAK_MEL = 1_000.0, 15.0  # above it the scale is logarithmic
LOG_STEP = np.log(6.4) / 27.0
FLOOR = 1e-10  # power below it counts as -100 dB
TOP_DB = 80.0  # range in which levels count, below the loudest


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
    bins = np.arange(settings.n_bins) * (settings.sample_rate / settings.n_fft)
    width = np.diff(edges)
    rising = (bins - edges[:-2, None]) / width[:-1, None]
    falling = (edges[2:, None] - bins) / width[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    area = 2.0 / (edges[2:] - edges[:-2])
    return (triangles * area[:, None]).astype(np.float32)


class Triangles(NamedTuple):
    """The filter bank without its zeros.

    Attributes
    ----------
    first : ndarray of int, shape (n_mels,)
        First bin of each filter.
    offsets : ndarray of int, shape (n_mels + 1,)
        Where its weights begin, and end, in ``weights``.
    weights : ndarray of float32
        The weights of all filters, one after the other.
    """

    first: Int
    offsets: Int
    weights: Float32


@lru_cache(maxsize=8)
def triangles(settings: AudioSettings) -> Triangles:
    """Cut the zeros off the filter bank: a bin lies in two filters, not in all."""
    dense = filterbank(settings)
    touched = dense > 0
    lengths = touched.sum(axis=1)
    return Triangles(
        touched.argmax(axis=1), np.concatenate([[0], np.cumsum(lengths)]), dense[touched].astype(np.float32)
    )


@kernel
def mel_power(power: Float32, first: Int, offsets: Int, weights: Float32, out: Float32) -> None:
    """Weigh power spectra by the mel filters.

    Parameters
    ----------
    power : ndarray of float32, shape (n_bins, LANES)
        Power spectra.
    first, offsets, weights
        Of `Triangles`: numba takes 15 microseconds to unpack a tuple.
    out : ndarray of float32, shape (n_mels, LANES)
        Receives the power in each mel band.
    """
    for band in range(len(first)):
        sums = out[band]
        for lane in range(LANES):
            sums[lane] = 0
        shift = offsets[band] - first[band]
        for k in range(first[band], offsets[band + 1] - shift):
            weight = weights[k + shift]
            for lane in range(LANES):
                sums[lane] += weight * power[k, lane]


def power_to_db(power: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Convert power to decibels, 10 log10 max(power, 1e-10)."""
    decibels: npt.NDArray[np.floating] = np.maximum(power, FLOOR)
    np.log(decibels, out=decibels)  # it has a vectorised loop, log10 has not
    decibels *= 10.0 / np.log(10.0)
    return decibels


def clip_range(decibels: npt.NDArray[np.floating], top_db: float = TOP_DB) -> npt.NDArray[np.floating]:
    """Raise what lies more than ``top_db`` below the loudest value to that level."""
    limited: npt.NDArray[np.floating] = np.maximum(decibels, decibels.max() - top_db)
    return limited
