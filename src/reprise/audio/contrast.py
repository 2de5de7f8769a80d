"""Spectral contrast: peak over valley in octave bands (Jiang et al., ICME 2002)."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from reprise.audio.mel import clip_range, power_to_db
from reprise.audio.settings import AudioSettings
from reprise.audio.stft import frequencies

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

N_OCTAVES = 6
LOWEST = 200.0  # Hz: the first band lies below it
QUANTILE = 0.02  # share of a band's bins that makes its peak, and its valley


@lru_cache(maxsize=8)
def octave_bands(settings: AudioSettings) -> tuple[tuple[slice, int], ...]:
    """Return (bins, number of bins that make a peak) of each band that starts below half the sample rate.

    Bands include one bin below their lower edge and, except for the last, drop their highest bin, as in librosa.
    """
    hz = frequencies(settings)
    edges = np.concatenate([[0.0], LOWEST * 2.0 ** np.arange(N_OCTAVES + 1)])
    edges = edges[: np.count_nonzero(edges[:-1] < settings.sample_rate / 2) + 1]
    found = []
    for number, (low, high) in enumerate(pairwise(edges)):
        inside = np.flatnonzero((hz >= low) & (hz <= high))
        last = number == len(edges) - 2
        first = int(inside[0]) - (number > 0)
        stop = settings.n_bins if last else int(inside[-1]) + 1
        share = max(1, round(QUANTILE * (stop - first)))
        found.append((slice(first, stop if last else stop - 1), share))
    return tuple(found)


def peaks_and_valleys(magnitude: Float32, settings: AudioSettings) -> tuple[Float64, Float64]:
    """Average the strongest and the weakest bins of each band.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (b, n_bins)
        Magnitude spectra.

    Returns
    -------
    peak, valley : ndarray, shape (b, n_bands)
        Mean magnitude of the top and bottom 2 % of bins.
    """
    layout = octave_bands(settings)
    peak = np.empty((len(magnitude), len(layout)))
    valley = np.empty_like(peak)
    for band, (bins, share) in enumerate(layout):
        values = magnitude[:, bins]
        if share == 1:
            peak[:, band], valley[:, band] = values.max(axis=1), values.min(axis=1)
            continue
        ordered = np.sort(values, axis=1)  # vectorised: twice as fast as two partitions
        peak[:, band] = ordered[:, -share:].mean(axis=1)
        valley[:, band] = ordered[:, :share].mean(axis=1)
    return peak, valley


def contrast(peak: Float64, valley: Float64) -> Float64:
    """Compute the difference in dB, shape (n_frames, n_bands); each side limited to its own upper 80 dB."""
    difference: Float64 = clip_range(power_to_db(peak)) - clip_range(power_to_db(valley))
    return difference
