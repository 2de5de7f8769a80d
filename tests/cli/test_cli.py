from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from reprise import exits
from reprise.cli import app
from reprise.datasets import catalogue, discovery


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_help_names_every_command_and_every_exit_status() -> None:
    shown = call("--help")
    for command in app.registered_commands:
        assert command.callback is not None
        assert str(command.name or command.callback.__name__) in shown
    for status in (exits.FINE, exits.WANTING, exits.USAGE, exits.IMPOSSIBLE, exits.BUG, exits.INTERRUPTED):
        assert f"{status} " in " ".join(shown.split())


def test_no_line_of_help_is_cut_short() -> None:
    assert "..." not in call("--help").partition("Commands:")[2]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_can_complete(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    assert "_REPRISE_COMPLETE" in call("--show-completion", shell)


def test_every_dataset_is_listed_with_its_terms_and_whether_it_is_present(root: Path) -> None:
    shown = call("datasets", "--root", str(root))
    for name in YAML(typ="safe").load(root / "params.yaml")["datasets"]:
        info = discovery.find(name).info
        assert f" {name} " in shown
        assert info.title in shown
        assert info.licence in shown
    assert "* synthetic" in shown
    assert "present: rendered here" in shown


def test_a_local_mirror_makes_a_dataset_present(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("REPRISE_CACHE", str(tmp_path / "cache"))
    dataset = discovery.find("gtzan_mini")
    assert "not present: 0 of 1" in catalogue.presence(dataset, {}, root)
    (tmp_path / "gtzan_mini").mkdir()
    (tmp_path / "gtzan_mini" / dataset.info.remotes[0].filename).touch()
    assert "present: 1 of 1" in catalogue.presence(dataset, {}, root, mirror=str(tmp_path))
    monkeypatch.setenv("REPRISE_MIRROR", str(tmp_path))
    assert "present: 1 of 1" in catalogue.presence(dataset, {}, root)


def test_what_the_user_can_mend_is_one_line(tmp_path: Path) -> None:
    page = tmp_path / "datasets.md"
    page.write_text("old", encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "reprise.cli", "datasets", "--check", str(page)],
        capture_output=True,
        text=True,
    )
    assert result.returncode == exits.WANTING
    assert result.stderr.strip().count("\n") == 0
    assert "stale" in result.stderr
