"""Onsets of levels that rise at chosen frames by chosen amounts."""

from __future__ import annotations

import numpy as np
import pytest

from reprise.evaluation.onsets import onset_rate

RATE = 22_050 / 512


def onsets(level: np.ndarray, rate: float = RATE) -> float:
    """Return the number of onsets of four bands with the same level."""
    return onset_rate(np.repeat(level[None], 4, axis=0), rate) * len(level) / rate


def rising(frames: int, *rises: tuple[int, float]) -> np.ndarray:
    """Return a level that grows by so many decibels at each of these frames and never falls."""
    steps = np.zeros(frames)
    for frame, decibels in rises:
        steps[frame] = decibels
    return np.cumsum(steps) - 50.0


@pytest.mark.parametrize("frame", [1, 2, 50, 98, 99])
@pytest.mark.parametrize("decibels", [0.5, 8.0])
def test_one_rise_is_one_onset_wherever_it_stands(frame: int, decibels: float) -> None:
    assert onsets(rising(100, (frame, decibels))) == pytest.approx(1.0)


def test_three_frames_are_enough_and_two_are_not() -> None:
    assert onsets(rising(3, (2, 10.0))) == pytest.approx(1.0)
    assert onsets(rising(2, (1, 10.0))) == 0.0


@pytest.mark.parametrize(("apart", "count"), [(2, 1), (3, 2), (30, 2)])
def test_rises_within_sixty_milliseconds_are_one_onset(apart: int, count: int) -> None:
    assert onsets(rising(100, (40, 9.0), (40 + apart, 8.0))) == pytest.approx(count)


def test_slow_frames_are_counted_too() -> None:
    assert onsets(rising(100, (40, 9.0), (42, 9.0)), rate=2.0) == pytest.approx(2.0)


def test_small_rises_beside_a_large_one_are_none() -> None:
    # mean growth 0.11 dB, deviation 1.41 dB: half a deviation above the mean lies 0.81 dB
    assert onsets(rising(200, (50, 20.0), (100, 1.5), (150, 0.1))) == pytest.approx(2.0)


@pytest.mark.parametrize(("top", "count"), [(-70.0, 0), (-60.5, 0), (-59.0, 1)])
def test_sixty_decibels_below_the_loudest_is_silence(top: float, count: int) -> None:
    level = np.r_[np.zeros(20), np.full(40, -100.0), np.full(40, top)]
    assert onsets(level) == pytest.approx(count)
