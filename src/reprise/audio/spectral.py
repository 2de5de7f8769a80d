"""Shape of a spectrum: centroid, bandwidth, roll-off, flatness (definitions of G. Peeters, 2004, and librosa)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES, kernel
from reprise.audio.mel import FLOOR

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

ROLLOFF = 0.85  # share of the magnitude that lies below the roll-off frequency
FACTORS = (
    28  # powers whose product is taken before its logarithm: 10^±280 at most, which double precision holds
)
SILENT = float(np.finfo(np.float32).tiny)


@kernel
def centroid_bandwidth_rolloff(magnitude: Float32, out: Float32, start: int) -> None:
    """Compute where a spectrum lies and how wide it is, in bins.

    The variance is summed around the centroid: the shorter E[f^2] - E[f]^2 loses all digits of a pure tone.

    Parameters
    ----------
    magnitude : ndarray of float32, shape (n_bins, LANES)
        Magnitude spectra.
    out : ndarray of float32, shape (3, n)
        From column ``start`` on, receives the mean and the standard deviation of the bin number, weighted by magnitude, and the first bin up to
        which 85 % of the magnitude lies; 0 for a silent frame.
    """
    total, centroid, spread = np.zeros((3, LANES), np.float32)
    for k in range(len(magnitude)):
        for lane in range(LANES):
            total[lane] += magnitude[k, lane]
            centroid[lane] += np.float32(k) * magnitude[k, lane]
    for lane in range(LANES):
        centroid[lane] /= total[lane] if total[lane] >= SILENT else 1.0
    sums, below = np.zeros((2, LANES), np.float32)
    for k in range(len(magnitude)):
        for lane in range(LANES):
            value = magnitude[k, lane]
            distance = np.float32(k) - centroid[lane]
            spread[lane] += distance * distance * value
            sums[lane] += value
            below[lane] += np.float32(sums[lane] < np.float32(ROLLOFF) * total[lane])
    for lane in range(LANES):
        out[0, start + lane] = centroid[lane]
        out[1, start + lane] = np.sqrt(spread[lane] / (total[lane] if total[lane] >= SILENT else 1.0))
        out[2, start + lane] = below[lane]


def flatness(power: Float32) -> Float64:
    """Compute the geometric over the arithmetic mean of power: 1 for an even spectrum, 0 for a tone.

    Parameters
    ----------
    power : ndarray of float32, shape (n_bins, LANES)
        Power spectra; what is less than 1e-10 counts as that.

    Returns
    -------
    ndarray, shape (LANES,)
        In (0, 1]; 1 for a silent frame.
    """
    mantissa, exponent, total = _product_and_sum(power)
    geometric = np.exp((np.log(mantissa) + np.log(2.0) * exponent) / len(power))
    ratio: Float64 = geometric / (total / len(power))
    return ratio


@kernel
def _product_and_sum(power: Float32) -> tuple[Float64, Int, Float64]:
    """Multiply all bins of a spectrum, as mantissa and power of two, and add them up.

    The logarithm of a product is the sum of the logarithms, so that one logarithm does for all bins. After every 28 bins the
    exponent is taken out of the product (IEEE 754: bits 52 to 62, less 1023), before it can overflow.
    """
    mantissa, exponent, total = np.ones(LANES), np.zeros(LANES, np.int64), np.zeros(LANES)
    bits = mantissa.view(np.int64)
    for first in range(0, len(power), FACTORS):
        for k in range(first, min(first + FACTORS, len(power))):
            for lane in range(LANES):
                value = np.float64(max(power[k, lane], np.float32(FLOOR)))
                mantissa[lane] *= value
                total[lane] += value
        for lane in range(LANES):
            exponent[lane] += (bits[lane] >> 52) - 1023
            bits[lane] = (bits[lane] & ((1 << 52) - 1)) | (1023 << 52)
    return mantissa, exponent, total
