"""Effects: overdrive, doubling, reverberation, compression, dynamics."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, lfilter, sosfilt

from reprise.corpus.signals import SAMPLE_RATE, Signal, rms, smooth, stretch

CONTROL_HOP = 64
"""Samples between two values of a control signal."""


def overdrive(signal: Signal, amount: float) -> Signal:
    """Return the signal through a saturating amplifier and its cabinet; ``amount`` in [0, 1]."""
    driven = np.tanh(signal * np.float32((1 + 25 * amount**2) * 0.25 / (rms(signal) + 1e-6)))
    return np.asarray(sosfilt(_cabinet(), driven), np.float32)


@cache
def _cabinet() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the band-pass of a guitar cabinet."""
    return np.asarray(butter(2, [85, 4800], "band", fs=SAMPLE_RATE, output="sos"), np.float32)


def saturate(signal: Signal, drive: float) -> Signal:
    """Return the signal with the whole mix driven into saturation; ``drive`` in [0, 1]."""
    gain = 1 + 2.5 * drive**1.5
    return np.asarray(np.tanh(signal * np.float32(1.6 * gain)) / np.float32(gain), np.float32)


def modulated_delay(signal: Signal, seconds: float, depth: float, rate: float, phase: float) -> Signal:
    """Return the signal delayed by a slowly changing time: a second player, or an unsteady tape.

    Parameters
    ----------
    signal : ndarray
        The signal.
    seconds, depth : float
        Shortest delay, and how far the delay swings beyond it, in seconds.
    rate, phase : float
        Frequency in Hz and phase in radians of the swing.
    """
    n = len(signal)
    time = np.arange(0, n + 2 * CONTROL_HOP, CONTROL_HOP) / SAMPLE_RATE
    swing = np.sin(2 * np.pi * rate * time + phase) + 0.4 * np.sin(
        2 * np.pi * 2.7 * rate * time + 2.3 * phase
    )
    delay = stretch(SAMPLE_RATE * (seconds + depth * (1.4 + swing)), CONTROL_HOP, n)
    whole = delay.astype(np.int32)
    part = delay - whole
    position = np.maximum(np.arange(n, dtype=np.int32) - whole, 1)
    later, earlier = signal[position], signal[position - 1]
    return np.asarray(later + (earlier - later) * part, np.float32)


def reverberate(signal: Signal, seconds: float, cutoff_hz: float, rng: np.random.Generator) -> Signal:
    """Return the reverberation of a signal in a room of decaying noise.

    Parameters
    ----------
    signal : ndarray
        What is sent into the room.
    seconds : float
        Reverberation time (60 dB).
    cutoff_hz : float
        Damping of the room.
    rng : numpy.random.Generator
        Draws the room.
    """
    length = int(seconds * SAMPLE_RATE)
    room = rng.standard_normal(length, dtype=np.float32)
    room *= np.exp(np.arange(length, dtype=np.float32) * np.float32(-np.log(1000) / length))
    room = smooth(room, cutoff_hz)
    room[: int(0.01 * SAMPLE_RATE)] = 0
    room /= np.sqrt(np.sum(room**2))
    size = next_fast_len(len(signal) + length, real=True)
    return np.asarray(irfft(rfft(signal, size) * rfft(room, size), size)[: len(signal)], np.float32)


def follow(signal: Signal) -> Signal:
    """Return the level of a signal, one value per `CONTROL_HOP` samples."""
    n = -(-len(signal) // CONTROL_HOP) * CONTROL_HOP
    blocks = np.pad(signal, (0, n - len(signal))).reshape(-1, CONTROL_HOP)
    return np.asarray(np.sqrt(np.mean(blocks**2, axis=1)) + np.float32(1e-6), np.float32)


def control(signal: Signal, gains: Signal) -> Signal:
    """Return the signal multiplied by a control curve of gains."""
    return signal * stretch(np.append(gains, gains[-1]), CONTROL_HOP, len(signal))


def compress(signal: Signal, threshold_db: float, ratio: float) -> Signal:
    """Return the signal compressed above a threshold, with a fast attack and a slow release."""
    level = follow(signal)
    level = np.maximum(level, lfilter([0.04], [1, -0.96], level))
    over = np.maximum(20 * np.log10(level) - threshold_db, 0)
    reduction = lfilter([0.08], [1, -0.92], over * (1 - 1 / ratio))
    return control(signal, np.asarray(10 ** (-reduction / 20), np.float32))


def move_filter(
    signal: Signal, cutoff_hz: float, course_db: npt.NDArray[np.floating], step_seconds: float
) -> Signal:
    """Return the signal with what lies above a frequency raised and lowered in the course of the track.

    Parameters
    ----------
    signal : ndarray
        The signal.
    cutoff_hz : float
        Frequency above which the filter acts.
    course_db : ndarray
        Gains in dB, one each ``step_seconds``, linear in between; at least as long as the signal.
    step_seconds : float
        Time from one gain to the next.
    """
    low = smooth(signal, cutoff_hz)
    n_controls = -(-len(signal) // CONTROL_HOP)
    places = np.arange(n_controls) * CONTROL_HOP / SAMPLE_RATE / step_seconds
    gains = 10 ** (np.interp(places, np.arange(len(course_db)), course_db) / 20)
    return low + control(signal - low, gains.astype(np.float32))


def phrase_dynamics(
    signal: Signal, phrase_seconds: float, depth_db: float, rng: np.random.Generator
) -> Signal:
    """Return the signal with a level that wanders from phrase to phrase."""
    phrases = int(np.ceil(len(signal) / SAMPLE_RATE / phrase_seconds)) + 2
    course = 0.5 * np.cumsum(rng.standard_normal(phrases)) + rng.standard_normal(phrases)
    n_controls = -(-len(signal) // CONTROL_HOP)
    places = np.arange(n_controls) * CONTROL_HOP / SAMPLE_RATE / phrase_seconds
    gain_db = depth_db * np.interp(places, np.arange(phrases), course)
    return control(signal, np.asarray(10 ** (gain_db / 20), np.float32))
