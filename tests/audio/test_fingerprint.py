"""Fingerprints: copies stay near, different tracks do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from reprise.audio.decode import decode
from reprise.audio.fingerprint import fingerprint
from reprise.audio.frames import frame_features
from reprise.audio.settings import AudioSettings

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


@pytest.mark.parametrize("shift", [0.1, 0.5, 2.0])
def test_a_shift_keeps_it(original: Float32, shift: float) -> None:
    assert vector(original) @ vector(original[int(shift * RATE) :]) > 0.8


def test_gain_noise_and_equalisation_keep_it(original: Float32) -> None:
    own = vector(original)
    assert own @ vector(0.25 * original) > 0.99
    noise = 1e-3 * np.random.default_rng(9).standard_normal(original.size)
    assert own @ vector((original + noise).astype(np.float32)) > 0.8
    darker = original.copy()
    darker[1:] += 0.7 * original[:-1]
    assert own @ vector(darker) > 0.9


def test_another_tune_is_far(original: Float32) -> None:
    others = [vector(tune(seed)) for seed in range(1, 6)]
    assert max(float(vector(original) @ other) for other in others) < 0.6


def test_short_and_still_signals_are_defined() -> None:
    assert np.isfinite(vector(tune(3)[: RATE // 4])).all()
    assert not fingerprint(np.full((400, 128), -20.0, np.float32), SETTINGS.frame_rate).any()


def test_real_tracks_are_far_apart_and_near_themselves(real_tracks: list[Path]) -> None:
    samples = [decode(path) for path in real_tracks]
    own = np.stack([vector(one) for one in samples])
    shifted = np.stack([vector(0.5 * one[RATE:]) for one in samples])
    assert np.sum(own * shifted, axis=1).min() > 0.9
    assert np.triu(own @ own.T, 1).max() < 0.6
