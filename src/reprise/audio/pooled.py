"""Pooled statistics: mean and standard deviation over time of the features of frames, of a track or of its segments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from reprise.audio import contrast
from reprise.audio.chroma import N_CHROMA
from reprise.audio.frames import FrameFeatures
from reprise.audio.mfcc import delta
from reprise.audio.settings import AudioSettings

Float64 = npt.NDArray[np.float64]

SCALARS = ("centroid", "bandwidth", "rolloff", "flatness", "zcr", "rms")


@dataclass(frozen=True)
class Series:
    """The features that are pooled, as rows over time.

    Attributes
    ----------
    both : ndarray, shape (m, T)
        MFCCs, chroma, spectral contrast and scalars: mean and standard deviation are taken.
    deviation : ndarray, shape (d, T)
        First and second derivatives of the MFCCs: the standard deviation alone, for their mean is a difference of two
        ends and says nothing.
    """

    both: Float64
    deviation: Float64


def series(frames: FrameFeatures) -> Series:
    """Collect the features of a track that are pooled."""
    coefficients = frames.mfcc.T.astype(np.float64)
    scalars = np.stack([getattr(frames, name) for name in SCALARS])
    both = np.concatenate([coefficients, frames.chroma.T, frames.contrast.T, scalars], dtype=np.float64)
    return Series(both, np.concatenate([delta(coefficients), delta(coefficients, order=2)]))


@lru_cache(maxsize=8)
def names(settings: AudioSettings) -> tuple[str, ...]:
    """Name the pooled statistics in the order of `pool`.

    Returns
    -------
    tuple of str
        ``<feature>_<number>_mean``, then all ``..._std``; numbers have two digits and count from 1.
    """
    sizes = {"mfcc": settings.n_mfcc, "chroma": N_CHROMA, "contrast": len(contrast.octave_bands(settings))}
    both = [*_numbered(sizes), *SCALARS]
    derivatives = _numbered({"mfcc_delta": settings.n_mfcc, "mfcc_delta2": settings.n_mfcc})
    return (*(f"{name}_mean" for name in both), *(f"{name}_std" for name in (*both, *derivatives)))


def _numbered(sizes: dict[str, int]) -> list[str]:
    return [f"{name}_{number:02d}" for name, size in sizes.items() for number in range(1, size + 1)]


def pool(values: Series, length: int) -> Float64:
    """Compute mean and standard deviation over segments that follow one another.

    Parameters
    ----------
    values : Series
        Features of T frames.
    length : int
        Frames of a segment; what is left at the end is not used, except that a track shorter than that is one segment.

    Returns
    -------
    ndarray, shape (max(1, T // length), n)
        In the order of `names`.
    """
    both, deviation = _cut(values.both, length), _cut(values.deviation, length)
    mean = both.mean(axis=2)
    pooled: Float64 = np.concatenate([mean, _spread(both, mean), _spread(deviation, deviation.mean(axis=2))])
    return np.ascontiguousarray(pooled.T)


def _cut(values: Float64, length: int) -> Float64:
    """Cut (m, T) into (m, segments, length)."""
    count = max(1, values.shape[1] // length)
    length = min(length, values.shape[1])
    return values[:, : count * length].reshape(len(values), count, length)


def _spread(values: Float64, mean: Float64) -> Float64:
    distance = values - mean[:, :, None]
    deviation: Float64 = np.sqrt(np.einsum("ijk,ijk->ij", distance, distance) / values.shape[2])
    return deviation
