"""Every feature of every frame, from one pass over the spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reprise.audio import chroma, contrast, mel, mfcc, spectral, stft, waveform
from reprise.audio.settings import AudioSettings

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FrameFeatures:
    """Features of the T frames of a track, one row per frame.

    Attributes
    ----------
    log_mel : ndarray of float32, shape (T, n_mels)
        Mel spectrogram in dB (reference 1, floor -100 dB).
    mfcc : ndarray of float32, shape (T, n_mfcc)
        Cepstral coefficients.
    chroma : ndarray of float32, shape (T, 12)
        In [0, 1].
    contrast : ndarray, shape (T, n_bands)
        Spectral contrast in dB.
    centroid, bandwidth, rolloff : ndarray, shape (T,)
        In Hz.
    flatness, zcr, rms : ndarray, shape (T,)
        Spectral flatness in (0, 1], zero crossings per sample, root mean square of the samples.
    """

    log_mel: Float32
    mfcc: Float32
    chroma: Float32
    contrast: Float64
    centroid: Float64
    bandwidth: Float64
    rolloff: Float64
    flatness: Float64
    zcr: Float64
    rms: Float64


def frame_features(samples: Float32, settings: AudioSettings) -> FrameFeatures:
    """Compute all features of all frames.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono samples, nominally in [-1, 1].
    settings : AudioSettings
        Framing and sizes.

    Returns
    -------
    FrameFeatures
    """
    n_frames = settings.n_frames(samples.size)
    frequency = stft.frequencies(settings)
    power = np.empty((n_frames, settings.n_mels), np.float32)
    pitch = np.empty((n_frames, chroma.N_CHROMA), np.float32)
    n_bands = len(contrast.octave_bands(settings))
    peak, valley = np.empty((n_frames, n_bands)), np.empty((n_frames, n_bands))
    centroid, bandwidth, rolloff, flatness, rms = np.empty((5, n_frames))
    for block in stft.blocks(samples, settings):
        rows = block.rows
        power[rows] = mel.mel_power(block.power, settings)
        pitch[rows] = chroma.chroma(block.power, settings)
        peak[rows], valley[rows] = contrast.peaks_and_valleys(block.magnitude, settings)
        centroid[rows], bandwidth[rows] = spectral.centroid_and_bandwidth(block.magnitude, frequency)
        rolloff[rows] = spectral.rolloff(block.magnitude, frequency)
        flatness[rows] = spectral.flatness(block.power)
        rms[rows] = waveform.rms(block.frames)
    log_mel = mel.power_to_db(power)
    return FrameFeatures(
        log_mel=log_mel,
        mfcc=mfcc.mfcc(log_mel, settings.n_mfcc),
        chroma=pitch,
        contrast=contrast.contrast(peak, valley),
        centroid=centroid,
        bandwidth=bandwidth,
        rolloff=rolloff,
        flatness=flatness,
        zcr=waveform.zero_crossing_rate(samples, settings),
        rms=rms,
    )
