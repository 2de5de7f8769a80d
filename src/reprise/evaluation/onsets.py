"""Onset rate: how many notes begin in a second, read off a log-mel map.

Conventions
-----------
- The *flux* of a frame is the mean over bands of how far it is louder than the frame before, in dB; an *onset* is a peak
  of the flux, at least `GAP_SECONDS` after the one before and `DEVIATIONS` standard deviations above the mean flux.

References
----------
- Bello et al.: A tutorial on onset detection in music signals. IEEE TSAP 13, 2005, section III.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

GAP_SECONDS = 0.06
DEVIATIONS = 0.5
FLOOR = 60.0
"""Decibels below the loudest value that count as silence."""


def onset_rate(mel: NDArray[Any], frame_rate: float) -> float:
    """Return onsets per second of one track; 0 where nothing ever grows louder.

    Parameters
    ----------
    mel
        Shape ``(bands, frames)``, dB.
    frame_rate
        Frames per second.
    """
    from scipy.signal import find_peaks

    values = np.asarray(mel, dtype=np.float32)
    if values.shape[1] < 3:
        return 0.0
    values = np.maximum(values, values.max() - FLOOR)
    flux = np.maximum(np.diff(values, axis=1), 0.0).mean(axis=0, dtype=np.float64)
    flux = np.concatenate([[0.0], flux, [0.0]])  # an onset may stand at either end
    gap = max(1, round(GAP_SECONDS * frame_rate))
    peaks, _ = find_peaks(flux, height=flux.mean() + DEVIATIONS * flux.std(), distance=gap)
    return float(len(peaks) * frame_rate / values.shape[1]) if flux.any() else 0.0


def onset_rates(maps: NDArray[Any], frame_rate: float) -> NDArray[np.float64]:
    """Return the onset rate of every track of ``(n, bands, frames)``, a memory map read track by track."""
    return np.array([onset_rate(mel, frame_rate) for mel in maps])
