"""Inputs that change, vanish, are links, or lie outside the project: a clear word, and nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprise.confine import inputs
from reprise.confine.view import StageView, outside
from reprise.errors import BadInput, BadParameter, MissingData

pytestmark = pytest.mark.xdist_group("inputs")

MEANWHILE = """
from pathlib import Path
from reprise.confine import spawn
wait = spawn._wait
def meanwhile(process):
    CODE
    return wait(process)
spawn._wait = meanwhile
"""


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's, with a link to another disk, and one to nowhere."""
    folder = tmp_path_factory.mktemp("music")
    disk = tmp_path_factory.mktemp("disk")
    (folder / "blues").mkdir()
    (folder / "blues" / "a.txt").write_text("a")
    (disk / "b.txt").write_text("b")
    (folder / "b.txt").symlink_to(disk / "b.txt")
    (folder / "gone.txt").symlink_to(disk / "gone.txt")
    return folder


@pytest.fixture(scope="module")
def project(make: Any, music: Path) -> Any:
    project = make(
        {
            "plain": "assert open('declared/x.txt').read() == 'x'",
            "external": f"assert open('{music}/blues/a.txt').read() == 'a'; assert len(os.listdir('{music}')) == 3",
            "linked": f"assert open('{music}/b.txt').read() == 'b'",
            "writes_external": f"try: open('{music}/new.txt', 'w')\nexcept OSError: pass",
            "undeclared_external": f"try: open('{music}/blues/a.txt')\nexcept OSError: pass",
            "idle": "pass",
        },
        extra={
            "external": str(music),
            "linked": str(music),
            "writes_external": str(music),
            "idle": "other.txt",
        },
    )
    (project.root / "other.txt").write_text("other")
    return project


@pytest.fixture
def _restored(project: Any) -> Iterator[None]:
    yield
    (project.root / "declared" / "x.txt").unlink(missing_ok=True)
    (project.root / "declared" / "x.txt").write_text("x")
    (project.root / "declared" / "new.txt").unlink(missing_ok=True)


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Path('declared/x.txt').unlink()", "declared/x.txt was deleted"),
        ("Path('declared/x.txt').write_text('longer')", "declared/x.txt changed"),
        ("Path('declared/new.txt').write_text('new')", "declared/new.txt appeared"),
        ("Path('other.txt').write_text('another')", "other.txt changed"),
    ],
)
def test_an_input_that_changes_while_the_stage_runs_fails_it(code: str, said: str, project: Any) -> None:
    done = project.run("idle", patch=MEANWHILE.replace("CODE", code))
    assert done.returncode == 3
    assert f"idle: {said} while the stage ran" in done.stderr
    assert "run it again" in done.stderr
    assert project.finished("idle"), "what it made is left alone"
    assert list((project.root / ".work" / "idle").iterdir()), "so is its scratch folder"


@pytest.mark.usefixtures("_restored")
def test_a_missing_dep_is_named(project: Any) -> None:
    (project.root / "declared" / "x.txt").unlink()
    (project.root / "declared").rename(project.root / "away")
    try:
        done = project.run("plain")
    finally:
        (project.root / "away").rename(project.root / "declared")
    assert done.returncode == 1
    assert "plain: its dep declared is not there: `dvc repro` makes it" in done.stderr


@pytest.mark.parametrize("target", ["../labels.csv", "OUTSIDE", "../.dvc/cache/files/md5/aa/bb"])
def test_a_link_as_dep_is_refused_with_what_to_do(target: str, project: Any, music: Path) -> None:
    link = project.root / "declared" / "link"
    link.symlink_to(target.replace("OUTSIDE", str(music / "blues")))
    try:
        done = project.run("plain")
    finally:
        link.unlink()
    assert done.returncode == 1
    assert "declared/link is a symbolic link" in done.stderr
    wanted = {
        "../labels.csv": "declare labels.csv itself",
        "OUTSIDE": f"declare {music}/blues itself",
    }.get(target, "`dvc config cache.type reflink,hardlink,copy`")
    assert wanted in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["external", "linked"])
def test_an_absolute_dep_outside_the_project_can_be_read(name: str, project: Any) -> None:
    done = project.run(name)
    assert done.returncode == 0, done.stderr
    assert project.extra[name] not in done.stderr


@pytest.mark.usefixtures("_landlock", "_watched")
def test_an_external_dep_cannot_be_written_and_is_secret_to_other_stages(project: Any, music: Path) -> None:
    done = project.run("writes_external")
    assert done.returncode == 5
    assert f"write {music}/new.txt" in done.stderr
    assert not (music / "new.txt").exists()
    done = project.run("undeclared_external")
    assert done.returncode == 5
    assert f"    deps:\n    - {music}/blues/a.txt\n" in done.stderr


@pytest.mark.usefixtures("_watched")
def test_what_was_not_opened_is_said_and_kept(project: Any) -> None:
    done = project.run("idle")
    assert done.returncode == 0
    assert "idle: declared but never opened: declared, other.txt\n" in done.stderr
    kept = json.loads((project.root / ".dvc" / "tmp" / "reprise" / "opened" / "idle.json").read_text())
    assert kept["stages/idle.py"]
    assert not kept["other.txt"]
    assert "never opened" not in project.run("plain").stderr


def test_the_name_of_the_work_follows_content_not_dates(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    deps = [tmp_path / "a.txt"]

    def name(declared: object = 1) -> str:
        return inputs.digest(inputs.state(tmp_path, deps), deps, tmp_path, declared)

    first = name()
    (tmp_path / "a.txt").write_text("a")
    assert name() == first
    assert name(2) != first
    (tmp_path / "a.txt").write_text("b")
    assert name() != first


def test_links_in_a_folder_of_music_are_followed_but_never_into_the_project(tmp_path: Path) -> None:
    root, music, disk, far = (tmp_path / name for name in ("root", "music", "disk", "far"))
    for folder in (root, music, disk, far):
        folder.mkdir()
        (folder / "a.txt").write_text("a")
    (music / "to_disk").symlink_to(disk)
    (music / "to_project").symlink_to(root / "a.txt")
    (music / "to_everything").symlink_to(tmp_path)
    (music / "to_nowhere").symlink_to(tmp_path / "nothing")
    (disk / "to_far").symlink_to(far / "a.txt")
    (disk / "back").symlink_to(disk)
    assert inputs.linked_targets(root, music) == [disk, far / "a.txt"]
    assert inputs.linked_targets(root, tmp_path / "nothing") == []


def test_the_state_of_links_and_of_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "link").symlink_to(tmp_path / "a.txt")
    with pytest.raises(BadInput, match="symbolic link"):
        inputs.state(tmp_path, [tmp_path / "link"])
    with pytest.raises(MissingData, match=r"nothing\.txt is not there"):
        inputs.state(tmp_path, [tmp_path / "nothing.txt"])


def test_folders_that_parameters_name(tmp_path: Path) -> None:
    root, music = tmp_path / "root", tmp_path / "music"
    (root / "data" / "own").mkdir(parents=True)
    music.mkdir()
    blocks = {
        "a": {"path": str(music)},
        "b": {"path": "data/own"},
        "c": {"path": ""},
        "d": {"limit": 3},
        "e": {"path": "absent"},
    }
    assert inputs.given_folders(root, {"datasets": blocks}) == [music, root / "data" / "own"]
    assert inputs.given_folders(root, {}) == []
    for path in ("..", ".", str(tmp_path)):
        with pytest.raises(BadParameter, match="contains the project itself"):
            inputs.given_folders(root, {"datasets": {"folder": {"path": path}}})


def test_what_lies_outside_is_found_by_name_and_through_links(tmp_path: Path) -> None:
    root, music, disk = (tmp_path / name for name in ("root", "music", "disk"))
    for folder in (root, music, disk):
        folder.mkdir()
    (root / "data").symlink_to(disk)
    views = [StageView([str(music), "src/a.py"], ["data/x/y.npy"], [])]
    assert outside(root, views) == [disk / "x", music]


def test_a_stage_without_deps_is_told_what_to_declare(project: Any) -> None:
    (project.root / "stages/bare.py").write_text("print('never')\n")
    with (project.root / "dvc.yaml").open("a") as file:
        file.write("  bare:\n    cmd: python -m reprise.hermetic stages/bare.py\n    outs: [outs/bare]\n")
    done = project.run("bare")
    assert done.returncode != 0
    assert "never" not in done.stdout
    assert "  bare:\n    deps:\n    - stages/bare.py" in done.stderr
    project.write()
