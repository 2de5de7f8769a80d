"""All features of one track, from one decode and one transform."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reprise.audio.beats import track_beats
from reprise.audio.decode import check_samples
from reprise.audio.descriptors import descriptors
from reprise.audio.fingerprint import fingerprint
from reprise.audio.frames import frame_features
from reprise.audio.mel import clip_range
from reprise.audio.pooled import pooled
from reprise.audio.settings import AudioSettings
from reprise.audio.stft import to_float
from reprise.audio.tempo import onset_strength, tempo

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TrackFeatures:
    """What is kept of a track.

    Attributes
    ----------
    log_mel : ndarray of float32, shape (n_mels, n_frames)
        Mel spectrogram in dB (reference 1, floor -100 dB).
    mfcc : ndarray of float32, shape (n_mfcc, n_frames)
        Cepstral coefficients of it.
    descriptors : dict of str to float
        The 22 descriptors, see `reprise.audio.descriptors`.
    pooled : dict of str to float
        Means and deviations of frame features, see `reprise.audio.pooled`.
    fingerprint : ndarray of float32, shape (2048,)
        See `reprise.audio.fingerprint`.
    """

    log_mel: Float32
    mfcc: Float32
    descriptors: dict[str, float]
    pooled: dict[str, float]
    fingerprint: Float32


def extract(samples: npt.NDArray[np.int16] | Float32, settings: AudioSettings | None = None) -> TrackFeatures:
    """Compute the features of a track.

    Parameters
    ----------
    samples : ndarray of int16 or float32, shape (n,)
        Mono samples at ``settings.sample_rate``.
    settings : AudioSettings, optional
        Framing and sizes; librosa's defaults if absent.

    Returns
    -------
    TrackFeatures

    Raises
    ------
    reprise.audio.decode.UnreadableAudio
        If the samples are too short, silent, not finite, or far out of range.
    """
    settings = settings or AudioSettings()
    check_samples(samples, settings.sample_rate, "samples")
    frames = frame_features(to_float(samples), settings)
    onsets = onset_strength(clip_range(frames.log_mel), settings)
    beat = tempo(onsets, settings)
    beats = track_beats(onsets, beat.bpm, settings.frame_rate)
    return TrackFeatures(
        log_mel=np.ascontiguousarray(frames.log_mel.T),
        mfcc=np.ascontiguousarray(frames.mfcc.T),
        descriptors=descriptors(frames, beat, beats, settings.frame_rate),
        pooled=pooled(frames),
        fingerprint=fingerprint(frames.log_mel, settings.frame_rate),
    )
