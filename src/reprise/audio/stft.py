"""The one short-time Fourier transform from which every spectral feature is computed.

Frames are centred (half a frame of zeros at both ends) and weighted by a periodic Hann window, as in librosa. They come
in blocks of `LANES`, so that a block's spectrum is still in the processor's cache when the features read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES
from reprise.audio.fourier import Spectra, power_spectra
from reprise.audio.settings import AudioSettings

Float64 = npt.NDArray[np.float64]
Samples = npt.NDArray[np.int16] | npt.NDArray[np.float32]


def padded_frames(n_samples: int, settings: AudioSettings) -> int:
    """Return the number of frames of all blocks of a track."""
    return -(-settings.n_frames(n_samples) // LANES) * LANES


def blocks(samples: Samples, settings: AudioSettings) -> Iterator[Spectra]:
    """Transform a track, block by block.

    Parameters
    ----------
    samples : ndarray of int16 or float32, shape (n,)
        Mono samples.
    settings : AudioSettings
        Frame and hop length.

    Returns
    -------
    iterator of Spectra
        ``ceil(n_frames / LANES)`` of them.
    """
    half = settings.n_fft // 2
    n_frames = settings.n_frames(samples.size)
    return power_spectra(samples, hann(settings.n_fft), settings.hop_length, n_frames, before=half)


def frequencies(settings: AudioSettings) -> Float64:
    """Return the centre frequency of every bin in Hz, shape (n_bins,)."""
    hz: Float64 = np.arange(settings.n_bins, dtype=np.float64) * (settings.sample_rate / settings.n_fft)
    return hz


@lru_cache(maxsize=8)
def hann(length: int) -> Float64:
    """Return the periodic Hann window, shape (length,)."""
    window: Float64 = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    return window
