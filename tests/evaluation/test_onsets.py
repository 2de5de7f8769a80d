from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprise.evaluation.onsets import onset_rate, onset_rates

RATE = 22_050 / 512


def beats(every: int, frames: int = 430) -> np.ndarray:
    """Return a map in which all bands jump up by 30 dB at every so many frames and die away."""
    level = -50.0 + 30.0 * np.exp(-(np.arange(frames) % every) / 4)
    return np.asarray(np.broadcast_to(level, (16, frames)), dtype=np.float16)


@pytest.mark.parametrize("every", [10, 20, 43])
def test_regular_beats_are_counted(every: int) -> None:
    assert onset_rate(beats(every), RATE) == pytest.approx(RATE / every, rel=0.12)


def test_what_never_grows_louder_has_no_onsets() -> None:
    assert onset_rate(np.full((8, 100), -30.0), RATE) == 0.0
    assert onset_rate(np.linspace(0, -50, 100)[None].repeat(8, 0), RATE) == 0.0
    assert onset_rate(np.zeros((8, 2)), RATE) == 0.0


@given(st.floats(-30.0, 30.0))
def test_loudness_does_not_matter(gain: float) -> None:
    mel = beats(15).astype(np.float64)
    assert onset_rate(mel + gain, RATE) == pytest.approx(onset_rate(mel, RATE))


def test_every_track_has_its_rate() -> None:
    rates = onset_rates(np.stack([beats(10), beats(40)]), RATE)
    assert rates.tolist() == [onset_rate(beats(10), RATE), onset_rate(beats(40), RATE)]
