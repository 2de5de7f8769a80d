"""Pooled statistics of a track: mean and standard deviation over time of the features of its frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.frames import FrameFeatures
from reprise.audio.mfcc import delta

Array = npt.NDArray[np.floating]


def pooled(frames: FrameFeatures) -> dict[str, float]:
    """Pool the features of all frames.

    Parameters
    ----------
    frames : FrameFeatures
        Features of a track.

    Returns
    -------
    dict of str to float
        ``<feature>_<number>_mean`` and ``..._std`` of the MFCCs, chroma and spectral contrast, ``<feature>_mean``
        and ``_std`` of centroid, bandwidth, roll-off, flatness, zero crossings and root mean square, and ``_std`` of
        the MFCCs' first and second derivatives, whose means are differences of the track's ends and say nothing.
    """
    coefficients = frames.mfcc.astype(np.float64)
    values: dict[str, float] = {}
    for name, matrix in (("mfcc", coefficients), ("chroma", frames.chroma), ("contrast", frames.contrast)):
        values |= _named(name, "mean", matrix.mean(axis=0, dtype=np.float64))
        values |= _named(name, "std", matrix.std(axis=0, dtype=np.float64))
    values |= _named("mfcc_delta", "std", delta(coefficients).std(axis=0))
    values |= _named("mfcc_delta2", "std", delta(coefficients, order=2).std(axis=0))
    for name in ("centroid", "bandwidth", "rolloff", "flatness", "zcr", "rms"):
        series: Array = getattr(frames, name)
        values[f"{name}_mean"] = float(series.mean())
        values[f"{name}_std"] = float(series.std())
    return values


def _named(name: str, statistic: str, values: Array) -> dict[str, float]:
    """Name the entries of a vector by two digits, counted from 1."""
    return {f"{name}_{number:02d}_{statistic}": float(value) for number, value in enumerate(values, start=1)}
