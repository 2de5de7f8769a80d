"""How the pipeline knows that a person's folder changed: one parameter, written by a scan, checked before the stage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprise.confine.view import read_yaml
from reprise.datasets.contents import differences, look, verified
from reprise.datasets.scan import check, scan
from reprise.errors import BadParameter, MissingData

PARAMS = """# Top.
dataset: folder # tracks
emotion_dataset: synthetic
songs_dataset: synthetic

datasets:
  synthetic: # no files
    song_tracks: 5
  folder: # own
    path: music # here
    contents: '' # written
    table: ''
  musav:
    path: ''
    contents: ''
cluster:
  methods:
  - kmeans # a list
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "music/sub").mkdir(parents=True)
    (root / "params.yaml").write_text(PARAMS)
    for name in ("a.mp3", "sub/b – 曲.flac", ".hidden"):
        (root / "music" / name).write_bytes(name.encode())
    return root


def options(root: Path, name: str = "folder") -> dict[str, Any]:
    block: dict[str, Any] = read_yaml(root / "params.yaml")["datasets"][name]
    return block


def test_a_scan_changes_one_line(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan(project)
    text = (project / "params.yaml").read_text()
    changed = [new for old, new in zip(PARAMS.splitlines(), text.splitlines(), strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0].startswith("    contents: 'sha256:")
    assert changed[0].endswith("# written")
    assert "2 files" in capsys.readouterr().out
    scan(project)
    assert (project / "params.yaml").read_text() == text


def test_what_was_scanned_is_let_through_with_its_places(project: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/x.mp3").write_bytes(b"x")
    (tmp_path / "one.mp3").write_bytes(b"y")
    (project / "secret").mkdir()
    for name, target in (
        ("far", tmp_path / "other"),
        ("one.mp3", tmp_path / "one.mp3"),
        ("in", project / "secret"),
    ):
        (project / "music" / name).symlink_to(target)
    scan(project)
    assert set(verified(project, "folder", options(project))) == {
        project / "music",
        tmp_path / "other",
        tmp_path / "one.mp3",
    }
    (tmp_path / "other/x.mp3").write_bytes(b"changed")
    with pytest.raises(MissingData, match=r"1 changed: far/x.mp3"):
        check(project)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda music: (music / "new.mp3").write_bytes(b"n"), r"1 new: new.mp3"),
        (lambda music: (music / "a.mp3").unlink(), r"1 gone: a.mp3"),
        (lambda music: (music / "a.mp3").write_bytes(b"other"), r"1 changed: a.mp3"),
        (lambda music: (music / "a.mp3").rename(music / "c.mp3"), r"1 new: c.mp3; 1 gone: a.mp3"),
        (lambda music: (music / "gone").symlink_to("nowhere"), r"other names or links"),
    ],
)
def test_a_change_is_named(project: Path, change: Any, message: str) -> None:
    scan(project)
    check(project)
    change(project / "music")
    for _ in range(2):  # the message stays until the next scan
        with pytest.raises(
            MissingData, match=rf"has changed since it was scanned \({message}\): run reprise scan folder"
        ):
            check(project)
    scan(project)
    check(project)


def test_times_and_hidden_files_are_no_change(project: Path) -> None:
    scan(project)
    os.utime(project / "music/a.mp3", (1, 1))
    (project / "music/.DS_Store").write_bytes(b"x")
    shutil.rmtree(project / ".dvc")
    check(project)


def test_a_copy_elsewhere_is_the_same(project: Path, tmp_path: Path) -> None:
    scan(project)
    before = options(project)["contents"]
    shutil.copytree(project / "music", tmp_path / "copy")
    scan(project, "folder", tmp_path / "copy")
    assert options(project) == {"path": str(tmp_path / "copy"), "contents": before, "table": ""}
    scan(project, "folder", project / "music")
    assert options(project)["path"] == "music"


def test_unchanged_files_are_not_read_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = look(project / "music")
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("was read again"))
    assert look(project / "music", first.files) == first


def test_what_cannot_be_read_is_part_of_the_state(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readable = look(project / "music")

    def closed(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", closed)
    shut = look(project / "music")
    assert shut.files["a.mp3"][2] == "unreadable: Permission denied"
    assert shut.digest() != readable.digest()


def test_a_single_file_may_be_the_contents(project: Path) -> None:
    (project / "annotations.csv").write_bytes(b"1")
    scan(project, "musav", project / "annotations.csv")
    assert verified(project, "musav", options(project, "musav")) == [project / "annotations.csv"]


def test_the_paths_that_cannot_be(project: Path) -> None:
    assert verified(project, "musav", {"path": "", "contents": ""}) == []
    assert verified(project, "synthetic", {"song_tracks": 5}) == []
    for path, error, message in (
        ("nowhere", MissingData, "there is no such file or folder"),
        ("~/Music", BadParameter, "'~' is not expanded; write /"),
        (".", BadParameter, "holds the project itself"),
        ("..", BadParameter, "holds the project itself"),
        ("music", MissingData, "was never scanned: run reprise scan folder"),
    ):
        with pytest.raises(error, match=message):
            verified(project, "folder", {"path": path})


def test_the_command_scans_the_selected_and_checks(project: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "reprise.datasets.scan", *arguments]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    assert run("--check").returncode == 1
    assert run().returncode == 0
    assert run("--check").returncode == 0
    unknown = run("synthetic")
    assert unknown.returncode == 1
    assert "'synthetic' takes no files of your own; those that do: folder, musav" in unknown.stderr


def test_many_changes_are_named_by_a_few() -> None:
    now = {f"{number}.mp3": (1, 1, "x") for number in range(9)}
    assert differences({}, now) == "9 new: 0.mp3, 1.mp3, 2.mp3 …"
