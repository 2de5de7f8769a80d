"""Small signal tools that instruments, effects and mastering share. Signals are float32, mono, at 22,050 Hz."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

SAMPLE_RATE = 22_050
N_SAMPLES = 661_794
"""Length of a rendered clip: GTZAN's usual one, 1293 frames at hop 512."""
TABLE_SIZE = 4096
HIGHEST_PARTIAL_HZ = 10_300.0

Signal = npt.NDArray[np.float32]


def seconds(n: int) -> Signal:
    """Return the times of n samples, in seconds."""
    return np.arange(n, dtype=np.float32) / np.float32(SAMPLE_RATE)


def to_hz(pitch: float) -> float:
    """Return the frequency of a MIDI pitch."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def wavetable(amplitudes: npt.NDArray[np.floating], phases: npt.NDArray[np.floating]) -> Signal:
    """Return one cycle of `TABLE_SIZE` samples with the given harmonics (the first is the fundamental)."""
    spectrum = np.zeros(TABLE_SIZE // 2 + 1, np.complex64)
    spectrum[1 : len(amplitudes) + 1] = amplitudes * np.exp(1j * phases) * (TABLE_SIZE / 2)
    return np.fft.irfft(spectrum).astype(np.float32)


def table_index(cycles: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
    """Return the wavetable positions of a phase in cycles."""
    return (cycles * TABLE_SIZE).astype(np.int32) & (TABLE_SIZE - 1)


def smooth(signal: Signal, cutoff_hz: float) -> Signal:
    """Return the signal through a one-pole low-pass."""
    pole = np.float32(np.exp(-2 * np.pi * min(cutoff_hz, 10_500.0) / SAMPLE_RATE))
    return np.asarray(lfilter(np.array([1 - pole]), np.array([np.float32(1), -pole]), signal), np.float32)


def rms(signal: Signal) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(signal, dtype=np.float32), dtype=np.float64)))


def decibels(level: float) -> np.float32:
    """Return the gain factor of a level in dB."""
    return np.float32(10 ** (level / 20))


def at_level(signal: Signal, level_db: float) -> Signal:
    """Return the signal scaled to an RMS level in dB re full scale; silence stays silent."""
    present = rms(signal)
    return signal * np.float32(10 ** (level_db / 20) / present) if present > 1e-6 else signal


def stretch(control: npt.NDArray[np.floating], hop: int, n: int) -> Signal:
    """Return a control curve, one value each ``hop`` samples, interpolated linearly to n samples."""
    points = control.astype(np.float32)
    ramp = np.arange(hop, dtype=np.float32) / np.float32(hop)
    segments = points[:-1, None] + np.diff(points)[:, None] * ramp
    return np.asarray(segments.reshape(-1)[:n], np.float32)


def add_at(target: Signal, sound: Signal, start: float) -> None:
    """Add a sound to a target signal from a time in seconds on; what lies outside is cut."""
    first = int(start * SAMPLE_RATE)
    sound = sound[max(-first, 0) :]
    first = max(first, 0)
    room = len(target) - first
    if room > 0 and len(sound):
        target[first : first + len(sound)] += sound[:room]
