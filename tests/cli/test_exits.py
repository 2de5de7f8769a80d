from __future__ import annotations

from collections.abc import Callable

import pytest
import typer

from reprise import exits
from reprise.cli import app as commands
from reprise.errors import BadInput


def application(body: Callable[[], None]) -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(body)
    return app


def broken() -> None:
    raise ZeroDivisionError("by nothing")


def unreadable() -> None:
    open("/nowhere/at/all").close()


def refused() -> None:
    raise BadInput("tracks.parquet: twice the same")


def interrupted() -> None:
    raise KeyboardInterrupt


def wanting() -> None:
    raise typer.Exit(exits.WANTING)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (broken, exits.BUG, "this is a bug (ZeroDivisionError: by nothing)"),
        (unreadable, exits.IMPOSSIBLE, "/nowhere/at/all: No such file"),
        (refused, exits.IMPOSSIBLE, "tracks.parquet: twice the same"),
        (interrupted, exits.INTERRUPTED, "interrupted"),
        (wanting, exits.WANTING, ""),
        (lambda: None, exits.FINE, ""),
    ],
)
def test_every_end_has_its_status_and_at_most_one_line(
    body: Callable[[], None],
    status: int,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(exits.DEBUG_VARIABLE, raising=False)
    assert exits.end(application(body), []) == status
    heard = capsys.readouterr().err
    assert said in heard
    assert heard.count("\n") == bool(said)
    assert "Traceback" not in heard


def test_a_trace_is_shown_where_it_is_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(exits.DEBUG_VARIABLE, "1")
    assert exits.end(application(broken), []) == exits.BUG
    assert "ZeroDivisionError" in capsys.readouterr().err.partition("reprise:")[0]


@pytest.mark.parametrize("arguments", [["nonsense"], ["datasets", "--nonsense"], ["pr-report", "a", "b"]])
def test_a_wrong_command_line_is_told_apart(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.end(commands, arguments) == exits.USAGE
    assert "Usage: reprise" in capsys.readouterr().err


def test_a_project_that_is_none_is_one_line(
    tmp_path: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(exits.DEBUG_VARIABLE, raising=False)
    assert exits.end(commands, ["results", "--metrics", f"{tmp_path}/none"]) == exits.IMPOSSIBLE
    assert "run `dvc repro` first" in capsys.readouterr().err
    assert exits.end(commands, ["experiments", "--root", str(tmp_path)]) == exits.IMPOSSIBLE
    assert "git for-each-ref failed" in capsys.readouterr().err
