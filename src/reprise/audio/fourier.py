"""Power spectra of overlapping frames: a real-input fast Fourier transform, many frames at once.

The samples of a frame are packed in pairs into half as many complex numbers; their radix-4 transform (decimation in
frequency, in place: W. Gentleman and G. Sande, 1966) is then taken apart into the spectrum of the samples. All frames of a
block go through each step side by side, so that every instruction is a vector instruction whatever the step, and what a
pass needs lies in the nearest cache. It is computed in double precision, as by librosa: the rounding of single precision is
the level of bins 90 dB below a loud one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES
from reprise.audio.passes import transform
from reprise.errors import BadParameter

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Samples = npt.NDArray[np.int16] | npt.NDArray[np.float32]


class Spectra(NamedTuple):
    """Spectra of `LANES` consecutive frames; the arrays are used again for the next block.

    Attributes
    ----------
    start : int
        Number of the first frame.
    energy : ndarray of float32, shape (LANES,)
        Sum of squares of the samples of each frame, not weighted by the window.
    power : ndarray of float32, shape (size / 2 + 1, LANES)
        Squared modulus of the spectrum.
    """

    start: int
    energy: Float32
    power: Float32


class Tables(NamedTuple):
    """Constants of a transform of N = size / 2 complex numbers; complex constants are rows of real and imaginary parts."""

    window: Float64  # (size,)
    roots: Float64  # (2, N): roots of unity of order N
    turns: Float64  # (2, N / 2 + 1): the first quarter of those of order size
    order: Int  # (N,): row in which each frequency ends up
    columns: Int  # first sample of each column that is read
    shift: int  # columns between two quarters of a frame


def power_spectra(
    signal: Samples, window: Float64, hop: int, n_frames: int, before: int = 0
) -> Iterator[Spectra]:
    """Transform frames that begin every ``hop`` samples.

    Parameters
    ----------
    signal : ndarray of int16 or float32, shape (n,)
        Samples; int16 counts in steps of 1 / 32,768. Before and after them there are zeros.
    window : ndarray, shape (size,)
        Weights of the samples of a frame; its length is the length of the transform, a power of two from 32 on.
    hop : int
        Samples from one frame to the next.
    n_frames : int
        Number of frames; the last block is filled up with further ones.
    before : int
        Zeros at the start of the first frame.

    Yields
    ------
    Spectra
        ``ceil(n_frames / LANES)`` blocks.

    Raises
    ------
    BadParameter
        If the length of the window is not a power of two.
    """
    scale = 1 / 32_768 if signal.dtype == np.int16 else 1.0
    tables = _tables(window.size, (scale * window).tobytes(), hop)
    rows = np.empty(window.size * LANES)
    energy = np.empty(LANES, np.float32)
    power = np.empty((window.size // 2 + 1, LANES), np.float32)
    for start in range(0, n_frames, LANES):
        part = _between_zeros(signal, start * hop - before, (LANES - 1) * hop + window.size)
        transform(part, *tables, rows, energy, power)
        energy *= np.float32(scale**2)
        yield Spectra(start, energy, power)


def _between_zeros(signal: Samples, begin: int, count: int) -> Samples:
    """Return part of a signal, with zeros for what lies before its start or after its end."""
    if begin >= 0 and begin + count <= signal.size:
        return signal[begin : begin + count]
    part = np.zeros(count, signal.dtype)
    first, last = max(begin, 0), min(begin + count, signal.size)
    if last > first:
        part[first - begin : last - begin] = signal[first:last]
    return part


@lru_cache(maxsize=8)
def _tables(size: int, window: bytes, hop: int) -> Tables:
    if size < 32 or size & (size - 1):
        raise BadParameter(f"a transform of {size} samples: the length must be a power of two, 32 or more")
    roots = np.exp(-2j * np.pi * np.arange(size // 2) / (size // 2))
    turns = np.exp(-2j * np.pi * np.arange(size // 4 + 1) / size)
    shift, rest = divmod(size // 4, hop)
    if rest or shift > LANES:  # frames do not share their quarters
        shift = LANES
        columns = np.add.outer(np.arange(4) * (size // 4), np.arange(LANES) * hop).ravel()
    else:
        columns = np.arange(3 * shift + LANES) * hop
    return Tables(np.frombuffer(window).copy(), _rows(roots), _rows(turns), _order(size // 2), columns, shift)


def _rows(values: npt.NDArray[np.complex128]) -> Float64:
    return np.stack([values.real, values.imag])


def _order(n: int) -> Int:
    """Return the row of each frequency after all passes: each pass leaves the frequencies 4m + j in its quarter j."""
    if n <= 2:
        return np.arange(n)
    return np.add.outer(_order(n // 4), np.arange(4) * (n // 4)).ravel()
