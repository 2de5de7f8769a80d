"""Songs to draw worlds from, and the leaks."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from reprise.leaks.entry import Leak, collect
from reprise.leaks.music import Song

GENRES = ("blues", "jazz", "rock")


@pytest.fixture
def planting() -> None:
    """What takes half a minute or more is tested when it is asked for; the commands `reprise power` and `python -m reprise.leaks.story` do the same at length."""
    if not os.environ.get("REPRISE_PLANT"):
        pytest.skip("runs stages again and again in copies: set REPRISE_PLANT=1")


@pytest.fixture(scope="session")
def planted() -> dict[str, Leak]:
    """The leaks by key."""
    return {leak.key: leak for leak in collect(Path(__file__).parent / "planted")}


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> list[Song]:
    """Three tracks of each of three genres: noise of five seconds."""
    folder, found = tmp_path_factory.mktemp("songs"), []
    for number in range(9):
        path = folder / f"{number}.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 22_050, 0, "NONE", ""))
            noise = np.random.default_rng(number).normal(0, 3_000, 5 * 22_050)
            file.writeframes(noise.astype("<i2").tobytes())
        found.append(
            Song(path, GENRES[number % 3], f"artist {number // 2}", lyrics=f"words of number {number}")
        )
    return found
