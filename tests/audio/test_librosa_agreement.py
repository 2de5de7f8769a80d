"""Every feature equals librosa's, on synthetic signals and on real tracks: librosa is the oracle, never a dependency."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import numpy.typing as npt
import pytest

from reprise.audio import chroma, mel, mfcc, waveform
from reprise.audio.beats import track_beats
from reprise.audio.decode import decode
from reprise.audio.features import TrackFeatures, extract
from reprise.audio.frames import FrameFeatures, frame_features
from reprise.audio.settings import AudioSettings
from reprise.audio.tempo import onset_strength, tempo

from .conftest import SIGNALS, make_signal

pytestmark = pytest.mark.xdist_group("librosa")  # which one process compiles

Float32 = npt.NDArray[np.float32]

SETTINGS = AudioSettings()
SPECTRAL = ("centroid", "bandwidth", "rolloff", "flatness")


@lru_cache(maxsize=32)
def ours(name: str) -> FrameFeatures:
    return frame_features(make_signal(name), SETTINGS)


@lru_cache(maxsize=32)
def magnitude(name: str) -> Any:
    return np.abs(librosa.stft(make_signal(name)))


def relative(value: Any, reference: Any) -> float:
    scale = np.maximum(np.abs(reference), 1e-6 * np.abs(reference).max() + 1e-12)
    return float(np.max(np.abs(value - reference) / scale))


@pytest.mark.parametrize("name", SIGNALS)
def test_log_mel_is_within_a_thousandth_of_a_decibel(name: str) -> None:
    reference = librosa.power_to_db(librosa.feature.melspectrogram(y=make_signal(name)), top_db=None)
    audible = reference > reference.max() - 80  # below, single precision decides the digits
    difference = np.abs(ours(name).log_mel.T - reference)
    assert difference[audible].max() < 1e-3


@pytest.mark.parametrize("name", SIGNALS)
def test_mfcc_is_within_a_thousandth(name: str) -> None:
    reference = librosa.feature.mfcc(y=make_signal(name), n_mfcc=20)
    assert np.abs(ours(name).mfcc.T - reference).max() < 1e-3


@pytest.mark.parametrize("name", SIGNALS)
def test_waveform_features_equal(name: str) -> None:
    samples = make_signal(name)
    assert np.array_equal(ours(name).zcr, librosa.feature.zero_crossing_rate(samples)[0])
    np.testing.assert_allclose(ours(name).rms, librosa.feature.rms(y=samples)[0], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", ["noise", "sine", "sweep", "clicks", "music", "quiet"])
def test_spectral_shape_is_within_one_in_five_thousand(name: str) -> None:
    spectrum = magnitude(name)
    assert relative(ours(name).centroid, librosa.feature.spectral_centroid(S=spectrum)[0]) < 2e-4
    assert relative(ours(name).bandwidth, librosa.feature.spectral_bandwidth(S=spectrum)[0]) < 2e-4
    assert relative(ours(name).flatness, librosa.feature.spectral_flatness(S=spectrum)[0]) < 2e-4
    assert np.array_equal(ours(name).rolloff, librosa.feature.spectral_rolloff(S=spectrum)[0])


@pytest.mark.parametrize("name", SIGNALS)
def test_chroma_and_contrast_equal(name: str) -> None:
    reference = librosa.feature.chroma_stft(S=magnitude(name) ** 2, tuning=0.0)
    np.testing.assert_allclose(ours(name).chroma.T, reference, atol=1e-4)
    reference = librosa.feature.spectral_contrast(S=magnitude(name))
    np.testing.assert_allclose(ours(name).contrast.T, reference, atol=5e-3)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("frames", [9, 50])
def test_deltas_equal(order: int, frames: int) -> None:
    values = np.random.default_rng(0).standard_normal((frames, 3))
    reference = librosa.feature.delta(values.T, order=order)
    np.testing.assert_allclose(mfcc.delta(values.T, order), reference, atol=1e-12)


def test_filter_banks_equal() -> None:
    np.testing.assert_allclose(
        mel.filterbank(SETTINGS), librosa.filters.mel(sr=22_050, n_fft=2_048), atol=1e-9
    )
    reference = librosa.filters.chroma(sr=22_050, n_fft=2_048)
    np.testing.assert_allclose(chroma.filterbank(SETTINGS), reference, atol=1e-6)


@pytest.mark.parametrize(
    "settings", [AudioSettings(16_000, 1_024, 400, 64, 13), AudioSettings(44_100, 4_096, 1_024, 80, 25)]
)
def test_other_settings_agree_too(settings: AudioSettings) -> None:
    samples = make_signal("music")
    frames = frame_features(samples, settings)
    reference = librosa.feature.melspectrogram(
        y=samples,
        sr=settings.sample_rate,
        n_fft=settings.n_fft,
        hop_length=settings.hop_length,
        n_mels=settings.n_mels,
    )
    reference = librosa.power_to_db(reference, top_db=None)
    assert np.abs(frames.log_mel.T - reference).max() < 1e-3
    crossings = librosa.feature.zero_crossing_rate(
        samples, frame_length=settings.n_fft, hop_length=settings.hop_length
    )
    assert np.array_equal(waveform.zero_crossing_rate(samples, settings), crossings[0])
    spectrum = np.abs(librosa.stft(samples, n_fft=settings.n_fft, hop_length=settings.hop_length))
    if settings.sample_rate == 44_100:  # librosa refuses six octaves above 200 Hz at 16 kHz
        reference = librosa.feature.spectral_contrast(
            S=spectrum, sr=settings.sample_rate, n_fft=settings.n_fft
        )
        np.testing.assert_allclose(frames.contrast.T, reference, atol=5e-3)


def naive_descriptors(samples: Float32) -> dict[str, float]:
    """Compute the 22 descriptors as a first script would, except for the confidence, which librosa does not have."""
    coefficients = librosa.feature.mfcc(y=samples, n_mfcc=20)
    series = {
        "zcr": librosa.feature.zero_crossing_rate(samples),
        "rms": librosa.feature.rms(y=samples),
        "centroid": librosa.feature.spectral_centroid(y=samples),
        "bw": librosa.feature.spectral_bandwidth(y=samples),
        "flat": librosa.feature.spectral_flatness(y=samples),
        "mfcc1": coefficients[0],
        "mfcc2": coefficients[1],
        "chroma": librosa.feature.chroma_stft(y=samples, tuning=0.0),
    }
    values = {f"{name}_mean": float(np.mean(value, dtype=float)) for name, value in series.items()}
    values |= {f"{name}_std": float(np.std(value, dtype=float)) for name, value in series.items()}
    bpm, beats = librosa.beat.beat_track(y=samples)
    gaps = np.diff(librosa.frames_to_time(beats))
    return values | {
        "tempo": float(np.ravel(bpm)[0]),
        "beat_int_mean": gaps.mean(),
        "beat_int_std": gaps.std(),
    }


@pytest.mark.parametrize("name", ["clicks", "music"])
def test_descriptors_of_synthetic_signals(name: str) -> None:
    samples = make_signal(name, seconds=12.0)
    assert_descriptors_agree(extract(samples), samples)


def assert_descriptors_agree(features: TrackFeatures, samples: Float32) -> None:
    reference = naive_descriptors(samples)
    worst = {
        name: abs(features.descriptors[name] - value) / max(abs(value), 1e-9)
        for name, value in reference.items()
    }
    assert max(worst.values()) < 2e-4, worst
    slopes = librosa.feature.delta(librosa.feature.mfcc(y=samples, n_mfcc=20)).mean(axis=1)
    assert features.descriptors["mfcc1_dmean"] == pytest.approx(slopes[0], abs=1e-5)
    assert features.descriptors["mfcc2_dmean"] == pytest.approx(slopes[1], abs=1e-5)


@pytest.mark.parametrize("number", range(4))
def test_real_tracks_agree(real_tracks: list[Path], number: int) -> None:
    samples = decode(real_tracks[number])
    features = extract(samples)
    reference = librosa.power_to_db(librosa.feature.melspectrogram(y=samples), top_db=None)
    assert np.abs(features.log_mel - reference).max() < 1e-3
    assert np.abs(features.mfcc - librosa.feature.mfcc(y=samples, n_mfcc=20)).max() < 1e-3
    assert_descriptors_agree(features, samples)


@pytest.mark.parametrize("name", ["noise", "clicks", "music"])
def test_onsets_tempo_and_beats_equal(name: str) -> None:
    samples = make_signal(name, seconds=12.0)
    reference = librosa.onset.onset_strength(y=samples, aggregate=np.median)
    log_mel = mel.clip_range(frame_features(samples, SETTINGS).log_mel)
    onsets = onset_strength(log_mel, SETTINGS)
    np.testing.assert_allclose(onsets, reference, atol=2e-3)
    found = tempo(onsets, SETTINGS)
    assert found.bpm == pytest.approx(float(librosa.feature.tempo(onset_envelope=reference)[0]))
    _, beats = librosa.beat.beat_track(onset_envelope=reference)
    assert np.array_equal(track_beats(onsets, found.bpm, SETTINGS.frame_rate), beats)
