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
from reprise.audio.pooled import names, pool, series
from reprise.audio.settings import AudioSettings
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
    segments : ndarray of float32, shape (n_segments, len(pooled))
        The same statistics of segments that follow one another; those of the whole where it is shorter than one.
    fingerprint : ndarray of float32, shape (2048,)
        See `reprise.audio.fingerprint`.
    """

    log_mel: Float32
    mfcc: Float32
    descriptors: dict[str, float]
    pooled: dict[str, float]
    segments: Float32
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
    frames = frame_features(samples, settings)
    onsets = onset_strength(frames.log_mel, settings)
    beat = tempo(onsets, settings)
    beats = track_beats(onsets, beat.bpm, settings.frame_rate)
    pooled = series(frames)
    whole = pool(pooled, len(frames.log_mel))[0]
    return TrackFeatures(
        log_mel=np.ascontiguousarray(frames.log_mel.T),
        mfcc=np.ascontiguousarray(frames.mfcc.T),
        descriptors=descriptors(frames, beat, beats, settings.frame_rate),
        pooled=dict(zip(names(settings), whole.tolist(), strict=True)),
        segments=pool(pooled, settings.segment_frames).astype(np.float32),
        fingerprint=fingerprint(frames.log_mel, settings.frame_rate),
    )
