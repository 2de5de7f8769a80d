from __future__ import annotations

import errno
import sys

import pytest

from reprise.errors import BadInput
from reprise.stage import EXPLAINED, run


def test_an_expected_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise BadInput("a.wav: empty")

    monkeypatch.setattr(sys, "argv", ["stage"])
    monkeypatch.setenv("DVC_STAGE", "features@tracks")
    with pytest.raises(SystemExit) as exit_:
        run(main)
    assert exit_.value.code == EXPLAINED
    assert capsys.readouterr().err == "features@tracks: BadInput: a.wav: empty\n"


def test_a_full_disk_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "argv", ["stage"])
    with pytest.raises(SystemExit):
        run(main)
    said = capsys.readouterr().err
    assert "no space left on the disk" in said
    assert said.count("\n") == 1


def test_a_bug_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def main(role: str) -> None:
        raise KeyError(role)

    monkeypatch.setattr(sys, "argv", ["stage", "tracks"])
    with pytest.raises(KeyError, match="tracks"):
        run(main)
