"""The spectral balance that a track is mastered to."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from reprise.corpus.factors import TrackSpec
from reprise.corpus.genres import BAND_EDGES_HZ, STYLES, average_spectrum_db
from reprise.corpus.signals import SAMPLE_RATE

EDGES = np.array(BAND_EDGES_HZ, float)
CENTRES_HZ = np.sqrt(EDGES[1:] * EDGES[:-1])
BAND_SHARES = np.diff(EDGES) / (SAMPLE_RATE / 2)
"""Part of all frequencies that lies in each band."""
_OCTAVES = np.log2(CENTRES_HZ / np.mean(CENTRES_HZ))
TILT = _OCTAVES - _OCTAVES.mean()
"""Octaves above the middle of the bands."""
SLOPE_PER_BRIGHTNESS = 6.6
"""Change of slope, in dB per octave, from the lowest to the highest brightness."""
SMOOTHING = (0.25, 0.5, 0.5, 0.5, 0.25)
FIRST_SLOPE_BAND = 4

FloatArray = npt.NDArray[np.float64]


def target_balance_db(spec: TrackSpec) -> FloatArray:
    """Return the level of the 16 bands that mastering aims at, in dB re the track's mean power.

    It starts from the average of all genres, moves towards (and, with a contrast above 1, beyond) the genre's own, and
    is then tilted by brightness, shaped by the weight of the bass, and roughened.
    """
    average = np.array(average_spectrum_db())
    own = np.array(STYLES[spec.genre].spectrum_db)
    tilt = SLOPE_PER_BRIGHTNESS * (spec.brightness - 0.5) * TILT
    bass = 4.0 * spec.bass_weight * np.clip(-TILT / 3, -0.3, 1.4)
    rough = 1.5 * np.convolve(spec.roughness, SMOOTHING, "valid")
    level = average + spec.balance_contrast * (own - average) + tilt + bass + rough
    return np.asarray(level - 10 * np.log10(np.sum(BAND_SHARES * 10 ** (level / 10))), float)


def slope_db_per_octave(spec: TrackSpec) -> float:
    """Return the slope of the target balance above 180 Hz: how bright the finished track sounds."""
    level = target_balance_db(spec)[FIRST_SLOPE_BAND:]
    octaves = TILT[FIRST_SLOPE_BAND:] - TILT[FIRST_SLOPE_BAND:].mean()
    return float((octaves * level).sum() / (octaves**2).sum())


def measure_balance_db(signal: npt.NDArray[np.float32], sample_rate: int) -> FloatArray:
    """Return the mean power of a signal in the 16 bands, in dB re its mean power over frequency."""
    length, windows = 4096, 60
    starts = np.linspace(0, len(signal) - length, windows).astype(int)
    frames = np.stack([signal[start : start + length] for start in starts]) * np.hanning(length).astype(
        np.float32
    )
    power = np.mean(np.abs(np.fft.rfft(frames, axis=1)) ** 2, axis=0) + 1e-12
    band = np.searchsorted(np.fft.rfftfreq(length, 1 / sample_rate), EDGES)
    bands = [power[low:high].mean() for low, high in pairwise(band)]
    return np.asarray(10 * np.log10(np.array(bands) / power.mean()), float)
