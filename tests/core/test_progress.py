"""What a person sees while a stage works: how far it is, how fast, how long still, and what was turned away."""

from __future__ import annotations

import io
import sys

import pytest

from reprise import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still until it is moved."""
    now = [0.0]
    monkeypatch.setattr("reprise.progress.time.monotonic", lambda: now[0])
    return now


def test_lines_tell_rate_time_left_and_rejects(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    rejects: list[int] = []
    for number in progress.track(
        range(40), desc="features", unit="tracks", note=lambda: f"rejects: {len(rejects)}"
    ):
        clock[0] += 1.0
        if number % 10 == 0:
            rejects.append(number)
    assert capsys.readouterr().err.splitlines() == [
        "features: 10/40 tracks, 1.0 tracks/s, 30 s left, rejects: 1",
        "features: 20/40 tracks, 1.0 tracks/s, 20 s left, rejects: 2",
        "features: 30/40 tracks, 1.0 tracks/s, 10 s left, rejects: 3",
        "features: 40/40 tracks, 1.0 tracks/s, 0 s left, rejects: 4",
        "features: 40 tracks in 40.0 s, rejects: 4",
    ]


def test_a_length_that_nobody_knows_is_not_promised(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in progress.track(iter("abc"), desc="files", unit="files"):
        clock[0] += 10.0
    assert capsys.readouterr().err.splitlines()[0] == "files: 1/? files, 0.1 files/s"


def test_a_terminal_gets_a_bar_with_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress.track([1, 2, 3], desc="features", note=lambda: "rejects: 7")) == [1, 2, 3]
    assert "features: 100%" in terminal.getvalue()
    assert "rejects: 7" in terminal.getvalue()
