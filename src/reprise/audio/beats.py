"""Beat tracking by dynamic programming (D. Ellis, Beat Tracking by Dynamic Programming, 2007).

The result is that of ``librosa.beat.beat_track``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import kernel

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.intp]

TIGHTNESS = 100.0  # weight of a steady tempo against strong onsets
AUDIBLE = 0.01  # share of the strongest score at which the first beat may stand


def track_beats(onsets: Float32, bpm: float, frame_rate: float) -> Int:
    """Choose the frames that best trade strong onsets for a steady tempo.

    Parameters
    ----------
    onsets : ndarray of float32, shape (n_frames,)
        Onset strength.
    bpm : float
        Tempo in beats per minute; 0 (no tempo) gives no beats.
    frame_rate : float
        Frames per second.

    Returns
    -------
    ndarray of int, shape (n_beats,)
        Frame numbers, ascending.
    """
    if bpm <= 0 or not onsets.any() or onsets.size < 2:
        return np.zeros(0, np.intp)
    period = int(np.rint(60.0 * frame_rate / bpm))
    score = local_score(onsets, period)
    lags = np.arange(round(period / 2), 2 * period + 1)
    total, previous = _accumulate(score, TIGHTNESS * np.log(lags / period) ** 2, int(lags[0]))
    beats = [_last_beat(total)]
    while previous[beats[-1]] >= 0:
        beats.append(int(previous[beats[-1]]))
    return _trim(score, np.array(beats[::-1], np.intp))


def intervals(beats: Int, frame_rate: float) -> tuple[float, float]:
    """Return mean and standard deviation of the time between beats in seconds; 0, 0 for fewer than two beats."""
    if beats.size < 2:
        return 0.0, 0.0
    gaps = np.diff(beats) / frame_rate
    return float(gaps.mean()), float(gaps.std())


def local_score(onsets: Float32, period: int) -> Float64:
    """Smooth normalised onsets by a Gaussian whose width is 1/32 of a beat."""
    normal = onsets / (onsets.std(ddof=1) + np.finfo(np.float32).tiny)
    offset = np.arange(-period, period + 1)
    kernel = np.exp(-0.5 * (offset * 32.0 / period) ** 2)
    smooth: Float64 = np.convolve(normal, kernel)[period : period + onsets.size]
    return smooth


@kernel
def _accumulate(score: Float64, penalty: Float64, shortest: int) -> tuple[Float64, Int]:
    """Compute the best total score of a beat sequence ending at each frame, and the beat before (-1: none).

    ``penalty`` is that of the intervals ``shortest``, ``shortest + 1`` and so on.
    """
    total, previous = score.copy(), np.full(score.size, -1)
    loud = AUDIBLE * score.max()
    started = False
    for frame in range(score.size):
        started = started or score[frame] >= loud
        best = -np.inf
        for number in range(min(penalty.size, frame - shortest + 1)):
            candidate = total[frame - shortest - number] - penalty[number]
            if candidate > best:
                best = candidate
                previous[frame] = frame - shortest - number
        if previous[frame] >= 0:
            total[frame] += best
        if not started:
            previous[frame] = -1
    return total, previous


def _last_beat(total: Float64) -> int:
    """Find the last local maximum that reaches half the median of all local maxima, else the last frame."""
    padded = np.pad(total, 1, mode="edge")
    peaks = np.flatnonzero((total > padded[:-2]) & (total >= padded[2:]))
    strong = peaks[total[peaks] >= 0.5 * np.median(total[peaks])] if peaks.size else peaks
    return int(strong[-1]) if strong.size else total.size - 1


def _trim(score: Float64, beats: Int) -> Int:
    """Drop beats before the first and after the last frame that is louder than half the RMS of the beats."""
    smooth = np.convolve(score[beats], np.hanning(5))[2:]
    loud = np.flatnonzero(score > 0.5 * np.sqrt(np.mean(smooth**2)))
    if loud.size == 0:
        return beats[:0]
    kept: Int = beats[(beats >= loud[0]) & (beats <= loud[-1])]
    return kept
