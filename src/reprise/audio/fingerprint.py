"""A fingerprint that near-duplicates share: four transforms of the log-mel map, each of which forgets one thing.

1. The Fourier transform over neighbouring bands (six patches of the mel axis, which is logarithmic above 1 kHz)
   turns a change of pitch into a change of phase. Its coefficient 0, the level, is left out: beats are common goods.
2. The Fourier transform over time turns a shift in time into a change of phase. Magnitudes from here on: the
   two-dimensional transform that finds covers (Bertin-Mahieux and Ellis, ISMIR 2012), over 30 s at once.
3. On a logarithmic axis of modulation frequency a change of tempo is a shift.
4. The Fourier transform along that axis turns the shift into a change of phase: the scale transform that compares
   rhythms whatever their tempo (Holzapfel and Stylianou, IEEE TASLP 19(1), 2011).

Where magnitudes are taken they are divided by a local average: what is left is the fine structure, as particular to a
recording as its events are. What all patches have in common is subtracted: beats and the length of the clip, which
other recordings share. Random signs and sums then fold 18,432 values into 2,048 (a count sketch: Charikar, Chen
and Farach-Colton, ICALP 2002), which moves cosines by 0.02.

Two fingerprints are compared by their cosine, which is their dot product. What copies at another pitch, speed or
format keep of it is measured in docs/duplicates.md.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft
from scipy.ndimage import uniform_filter1d

Float32 = npt.NDArray[np.float32]
Complex64 = npt.NDArray[np.complex64]

SPAN = 30.0  # seconds that are compared, from the start; shorter tracks are padded
RATE = 20.0  # frames per second, at least: enough for modulations of 8 Hz
PATCHES = (
    (0, 20),
    (10, 34),
    (24, 60),
    (39, 84),
    (61, 106),
    (83, 128),
)  # of 128 mel bands: 0-0.5 ... 3-11 kHz
N_PITCHES = 6  # coefficients of each patch, from the first on
SLOWEST, FASTEST = 0.2, 8.0  # Hz of modulation
N_POINTS = 512  # between them, 0.7 % apart
N_SCALES = N_POINTS // 2
N_FOLDS = 8  # values kept of each scale
SIZE = N_FOLDS * N_SCALES
NEIGHBOURS, NEIGHBOURING_SCALES = 21, 31  # points of the local averages
TOP_DB = 35.0  # what lies further below the loudest moment of its band is noise of one copy
STILL = 0.1  # dB: a pattern that moves by less has no events
FAINT = 0.5  # the same on the axis of scales, where music has 5 to 10


def fingerprint(log_mel: Float32, frame_rate: float) -> Float32:
    """Compute the fingerprint of a track.

    Parameters
    ----------
    log_mel : ndarray of float32, shape (n_frames, n_mels)
        Mel spectrogram in dB.
    frame_rate : float
        Frames per second.

    Returns
    -------
    ndarray of float32, shape (2048,)
        Of length 1, or 0 for a track without events.
    """
    step = max(1, int(frame_rate / RATE))
    n_frames = round(SPAN * frame_rate) // step
    levels = _levels(log_mel[: n_frames * step], step)
    if not len(levels):
        return np.zeros(SIZE, np.float32)
    spectrum = _modulations(_patterns(levels), n_frames)
    scales = _scales(_on_log_axis(spectrum, frame_rate / step))
    folded = (scales * _signs()).reshape(-1, N_FOLDS, N_SCALES).sum(axis=0).ravel()
    norm = float(np.linalg.norm(folded))  # about 100 for music
    return folded / np.float32(norm) if norm > 1.0 else np.zeros(SIZE, np.float32)


def _levels(log_mel: Float32, step: int) -> Float32:
    """Limit the range of each band, average ``step`` frames into one, subtract the mean; nothing for no frame."""
    whole = len(log_mel) // step * step
    if not whole:
        return np.empty((0, log_mel.shape[1]), np.float32)
    limited = np.maximum(log_mel[:whole], log_mel[:whole].max(axis=0) - np.float32(TOP_DB))
    levels: Float32 = limited[::step].astype(np.float32)
    for first in range(1, step):
        levels += limited[first::step]
    levels -= levels.mean(axis=0)
    levels *= np.float32(1 / step)
    return levels


def _patterns(levels: Float32) -> Complex64:
    """Transform over the bands of each patch: (n_frames, n_mels) to (36, n_frames)."""
    interleaved: Float32 = levels @ _pitch_basis(levels.shape[1])
    return np.ascontiguousarray(interleaved.view(np.complex64).T)


@lru_cache(maxsize=8)
def _pitch_basis(n_mels: int) -> Float32:
    """Return the windowed Fourier bases of all patches, shape (n_mels, 72): real and imaginary parts in turn."""
    basis = np.zeros((n_mels, len(PATCHES) * N_PITCHES), np.complex64)
    for number, patch in enumerate(PATCHES):
        first, last = (round(edge * n_mels / 128) for edge in patch)
        turn = (np.arange(last - first) + 0.5) / (last - first)
        harmonics = np.exp(-2j * np.pi * np.outer(turn, np.arange(1, N_PITCHES + 1)))
        columns = slice(number * N_PITCHES, (number + 1) * N_PITCHES)
        basis[first:last, columns] = np.sin(np.pi * turn)[:, None] ** 2 * harmonics
    return basis.view(np.float32)


def _modulations(patterns: Complex64, n_frames: int) -> Float32:
    """Transform over time, padded to three times the span: (36, n_frames) to magnitudes in dB, (36, n_fft)."""
    window = np.hanning(patterns.shape[1] + 2)[1:-1].astype(np.float32)
    n_fft = scipy.fft.next_fast_len(3 * n_frames)
    magnitude: Float32 = np.abs(scipy.fft.fft(patterns * window, n_fft, axis=1))
    magnitude *= 1 / window.sum()
    return magnitude


def _on_log_axis(spectrum: Float32, rate: float) -> Float32:
    """Read both directions of modulation at logarithmic steps, and whiten: (36, n_fft) to (72, 512)."""
    below, part = _log_axis(spectrum.shape[1], rate)
    rising = spectrum[:, below] * (1 - part) + spectrum[:, below + 1] * part
    falling = spectrum[:, -below] * (1 - part) + spectrum[:, -below - 1] * part
    modulation = np.concatenate([rising, falling])
    local = uniform_filter1d(modulation, NEIGHBOURS, axis=1, mode="mirror")
    modulation -= local
    modulation /= local + np.float32(STILL)
    return modulation


@lru_cache(maxsize=8)
def _log_axis(n_fft: int, rate: float) -> tuple[npt.NDArray[np.int64], Float32]:
    """Return the bins below the points of the logarithmic axis, and how far the points lie towards the next bin."""
    fastest = min(FASTEST, 0.45 * rate)
    position = np.geomspace(SLOWEST, fastest, N_POINTS) * (n_fft / rate)
    below = position.astype(np.int64)
    return below, (position - below).astype(np.float32)


def _scales(modulation: Float32) -> Float32:
    """Transform along the logarithmic axis, whiten, and subtract the mean of the channels: (72, 512) to (72, 256)."""
    window = np.hanning(N_POINTS).astype(np.float32)
    scale: Float32 = np.abs(scipy.fft.rfft(modulation * window, axis=1)[:, 1:])
    local = uniform_filter1d(scale, NEIGHBOURING_SCALES, axis=1, mode="mirror")
    scale -= local
    scale /= np.maximum(local, np.float32(FAINT))
    scale -= scale.mean(axis=0)
    return scale


@lru_cache(maxsize=1)
def _signs() -> Float32:
    """Return a sign for each channel and scale, shape (72, 256).

    They are raw bits, because numpy may change what its distributions make of them, but not the bits.
    """
    n_channels = 2 * len(PATCHES) * N_PITCHES
    bits = np.random.PCG64(0).random_raw(n_channels * N_SCALES) & np.uint64(1)
    return (2.0 * bits.reshape(n_channels, N_SCALES) - 1.0).astype(np.float32)
