"""Fingerprints: copies stay near, different tracks do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from reprise.audio.decode import decode
from reprise.audio.fingerprint import SIZE, SPAN, fingerprint
from reprise.audio.frames import frame_features
from reprise.audio.settings import AudioSettings
from reprise.splitting import planted

Float32 = npt.NDArray[np.float32]
SETTINGS = AudioSettings()
RATE = 22_050


def vector(samples: Float32) -> Float32:
    return fingerprint(frame_features(samples.astype(np.float32), SETTINGS).log_mel, SETTINGS.frame_rate)


def tune(seed: int, seconds: float = 30.0) -> Float32:
    """Random notes with decaying envelopes: a track whose events are its own."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(int(seconds * RATE))
    decay = np.exp(-np.arange(RATE) / 4_000)
    for start in rng.integers(0, samples.size - RATE, 90):
        tone = np.sin(2 * np.pi * 110 * 2 ** (rng.integers(0, 48) / 12) * np.arange(RATE) / RATE)
        samples[start : start + RATE] += 0.1 * tone * decay
    return (samples + 1e-3 * rng.standard_normal(samples.size)).astype(np.float32)


@pytest.fixture(scope="module")
def original() -> Float32:
    return tune(0)


def test_it_has_length_one(original: Float32) -> None:
    assert np.linalg.norm(vector(original)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("shift", "least"), [(0.1, 0.95), (0.5, 0.8), (2.0, 0.5)])
def test_a_shift_keeps_it(original: Float32, shift: float, least: float) -> None:
    assert vector(original) @ vector(original[int(shift * RATE) :]) > least


def test_gain_noise_and_equalisation_keep_it(original: Float32) -> None:
    own = vector(original)
    assert own @ vector(0.25 * original) > 0.99
    noise = 1e-3 * np.random.default_rng(9).standard_normal(original.size)
    assert own @ vector((original + noise).astype(np.float32)) > 0.5
    darker = original.copy()
    darker[1:] += 0.7 * original[:-1]
    assert own @ vector(darker) > 0.9


@pytest.mark.parametrize("factor", [0.92, 0.96, 1.04, 1.08])
def test_another_speed_keeps_enough(original: Float32, factor: float) -> None:
    assert vector(original) @ vector(planted.speed(original, factor)) > 0.3


@pytest.mark.parametrize("factor", [0.92, 1.08])
def test_another_tempo_keeps_enough(original: Float32, factor: float) -> None:
    assert vector(original) @ vector(planted.tempo(original, factor)) > 0.25


@pytest.mark.parametrize("semitones", [-2.0, -0.5, 1.0, 2.0])
def test_another_pitch_keeps_enough(original: Float32, semitones: float) -> None:
    assert vector(original) @ vector(planted.pitch(original, semitones)) > 0.2


def test_other_tunes_are_at_right_angles() -> None:
    own = np.stack([vector(tune(seed)) for seed in range(12)])
    cosine = (own @ own.T)[np.triu_indices(12, 1)]
    assert abs(cosine.mean()) < 0.02
    assert cosine.max() < 0.12


def test_a_clip_of_half_the_length_is_no_more_alike() -> None:
    own = np.stack([vector(tune(seed, 12.0)) for seed in range(8)])
    assert abs((own @ own.T)[np.triu_indices(8, 1)].mean()) < 0.04


def test_only_the_first_half_minute_counts(original: Float32) -> None:
    longer = np.concatenate([original, tune(5)])
    log_mel = frame_features(longer, SETTINGS).log_mel
    n_frames = round(SPAN * SETTINGS.frame_rate)
    limited = fingerprint(log_mel[:n_frames], SETTINGS.frame_rate)
    assert fingerprint(log_mel, SETTINGS.frame_rate) == pytest.approx(limited, abs=1e-6)


def test_short_and_still_signals_are_defined() -> None:
    assert np.isfinite(vector(tune(3)[: RATE // 4])).all()
    assert not fingerprint(np.full((400, 128), -20.0, np.float32), SETTINGS.frame_rate).any()
    for n_frames in range(4):
        assert fingerprint(np.full((n_frames, 128), -20.0, np.float32), SETTINGS.frame_rate).shape == (SIZE,)


@pytest.mark.parametrize(("n_mels", "frame_rate"), [(16, 43.0), (64, 86.0), (128, 10.0), (256, 172.0)])
def test_any_framing_gives_one_of_the_same_size(n_mels: int, frame_rate: float) -> None:
    level = np.random.default_rng(0).standard_normal((int(20 * frame_rate), n_mels)).astype(np.float32)
    found = fingerprint(6.0 * level, frame_rate)
    assert found.shape == (SIZE,)
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)


def test_real_tracks_are_far_apart_and_near_themselves(real_tracks: list[Path]) -> None:
    samples = [decode(path) for path in real_tracks]
    own = np.stack([vector(one) for one in samples])
    shifted = np.stack([vector(0.5 * one[RATE:]) for one in samples])
    assert np.sum(own * shifted, axis=1).min() > 0.7
    assert np.triu(own @ own.T, 1).max() < 0.12
