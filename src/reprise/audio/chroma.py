"""Chroma: energy of the twelve pitch classes (D. Ellis, Chroma Feature Analysis and Synthesis, 2007).

The tuning is fixed at 0 (A4 = 440 Hz): estimating it costs two thirds of a chromagram's time and makes neighbouring
excerpts of one recording differ. It is ``librosa.feature.chroma_stft(..., tuning=0.0)``.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from reprise.audio.settings import AudioSettings

Float32 = npt.NDArray[np.float32]

N_CHROMA = 12
C0_BELOW_A4 = 440.0 / 16  # octaves are counted from the A four octaves below A4
CENTRE_OCTAVE, OCTAVE_WIDTH = 5.0, 2.0  # the weight of an octave is a Gaussian
A_TO_C = 3  # pitch classes between A, where the scale starts, and C, where chroma starts


@lru_cache(maxsize=8)
def filterbank(settings: AudioSettings) -> Float32:
    """Return the weight of each bin in each pitch class, shape (12, n_bins), C first."""
    hz = np.arange(1, settings.n_fft) * (settings.sample_rate / settings.n_fft)
    pitch = N_CHROMA * np.log2(hz / C0_BELOW_A4)
    pitch = np.concatenate([[pitch[0] - 1.5 * N_CHROMA], pitch])  # 0 Hz: far below, and half an octave off
    width = np.append(np.maximum(np.diff(pitch), 1.0), 1.0)
    distance = pitch - np.arange(N_CHROMA)[:, None]
    half = N_CHROMA / 2
    distance = np.remainder(distance + half + 10 * N_CHROMA, N_CHROMA) - half
    bumps = np.exp(-0.5 * (2 * distance / width) ** 2)
    bumps /= np.sqrt(np.sum(bumps**2, axis=0))
    bumps *= np.exp(-0.5 * ((pitch / N_CHROMA - CENTRE_OCTAVE) / OCTAVE_WIDTH) ** 2)
    rotated = np.roll(bumps, -A_TO_C, axis=0)[:, : settings.n_bins]
    return np.ascontiguousarray(rotated, dtype=np.float32)


def chroma(energy: Float32) -> Float32:
    """Scale the energy of the pitch classes to a maximum of 1 in each frame.

    Parameters
    ----------
    energy : ndarray of float32, shape (12, n_frames)
        ``filterbank(settings) @ power``.

    Returns
    -------
    ndarray of float32, shape (12, n_frames)
        In [0, 1], C first; all 0 for a silent frame.
    """
    peak = energy.max(axis=0)
    peak[peak < np.finfo(np.float32).tiny] = 1
    scaled: Float32 = energy / peak
    return scaled
