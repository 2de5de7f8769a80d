"""Spectral contrast: peak over valley in octave bands (Jiang et al., ICME 2002)."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES, inlined, kernel
from reprise.audio.mel import clip_range, power_to_db
from reprise.audio.settings import AudioSettings
from reprise.audio.stft import frequencies

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

N_OCTAVES = 6
LOWEST = 200.0  # Hz: the first band lies below it
AT_ONCE = 4  # values that are put in their places together
QUANTILE = 0.02  # share of a band's bins that makes its peak, and its valley


@lru_cache(maxsize=8)
def octave_bands(settings: AudioSettings) -> Int:
    """Return (first bin, bin after the last, bins that make a peak) of each band below half the sample rate.

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
        found.append((first, stop if last else stop - 1, share))
    return np.array(found)


@kernel
def peaks_and_valleys(magnitude: Float32, bands: Int, peak: Float32, valley: Float32, start: int) -> None:
    """Average the strongest and the weakest bins of each band.

    Values sink through the sorted list of the largest (and of the smallest) so far, until each has found its place or
    fallen out; four at a time, so that a place is loaded once for four. There are no branches: all frames go side by side.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (n_bins, LANES)
        Magnitude spectra.
    bands : ndarray of int, shape (n_bands, 3)
        Of `octave_bands`.
    peak, valley : ndarray of float32, shape (n_bands, n)
        From column ``start`` on, receive the mean magnitude of the top and bottom 2 % of bins.
    """
    values = np.empty(AT_ONCE * LANES, np.float32)
    for band in range(len(bands)):
        first, stop, share = bands[band]
        largest = np.full(share * LANES, np.float32(-np.inf))
        smallest = np.full(share * LANES, np.float32(np.inf))
        for k in range(first, stop, AT_ONCE):
            _take(magnitude, k, stop, np.float32(-np.inf), values)
            for place in range(share):
                row = largest[place * LANES :]
                for lane in range(LANES):
                    held = row[lane]
                    for number in range(AT_ONCE):
                        value = values[number * LANES + lane]
                        values[number * LANES + lane] = min(value, held)
                        held = max(value, held)
                    row[lane] = held
            _take(magnitude, k, stop, np.float32(np.inf), values)
            for place in range(share):
                row = smallest[place * LANES :]
                for lane in range(LANES):
                    held = row[lane]
                    for number in range(AT_ONCE):
                        value = values[number * LANES + lane]
                        values[number * LANES + lane] = max(value, held)
                        held = min(value, held)
                    row[lane] = held
        for lane in range(LANES):
            peak[band, start + lane] = largest[lane::LANES].mean()
            valley[band, start + lane] = smallest[lane::LANES].mean()


@inlined
def _take(magnitude: Float32, first: int, stop: int, absent: np.float32, values: Float32) -> None:
    """Copy some bins, ``absent`` for those from ``stop`` on."""
    for number in range(AT_ONCE):
        source = magnitude[min(first + number, stop - 1)]
        for lane in range(LANES):
            values[number * LANES + lane] = source[lane] if first + number < stop else absent


def contrast(peak: Float32, valley: Float32) -> npt.NDArray[np.floating]:
    """Compute the difference in dB, shape (n_bands, n_frames); each side limited to its own upper 80 dB."""
    return clip_range(power_to_db(peak)) - clip_range(power_to_db(valley))
