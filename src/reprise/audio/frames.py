"""Every feature of every frame, from one pass over the spectrum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reprise.audio import chroma, contrast, mel, mfcc, spectral, stft, waveform
from reprise.audio.compiled import LANES
from reprise.audio.settings import AudioSettings

Samples = npt.NDArray[np.int16] | npt.NDArray[np.float32]
Float32 = npt.NDArray[np.float32]
Array = npt.NDArray[np.floating]


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
    contrast: Array
    centroid: Array
    bandwidth: Array
    rolloff: Array
    flatness: Array
    zcr: Array
    rms: Array


def frame_features(samples: Samples, settings: AudioSettings) -> FrameFeatures:
    """Compute all features of all frames.

    Parameters
    ----------
    samples : ndarray of int16 or float32, shape (n,)
        Mono samples, nominally in [-1, 1].
    settings : AudioSettings
        Framing and sizes.

    Returns
    -------
    FrameFeatures
    """
    n_frames, width = settings.n_frames(samples.size), stft.padded_frames(samples.size, settings)
    filters, pitches = mel.triangles(settings), chroma.filterbank(settings)
    bands = contrast.octave_bands(settings)
    power = np.empty((width // LANES, settings.n_mels, LANES), np.float32)
    pitch = np.empty((chroma.N_CHROMA, width), np.float32)
    peak, valley = np.empty((2, len(bands), width), np.float32)
    shape = np.empty((3, width), np.float32)
    energy, flatness = np.empty((2, width), np.float32)
    magnitude = np.empty((settings.n_bins, LANES), np.float32)
    for block in stft.blocks(samples, settings):
        start = block.start
        energy[start : start + LANES] = block.energy
        pitch[:, start : start + LANES] = pitches @ block.power
        mel.mel_power(block.power, *filters, power[start // LANES])
        flatness[start : start + LANES] = spectral.flatness(block.power)
        np.sqrt(block.power, out=magnitude)
        spectral.centroid_bandwidth_rolloff(magnitude, shape, start)
        contrast.peaks_and_valleys(magnitude, bands, peak, valley, start)
    log_mel = mel.power_to_db(side_by_side(power)[:, :n_frames])
    centroid, bandwidth, rolloff = shape[:, :n_frames] * (settings.sample_rate / settings.n_fft)
    return FrameFeatures(
        log_mel=log_mel.T,
        mfcc=mfcc.mfcc(log_mel, settings.n_mfcc).T,
        chroma=chroma.chroma(pitch[:, :n_frames]).T,
        contrast=contrast.contrast(peak[:, :n_frames], valley[:, :n_frames]).T,
        centroid=centroid,
        bandwidth=bandwidth,
        rolloff=rolloff,
        flatness=flatness[:n_frames],
        zcr=waveform.zero_crossing_rate(samples, settings),
        rms=waveform.rms(energy[:n_frames], settings),
    )


def side_by_side(blocks: Float32) -> Float32:
    """Join blocks along time, (n_blocks, n, LANES) to (n, n_blocks * LANES).

    Where there are many rows, each block is written in one piece first: a line of memory from each of 128 rows is slow.
    """
    return blocks.transpose(1, 0, 2).reshape(blocks.shape[1], -1)
