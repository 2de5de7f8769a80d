"""The passes of the transform of `reprise.audio.fourier`: radix 4, decimation in frequency, in place.

Complex numbers are kept as rows: the real parts of `LANES` frames, then their imaginary parts. With that distance known
when the loops are compiled, few of them have to be checked for overlap before they may run on vectors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES, inlined, kernel

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]
Samples = npt.NDArray[np.int16] | npt.NDArray[np.float32]
Numbers = tuple[float, ...]

TILE = 8  # samples of a column that are read at a time
NEAR = 64  # rows that fit into the first-level cache
PITCH = 4 * LANES  # columns at most: one for each quarter of each frame


@kernel
def transform(
    signal: Samples,
    window: Float64,
    roots: Float64,
    turns: Float64,
    order: Int,
    columns: Int,
    shift: int,
    rows: Float64,
    energy: Float32,
    power: Float32,
) -> None:
    """Fill ``energy`` and ``power`` with those of the frames at the start of ``signal``.

    The constants are those of `reprise.audio.fourier.Tables`, one by one: numba takes 15 microseconds to unpack a tuple.
    """
    n = roots.shape[1]
    _load_and_pass4(signal, window, roots, (columns, shift), rows, energy)
    length = n // 4
    while length > NEAR:
        _pass4(rows, roots, 0, n, length)
        length //= 4
    for begin in range(0, n, length):
        rest = length
        while rest >= 4:
            _pass4(rows, roots, begin, begin + length, rest)
            rest //= 4
        if rest == 2:
            _pass2(rows, begin, begin + length)
    _take_apart(rows, order, turns, power)


@kernel
def _load_and_pass4(
    signal: Samples, window: Float64, roots: Float64, layout: tuple[Int, int], rows: Float64, energy: Float32
) -> None:
    """Weigh the samples, pack pairs of them into complex numbers, and do the first pass.

    Some samples of each quarter of each frame are first copied to where they lie close together.
    """
    columns, shift = layout
    quarter = roots.shape[1] // 4
    samples = np.empty(TILE * PITCH, np.float32)
    squares = np.zeros(PITCH, np.float32)
    for first in range(0, 2 * quarter, TILE):
        for column in range(len(columns)):
            begin = columns[column] + first
            some = signal[begin : begin + TILE]
            for number in range(TILE):
                samples[number * PITCH + column] = some[number]
        for number in range(TILE):
            row = samples[number * PITCH :]
            for column in range(len(columns)):
                squares[column] += row[column] * row[column]
        for pair in range(TILE // 2):
            wa, wb, wc, wd = _four(window, first + 2 * pair, 2 * quarter)
            va, vb, vc, vd = _four(window, first + 2 * pair + 1, 2 * quarter)
            row = samples[2 * pair * PITCH :]
            sa, sb, sc, sd = row, row[shift:], row[2 * shift :], row[3 * shift :]
            p = first // 2 + pair
            t = _twiddles(roots, p)
            a, b, c, d = _four_rows(rows, p, quarter)
            for k in range(LANES):
                y = _butterfly(
                    wa * sa[k], va * sa[PITCH + k], wb * sb[k], vb * sb[PITCH + k],
                    wc * sc[k], vc * sc[PITCH + k], wd * sd[k], vd * sd[PITCH + k], t,
                )  # fmt: skip
                a[k], a[LANES + k], b[k], b[LANES + k], c[k], c[LANES + k], d[k], d[LANES + k] = y
    for lane in range(LANES):
        energy[lane] = squares[lane : lane + 3 * shift + 1 : shift].sum()


@kernel
def _pass4(rows: Float64, roots: Float64, begin: int, end: int, length: int) -> None:
    """Turn each transform of ``length`` rows into four of a quarter of the length."""
    quarter = length // 4
    for group in range(begin, end, length):
        for p in range(quarter):
            t = _twiddles(roots, p * (roots.shape[1] // length))
            a, b, c, d = _four_rows(rows, group + p, quarter)
            for k in range(LANES):
                y = _butterfly(
                    a[k], a[LANES + k], b[k], b[LANES + k], c[k], c[LANES + k], d[k], d[LANES + k], t
                )
                a[k], a[LANES + k], b[k], b[LANES + k], c[k], c[LANES + k], d[k], d[LANES + k] = y


@inlined
def _four(values: Float64, first: int, step: int) -> Numbers:
    """Return four values that lie ``step`` apart."""
    return values[first], values[first + step], values[first + 2 * step], values[first + 3 * step]


@inlined
def _twiddles(roots: Float64, p: int) -> Numbers:
    """Return the root of unity of number p, its square and its cube."""
    return roots[0, p], roots[1, p], roots[0, 2 * p], roots[1, 2 * p], roots[0, 3 * p], roots[1, 3 * p]


@inlined
def _four_rows(rows: Float64, first: int, apart: int) -> tuple[Float64, Float64, Float64, Float64]:
    """Return what begins with each of four rows that lie ``apart`` rows from one another."""
    step = 2 * LANES * apart
    at = 2 * LANES * first
    return rows[at:], rows[at + step :], rows[at + 2 * step :], rows[at + 3 * step :]


@inlined
def _butterfly(
    ar: float, ai: float, br: float, bi: float, cr: float, ci: float, dr: float, di: float, twiddles: Numbers
) -> Numbers:
    """Return a + b + c + d, w (a - ib - c + id), w^2 (a - b + c - d) and w^3 (a + ib - c - id)."""
    r1, i1, r2, i2, r3, i3 = twiddles
    sum_r, sum_i, gap_r, gap_i = ar + cr, ai + ci, ar - cr, ai - ci
    other_r, other_i, turned_r, turned_i = br + dr, bi + di, bi - di, dr - br
    xr, xi = gap_r + turned_r, gap_i + turned_i
    yr, yi = sum_r - other_r, sum_i - other_i
    zr, zi = gap_r - turned_r, gap_i - turned_i
    return (
        sum_r + other_r, sum_i + other_i,
        r1 * xr - i1 * xi, r1 * xi + i1 * xr,
        r2 * yr - i2 * yi, r2 * yi + i2 * yr,
        r3 * zr - i3 * zi, r3 * zi + i3 * zr,
    )  # fmt: skip


@kernel
def _pass2(rows: Float64, begin: int, end: int) -> None:
    """Finish transforms of two rows: their sum and their difference."""
    for at in range(begin, end, 2):
        pair = rows[2 * LANES * at : 2 * LANES * (at + 2)]
        for k in range(2 * LANES):
            pair[k], pair[2 * LANES + k] = pair[k] + pair[2 * LANES + k], pair[k] - pair[2 * LANES + k]


@kernel
def _take_apart(rows: Float64, order: Int, turns: Float64, power: Float32) -> None:
    """Find the spectrum of the samples from that of the packed pairs Z, of N points, and square it.

    The even samples have the spectrum E = (Z[k] + conj Z[N - k]) / 2, the odd ones O = (Z[k] - conj Z[N - k]) / 2i; all
    samples have E + tO at k and conj(E - tO) at N - k, where t = exp(-i pi k / N).
    """
    n = power.shape[0] - 1
    for k in range(n // 2 + 1):
        a, b = rows[2 * LANES * order[k] :], rows[2 * LANES * order[(n - k) % n] :]
        low, high = power[k], power[n - k]
        cosine, sine = turns[0, k], turns[1, k]
        for lane in range(LANES):
            even_r, even_i = 0.5 * (a[lane] + b[lane]), 0.5 * (a[LANES + lane] - b[LANES + lane])
            odd_r, odd_i = 0.5 * (a[LANES + lane] + b[LANES + lane]), 0.5 * (b[lane] - a[lane])
            real, imaginary = cosine * odd_r - sine * odd_i, cosine * odd_i + sine * odd_r
            low[lane] = (even_r + real) ** 2 + (even_i + imaginary) ** 2
            high[lane] = (even_r - real) ** 2 + (even_i - imaginary) ** 2
