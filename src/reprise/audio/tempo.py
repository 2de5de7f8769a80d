"""Onset strength and tempo from the autocorrelation of its local windows (Grosche, Mueller and Kurth, ICASSP 2010).

The tempo is that of ``librosa.feature.tempo`` on the median onset envelope. librosa transforms every window to its
spectrum, and back to an autocorrelation, and averages those. Here the spectrum of a window is made from that of the one
before, and the spectra are averaged: the transform is linear, so that one inverse transform is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import LANES, kernel
from reprise.audio.mel import TOP_DB
from reprise.audio.settings import AudioSettings
from reprise.audio.stft import hann

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

WINDOW = 8.0  # seconds of onset envelope that are compared with themselves
CENTRE, FASTEST = 120.0, 320.0  # beats per minute: the prior's centre (one octave wide), and the limit
PLAUSIBLE = (40.0, 240.0)  # beats per minute among which the confidence looks for rivals


@dataclass(frozen=True)
class Tempo:
    """A tempo estimate.

    Attributes
    ----------
    bpm : float
        Beats per minute; 0 where there is no onset.
    confidence : float
        Height of the autocorrelation at the beat period over its median at plausible tempi, in [0, 1]: 1 for a
        click track, near 0 for noise.
    """

    bpm: float
    confidence: float


def onset_strength(log_mel: Float32, settings: AudioSettings) -> Float32:
    """Compute the median rise in level over the mel bands from frame to frame.

    Parameters
    ----------
    log_mel : ndarray of float32, shape (n_frames, n_mels)
        Mel spectrogram in dB; its upper 80 dB count.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        In dB, at least 0; delayed by half a frame so that an onset stands where its frame is centred.
    """
    floor = log_mel.max() - TOP_DB
    rises = median_rise(np.ascontiguousarray(log_mel.T), floor, sorting_network(log_mel.shape[1]))
    delay = 1 + settings.n_fft // (2 * settings.hop_length)
    return np.concatenate([np.zeros(delay, np.float32), rises])[: len(log_mel)]


@lru_cache(maxsize=8)
def sorting_network(n: int) -> Int:
    """Return pairs of places to be put in order, one after the other, that sort any n values, shape (pairs, 2).

    K. Batcher's odd-even merging network (1968), as algorithm 5.2.2M of D. Knuth's The Art of Computer Programming.
    """
    pairs = []
    top = size = 1 << max(0, (n - 1).bit_length() - 1)
    while size:
        reach, remainder, distance = top, 0, size
        while True:
            pairs += [(at, at + distance) for at in range(n - distance) if at & size == remainder]
            if reach == size:
                break
            distance, reach, remainder = reach - size, reach // 2, size
        size //= 2
    return np.array(pairs, np.int64).reshape(-1, 2)


@kernel
def median_rise(log_mel: Float32, floor: float, network: Int) -> Float32:
    """Compute the median over bands of the rise to the next frame, falls counting as 0: (n_mels, T) to (T - 1,).

    What lies below ``floor`` counts as that.

    The comparisons of a sorting network do not depend on the values, so that all frames of a block are sorted together.
    """
    n_bands, n_rises = len(log_mel), log_mel.shape[1] - 1
    median = np.empty(n_rises, np.float32)
    rise = np.zeros((n_bands, LANES), np.float32)
    for start in range(0, n_rises, LANES):
        count = min(LANES, n_rises - start)
        for band in range(n_bands):
            for lane in range(count):
                before, after = log_mel[band, start + lane], log_mel[band, start + lane + 1]
                rise[band, lane] = max(after, floor) - max(before, floor)
                rise[band, lane] = max(rise[band, lane], np.float32(0))
        for number in range(len(network)):
            low, high = rise[network[number, 0]], rise[network[number, 1]]
            for lane in range(LANES):
                first, second = low[lane], high[lane]
                low[lane], high[lane] = min(first, second), max(first, second)
        low, high = rise[(n_bands - 1) // 2], rise[n_bands // 2]
        for lane in range(count):
            median[start + lane] = np.float32(0.5) * (low[lane] + high[lane])
    return median


def tempogram_mean(onsets: Float32, length: int) -> Float64:
    """Average the normalised autocorrelation of all windows of ``length`` frames.

    Returns
    -------
    ndarray, shape (length,)
        1 at lag 0 where every window holds an onset.
    """
    signal = np.pad(onsets.astype(np.float64), length // 2, mode="linear_ramp", end_values=0)[
        : onsets.size + length - 1
    ]
    energy = np.correlate(signal**2, hann(length) ** 2)
    heard = energy >= np.finfo(np.float32).tiny
    weight = np.divide(1, energy, out=np.zeros_like(energy), where=heard)
    power = sliding_power(signal, weight, np.exp(1j * np.pi * np.arange(length + 1) / length))
    mean: Float64 = np.fft.irfft(power / onsets.size, 2 * length)[:length]
    return mean


@kernel
def sliding_power(signal: Float64, weight: Float64, turns: npt.NDArray[np.complex128]) -> Float64:
    """Add up the weighted power spectra of all windows of a signal (E. Jacobsen and R. Lyons, The sliding DFT, 2003).

    From one window to the next, one sample leaves and one enters: each bin of the spectrum is corrected by the two and
    turned by a frame. A Hann window weighs the spectrum with its neighbours; bins are half a cycle apart (the window is
    padded with as many zeros), so the neighbours are two bins away.

    Parameters
    ----------
    signal : ndarray, shape (n + length - 1,)
        The signal.
    weight : ndarray, shape (n,)
        Weight of each window.
    turns : ndarray of complex, shape (length + 1,)
        exp(i pi k / length).

    Returns
    -------
    ndarray, shape (length + 1,)
        Power at k / (2 length) cycles per frame.
    """
    length = turns.size - 1
    cosine, sine = turns.real.copy(), turns.imag.copy()
    real, imaginary = np.zeros(length + 5), np.zeros(length + 5)  # two mirrored bins at both ends
    total = np.zeros(length + 1)
    sign = 1.0 - 2.0 * (np.arange(length + 1) % 2)  # by which a sample enters, half a period of the bin later
    for at in range(1 - length, weight.size):
        leaves, enters = signal[at - 1] if at > 0 else 0.0, signal[at + length - 1]
        for k in range(length + 1):
            moved = real[k + 2] + (sign[k] * enters - leaves)
            turned = imaginary[k + 2]
            real[k + 2] = cosine[k] * moved - sine[k] * turned
            imaginary[k + 2] = cosine[k] * turned + sine[k] * moved
        if at < 0 or weight[at] == 0.0:
            continue
        for k in (0, 1, length + 3, length + 4):
            mirror = 4 - k if k < 2 else 2 * length + 4 - k
            real[k], imaginary[k] = real[mirror], -imaginary[mirror]
        for k in range(length + 1):
            r = 0.5 * real[k + 2] - 0.25 * (real[k] + real[k + 4])
            i = 0.5 * imaginary[k + 2] - 0.25 * (imaginary[k] + imaginary[k + 4])
            total[k] += weight[at] * (r * r + i * i)
    return total


def tempo(onsets: Float32, settings: AudioSettings) -> Tempo:
    """Estimate one tempo for the track.

    The lag that maximises log(1 + 10^6 r) plus a log-normal prior around 120 bpm wins.
    """
    length = int(WINDOW * settings.frame_rate)
    if not onsets.any():
        return Tempo(0.0, 0.0)
    correlation = tempogram_mean(onsets, length)
    lags = np.arange(1, length)
    bpm = 60.0 * settings.frame_rate / lags
    prior = -0.5 * np.log2(bpm / CENTRE) ** 2
    score = np.log1p(1e6 * np.maximum(correlation[1:], 0.0)) + prior
    score[bpm >= FASTEST] = -np.inf
    best = int(score.argmax())
    return Tempo(float(bpm[best]), _confidence(correlation[1:], bpm, best))


def _confidence(correlation: Float64, bpm: Float64, best: int) -> float:
    """Scale the chosen lag's correlation between the median of plausible lags (0) and full repetition (1)."""
    unbiased = correlation / _window_overlap(bpm.size + 1)[1:]
    rivals = unbiased[(bpm >= PLAUSIBLE[0]) & (bpm <= PLAUSIBLE[1])]
    typical = min(float(np.median(rivals)), 1.0 - 1e-6)
    return float(np.clip((unbiased[best] - typical) / (1.0 - typical), 0.0, 1.0))


@lru_cache(maxsize=8)
def _window_overlap(length: int) -> Float64:
    """Return the window's own autocorrelation, by which a perfect repetition fades with the lag."""
    window = hann(length)
    overlap: Float64 = np.correlate(window, window, "full")[length - 1 :]
    floored: Float64 = np.maximum(overlap / overlap[0], 1e-3)
    return floored
