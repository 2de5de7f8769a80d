"""What must hold for any audio: gain, delay, offset, a tone, an impulse, silence, very short clips, bad samples."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.audio import mel, mfcc
from reprise.audio.decode import UnreadableAudio, to_pcm16
from reprise.audio.features import extract
from reprise.audio.frames import frame_features
from reprise.audio.settings import AudioSettings
from reprise.errors import BadParameter
from reprise.tables import DESCRIPTORS

from .conftest import make_signal

Float32 = npt.NDArray[np.float32]
SETTINGS = AudioSettings()
RATE = 22_050


@given(st.floats(-30.0, 6.0))
@settings(max_examples=10, deadline=None)
def test_gain_shifts_the_mel_and_scales_the_level_alone(decibels: float) -> None:
    samples = make_signal("noise", seconds=2.0)
    plain = frame_features(samples, SETTINGS)
    louder = frame_features((samples * 10 ** (decibels / 20)).astype(np.float32), SETTINGS)
    np.testing.assert_allclose(louder.log_mel, plain.log_mel + decibels, atol=1e-3)
    np.testing.assert_allclose(louder.rms, plain.rms * 10 ** (decibels / 20), rtol=1e-4)
    for name in ("zcr", "rolloff"):
        np.testing.assert_allclose(getattr(louder, name), getattr(plain, name), rtol=1e-3)
    for name in ("centroid", "bandwidth", "flatness", "chroma", "contrast"):
        np.testing.assert_allclose(getattr(louder, name), getattr(plain, name), rtol=1e-3, atol=1e-3)


@given(st.integers(1, 40))
@settings(max_examples=10, deadline=None)
def test_a_delay_by_whole_hops_delays_the_frames_and_no_more(hops: int) -> None:
    samples = make_signal("music", seconds=2.0)
    plain = frame_features(samples, SETTINGS)
    late = frame_features(np.concatenate([np.zeros(hops * 512, np.float32), samples]), SETTINGS)
    edge = 2  # frames that see what is before the signal
    for name in (
        "log_mel",
        "rms",
        "zcr",
        "centroid",
        "bandwidth",
        "flatness",
        "rolloff",
        "chroma",
        "contrast",
    ):
        assert np.array_equal(getattr(late, name)[hops + edge :], getattr(plain, name)[edge:]), name
    np.testing.assert_allclose(late.mfcc[hops + edge :], plain.mfcc[edge:], atol=1e-4)  # a matrix product


def test_int16_and_float_give_the_same() -> None:
    steps = to_pcm16(make_signal("music"))
    whole, real = extract(steps), extract((steps / 32_768).astype(np.float32))
    assert np.array_equal(whole.log_mel, real.log_mel)
    assert whole.descriptors == real.descriptors
    assert whole.pooled == real.pooled


def test_extraction_is_deterministic_and_finite(signals: dict[str, Float32]) -> None:
    for samples in signals.values():
        first, second = extract(samples), extract(samples)
        assert np.array_equal(first.mfcc, second.mfcc)
        assert np.array_equal(first.fingerprint, second.fingerprint)
        assert first.descriptors == second.descriptors
        assert np.isfinite(list(first.pooled.values())).all()
        assert np.isfinite(list(first.descriptors.values())).all()


def test_shapes_and_names() -> None:
    features = extract(make_signal("music"))
    assert features.log_mel.shape == (128, 259)
    assert features.mfcc.shape == (20, 259)
    assert features.fingerprint.shape == (2_048,)
    assert tuple(features.descriptors) == DESCRIPTORS
    assert len(features.pooled) == 130


def test_pooled_statistics_are_means_and_deviations_of_frames() -> None:
    samples = make_signal("music")
    frames = frame_features(samples, SETTINGS)
    pooled = extract(samples).pooled
    assert pooled["centroid_mean"] == pytest.approx(frames.centroid.mean(dtype=float), rel=1e-6)
    assert pooled["mfcc_03_std"] == pytest.approx(frames.mfcc[:, 2].std(dtype=float), rel=1e-6)
    assert pooled["chroma_12_mean"] == pytest.approx(frames.chroma[:, 11].mean(dtype=float), rel=1e-6)
    slopes = mfcc.delta(frames.mfcc[:, :1].T.astype(float), order=2)
    assert pooled["mfcc_delta2_01_std"] == pytest.approx(slopes.std(), rel=1e-6)


def test_segments_are_described_like_tracks() -> None:
    samples = make_signal("music", seconds=10.0)
    features = extract(samples)
    frames = frame_features(samples, SETTINGS)
    length = SETTINGS.segment_frames
    assert length == 129
    assert features.segments.shape == (3, len(features.pooled))
    column = list(features.pooled).index("rms_mean")
    expected = [frames.rms[at * length : (at + 1) * length].mean() for at in range(3)]
    np.testing.assert_allclose(features.segments[:, column], expected, rtol=1e-5)
    whole = extract(samples, AudioSettings(segment_seconds=60.0))
    np.testing.assert_allclose(whole.segments[0], list(whole.pooled.values()), rtol=1e-6)


def test_a_tone_is_where_it_is() -> None:
    time = np.arange(2 * RATE) / RATE
    frames = frame_features((0.5 * np.sin(2 * np.pi * 440.0 * time)).astype(np.float32), SETTINGS)
    inner = slice(4, -4)
    assert frames.chroma[inner].argmax(axis=1).tolist() == [9] * len(frames.chroma[inner])  # A
    np.testing.assert_allclose(frames.centroid[inner], 440.0, atol=1.0)
    np.testing.assert_allclose(frames.zcr[inner], 2 * 440.0 / RATE, atol=2 / 2_048)
    np.testing.assert_allclose(frames.rms[inner], 0.5 / np.sqrt(2), rtol=2e-3)
    assert frames.flatness[inner].max() < 1e-4
    assert frames.bandwidth[inner].max() < 30.0
    assert (abs(frames.rolloff[inner] - 440.0) < 2 * RATE / 2_048).all()


def test_white_noise_is_flat_and_centred() -> None:
    frames = frame_features(make_signal("noise"), SETTINGS)
    assert frames.centroid.mean() == pytest.approx(RATE / 4, rel=0.02)
    assert frames.flatness.mean() == pytest.approx(np.exp(-np.euler_gamma), rel=0.02)
    assert frames.rolloff.mean() == pytest.approx(0.85 * RATE / 2, rel=0.02)
    assert frames.zcr[4:-4].mean() == pytest.approx(0.5, rel=0.02)
    assert frames.bandwidth.mean() == pytest.approx(RATE / 2 / np.sqrt(12), rel=0.02)


def test_an_impulse_is_flat_where_it_is_seen() -> None:
    frames = frame_features(make_signal("impulse"), SETTINGS)
    seen = frames.rms > 0
    assert seen.sum() == 4  # of the frames that overlap
    assert frames.flatness[seen].min() > 0.999
    np.testing.assert_allclose(frames.rms[seen], 0.9 / np.sqrt(2_048), rtol=1e-6)


def test_silence_is_defined_frame_by_frame() -> None:
    frames = frame_features(np.zeros(RATE, np.float32), SETTINGS)
    np.testing.assert_allclose(frames.log_mel, -100.0, atol=1e-3)
    for name in ("centroid", "bandwidth", "rolloff", "rms", "zcr"):
        assert not getattr(frames, name).any()
    assert not frames.chroma.any()
    assert not frames.contrast.any()
    np.testing.assert_allclose(frames.flatness, 1.0, rtol=1e-6)


def test_an_offset_moves_the_lowest_bins_alone() -> None:
    samples = make_signal("noise")
    moved = frame_features(samples + np.float32(0.1), SETTINGS)
    plain = frame_features(samples, SETTINGS)
    np.testing.assert_allclose(moved.log_mel[4:-4, 4:], plain.log_mel[4:-4, 4:], atol=1e-3)


@given(st.integers(2_205, 12_000))
@settings(max_examples=15, deadline=None)
def test_very_short_clips_have_features(n: int) -> None:
    features = extract(make_signal("music")[:n])
    assert features.log_mel.shape[1] == 1 + n // 512
    assert np.isfinite(list(features.pooled.values()) + list(features.descriptors.values())).all()


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(RATE, np.float32), "silent"),
        (np.zeros(0, np.float32), "too_short"),
        (np.full(RATE, np.nan, np.float32), "non_finite"),
        (np.ones(RATE, np.float32) * np.arange(RATE, dtype=np.float32), "out_of_range"),
    ],
)
def test_samples_without_features_are_refused(samples: Float32, reason: str) -> None:
    with pytest.raises(UnreadableAudio) as caught:
        extract(samples)
    assert caught.value.reason == reason


@given(st.floats(0.0, 20_000.0))
@settings(deadline=None)
def test_the_mel_scale_is_invertible(hz: float) -> None:
    assert float(mel.mel_to_hz(mel.hz_to_mel(hz))) == pytest.approx(hz, abs=1e-6)


def test_the_mel_bands_are_the_filter_bank() -> None:
    dense = np.zeros((128, 1_025), np.float32)
    triangles = mel.triangles(SETTINGS)
    for band, (begin, end) in enumerate(pairwise(triangles.offsets)):
        first = triangles.first[band]
        dense[band, first : first + end - begin] = triangles.weights[begin:end]
    assert np.array_equal(dense, mel.filterbank(SETTINGS))


@pytest.mark.parametrize(
    "values",
    [
        {"n_fft": 2_047},
        {"n_fft": 1_536},
        {"segment_seconds": 0.01},
        {"hop_length": 0},
        {"hop_length": 4_096},
        {"n_mfcc": 129},
        {"n_mfcc": 1},
        {"n_fft": 256},
    ],
)
def test_impossible_settings_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(BadParameter, match=r"features\."):
        AudioSettings(**values)
