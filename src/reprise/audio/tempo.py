"""Onset strength and tempo from the autocorrelation of its local windows (Grosche, Mueller and Kurth, ICASSP 2010).

The tempo is that of ``librosa.feature.tempo`` on the median onset envelope. librosa transforms every window back to
an autocorrelation and averages those; the transform is linear, so the power spectra are averaged here and one
inverse transform is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

from reprise.audio.settings import AudioSettings
from reprise.audio.stft import FRAMES_PER_BLOCK, hann

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]

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
        Mel spectrogram in dB, limited to its upper 80 dB.

    Returns
    -------
    ndarray of float32, shape (n_frames,)
        In dB, at least 0; delayed by half a frame so that an onset stands where its frame is centred.
    """
    n_frames, n_mels = log_mel.shape
    rise = np.maximum(log_mel[1:] - log_mel[:-1], np.float32(0))
    middle = (n_mels - 1) // 2, n_mels // 2
    ordered = np.partition(rise, middle, axis=1)
    median = (ordered[:, middle[0]] + ordered[:, middle[1]]) * np.float32(0.5)
    delay = 1 + settings.n_fft // (2 * settings.hop_length)
    return np.concatenate([np.zeros(delay, np.float32), median])[:n_frames]


def tempogram_mean(onsets: Float32, length: int) -> Float64:
    """Average the normalised autocorrelation of all windows of ``length`` frames.

    Returns
    -------
    ndarray, shape (length,)
        1 at lag 0 where every window holds an onset.
    """
    ramp = length // 2
    padded = np.pad(onsets, ramp, mode="linear_ramp", end_values=0)
    windows = sliding_window_view(padded, length)[: onsets.size]
    size = scipy.fft.next_fast_len(2 * length - 1, real=True)
    total = np.zeros(size // 2 + 1)
    for start in range(0, onsets.size, FRAMES_PER_BLOCK):
        total += _normalised_power(
            windows[start : start + FRAMES_PER_BLOCK] * hann(length).astype(np.float32), size
        )
    mean: Float64 = scipy.fft.irfft(total / onsets.size, size)[:length]
    return mean


def _normalised_power(windows: Float32, size: int) -> Float32:
    """Sum the power spectra of windows, each divided by its energy; silent ones count nothing."""
    energy = np.einsum("ij,ij->i", windows, windows)
    heard = energy >= np.finfo(np.float32).tiny
    weight = np.divide(1, energy, out=np.zeros_like(energy), where=heard)
    spectra = scipy.fft.rfft(windows, size, axis=1)
    power = np.square(spectra.real)
    power += np.square(spectra.imag)
    summed: Float32 = weight @ power
    return summed


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
