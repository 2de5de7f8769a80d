"""The transform: equal to the definition for every length, hop and number of frames; unfit lengths are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.audio.compiled import LANES
from reprise.audio.fourier import power_spectra
from reprise.errors import BadParameter

Float32 = npt.NDArray[np.float32]


def all_frames(
    signal: npt.NDArray[Any], window: npt.NDArray[np.float64], hop: int, n: int
) -> tuple[Float32, Float32]:
    blocks = [
        (one.power.copy(), one.energy.copy(), one.start) for one in power_spectra(signal, window, hop, n)
    ]
    assert [start for _, _, start in blocks] == list(range(0, n, LANES))
    power = np.concatenate([power for power, _, _ in blocks], axis=1)[:, :n]
    return power, np.concatenate([energy for _, energy, _ in blocks])[:n]


@given(st.integers(5, 12), st.integers(1, 5_000), st.integers(1, 70), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_it_is_the_definition(exponent: int, hop: int, n_frames: int, seed: int) -> None:
    size = 2**exponent
    rng = np.random.default_rng(seed)
    signal = rng.standard_normal((n_frames - 1) * hop + size).astype(np.float32)
    window = rng.random(size)
    power, energy = all_frames(signal, window, hop, n_frames)
    frames = np.stack([signal[at * hop : at * hop + size] for at in range(n_frames)]).astype(float)
    expected = np.abs(np.fft.rfft(frames * window, axis=1).T) ** 2
    np.testing.assert_allclose(power, expected, rtol=1e-6, atol=1e-9 * expected.max())
    np.testing.assert_allclose(energy, (frames**2).sum(axis=1), rtol=1e-5)


def test_frames_beyond_the_end_see_zeros() -> None:
    power, energy = all_frames(np.ones(40, np.float32), np.ones(32), 16, 5)
    np.testing.assert_allclose(energy, [32, 24, 8, 0, 0])
    np.testing.assert_allclose(power[0], [32**2, 24**2, 8**2, 0, 0])


def test_int16_counts_in_its_own_steps() -> None:
    steps = np.random.default_rng(0).integers(-32_768, 32_768, 4_096).astype(np.int16)
    whole = all_frames(steps, np.hanning(256), 64, 61)
    real = all_frames((steps / 32_768).astype(np.float32), np.hanning(256), 64, 61)
    assert np.array_equal(whole[0], real[0])
    assert np.array_equal(whole[1], real[1])


def test_a_frame_depends_on_its_own_samples_alone() -> None:
    signal = np.random.default_rng(1).standard_normal(40_000).astype(np.float32)
    window = np.hanning(512)
    whole, _ = all_frames(signal, window, 128, 200)
    for first in (1, 7, 100):
        part, _ = all_frames(signal[first * 128 :], window, 128, 40)
        assert np.array_equal(part, whole[:, first : first + 40])


@pytest.mark.parametrize("size", [0, 16, 48, 1_000])
def test_unfit_lengths_are_refused(size: int) -> None:
    with pytest.raises(BadParameter, match="power of two"):
        next(power_spectra(np.zeros(10_000, np.float32), np.ones(size), 10, 3))
