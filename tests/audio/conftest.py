"""Synthetic signals with known features, and a few real tracks where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

Float32 = npt.NDArray[np.float32]

RATE = 22_050
SIGNALS = ("noise", "sine", "sweep", "clicks", "music", "quiet", "impulse")


def make_signal(name: str, seconds: float = 6.0) -> Float32:
    """Return a signal of unit scale or less."""
    n = int(seconds * RATE)
    time = np.arange(n) / RATE
    rng = np.random.default_rng(7)
    clicks = np.zeros(n)
    clicks[:: RATE // 2] = 1.0  # 120 per minute
    clicks = np.convolve(clicks, np.exp(-np.arange(800) / 100) * rng.standard_normal(800))[:n]
    chord = sum(np.sin(2 * np.pi * hz * time) / (1 + k) for k, hz in enumerate((220.0, 277.2, 329.6, 440.0)))
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 0.7 * time)
    impulse = np.zeros(n)
    impulse[n // 2] = 0.9
    values = {
        "noise": 0.2 * rng.standard_normal(n),
        "sine": 0.5 * np.sin(2 * np.pi * 1000.0 * time) + 1e-4 * rng.standard_normal(n),
        "sweep": 0.5 * np.sin(2 * np.pi * (100.0 * time + 700.0 * time**2)),
        "clicks": 0.3 * clicks,
        "music": 0.2 * chord * swell + 0.3 * clicks + 0.01 * rng.standard_normal(n),
        "quiet": 1e-3 * rng.standard_normal(n),
        "impulse": impulse,
    }
    return np.asarray(values[name], dtype=np.float32)


@pytest.fixture(scope="session")
def signals() -> dict[str, Float32]:
    """All synthetic signals, 6 s each."""
    return {name: make_signal(name) for name in SIGNALS}


@pytest.fixture(scope="session")
def real_tracks(real_data: Path) -> list[Path]:
    """Four real tracks of different kinds."""
    names = ("blues.00003", "classical.00001", "hiphop.00007", "metal.00000")
    return [real_data / "gtzan_mini" / f"{name}.flac" for name in names]
