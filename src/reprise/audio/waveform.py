"""Features of the waveform itself: root mean square and zero crossings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.settings import AudioSettings

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

QUIET = -1e-10  # a sample above it counts as positive


def rms(frames: Float32) -> Float32:
    """Compute the root mean square of each frame, (b, n_fft) to (b,)."""
    energy = np.einsum("ij,ij->i", frames, frames)
    level: Float32 = np.sqrt(energy / frames.shape[1], dtype=np.float32)
    return level


def zero_crossing_rate(samples: Float32, settings: AudioSettings) -> Float64:
    """Compute the share of samples at which the sign changes, for centred frames.

    Crossings are listed once and counted by bisection, so that overlapping frames cost nothing. A change between
    the last sample of the preceding frame and the first of a frame is not one of that frame's.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono samples.

    Returns
    -------
    ndarray, shape (n_frames,)
        In [0, 1).
    """
    negative = samples < QUIET
    crossings = np.flatnonzero(negative[1:] != negative[:-1]) + 1
    first = np.arange(settings.n_frames(samples.size)) * settings.hop_length - settings.n_fft // 2
    before = np.searchsorted(crossings, first, side="right")
    until = np.searchsorted(crossings, first + settings.n_fft, side="left")
    return (until - before) / settings.n_fft
