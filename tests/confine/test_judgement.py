"""What counts as refused, what as opened, and how it is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reprise.confine import opened, syscalls
from reprise.confine.doors import Doors
from reprise.confine.judgement import LIST, MAKE, NETWORK, PUT, READ, TAKE, WRITE, Access, Judgement, within
from reprise.confine.refusals import explain, mention
from reprise.confine.seccomp import program
from reprise.confine.watch import resolve


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ("dep/a", "dep/b", "secret/c", "out/d", "src/x.py", "src/__pycache__/x.pyc", "elsewhere/e"):
        (tmp_path / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / path).write_text("")
    (tmp_path / "other").write_text("")
    return tmp_path / "root"


@pytest.fixture
def judgement(root: Path) -> Judgement:
    doors = Doors([root / "dep", root / "src/x.py"], [root / "out"], [root / "src"], network=False)
    return Judgement(root, doors, {path: path for path in doors.read})


@pytest.mark.parametrize(
    ("kind", "path", "refused"),
    [
        (READ, "dep/a", False),
        (LIST, "dep", False),
        (READ, "out/d", False),
        (LIST, "src", False),
        (READ, "src", True),
        (READ, "secret/c", True),
        (LIST, "secret", True),
        (READ, "secret/absent", False),  # the kernel says so itself
        (WRITE, "out/d", False),
        (WRITE, "out/new", False),
        (WRITE, "dep/a", True),
        (WRITE, "secret/new", True),
        (WRITE, "absent/new", False),
        (MAKE, "out/new", False),
        (MAKE, "secret/new", True),
        (MAKE, "secret", False),  # exists: the kernel says so
        (TAKE, "out/d", False),
        (TAKE, "out", True),
        (TAKE, "absent", False),
        (PUT, "out/d", False),
        (PUT, "secret/c", True),
    ],
)
def test_refusals(kind: str, path: str, refused: bool, judgement: Judgement, root: Path) -> None:
    access = Access(kind, str(root / path))
    assert judgement.refuses(access) == refused
    assert list(judgement.refused) == ([access] if refused else [])


def test_bytecode_and_files_elsewhere_do_not_fail_a_stage(judgement: Judgement, root: Path) -> None:
    assert judgement.refuses(Access(READ, str(root / "src/__pycache__/x.pyc")))
    assert judgement.refuses(Access(READ, str(root.parent / "other")))
    assert not judgement.refused
    assert mention(judgement.elsewhere).endswith(f"{root}/src/__pycache__/x.pyc")


def test_deps_are_opened_by_what_lies_in_them(judgement: Judgement, root: Path) -> None:
    judgement.refuses(Access(READ, str(root / "dep/a")))
    assert judgement.opened == {str(root / "dep")}


def test_the_system_is_recognised_by_its_name_alone(judgement: Judgement, root: Path) -> None:
    assert judgement.of_the_system(b"/usr/lib/libc.so.6")
    assert not judgement.of_the_system(b"/usr/lib/../.." + os.fsencode(root / "secret/c"))
    assert not judgement.of_the_system(b"/proc/1/root/labels")
    assert not judgement.of_the_system(os.fsencode(root / "secret/c"))


def test_within() -> None:
    assert within("/a/b/c", {"/a/b"})
    assert not within("/a/bc", {"/a/b"})
    assert within("/a", {"/"})


def test_many_files_of_a_folder_are_one_line(root: Path) -> None:
    refused = [Access(READ, str(root / "secret" / f"{n}.wav")) for n in range(250)]
    text = explain("train@pca", root, [*refused, Access(NETWORK, "10.0.0.1 port 53")])
    assert text.count("\n") < 8
    assert "read 250 names in secret\n" in text
    assert "  train:\n    deps:\n    - secret" in text
    assert "network: 10.0.0.1 port 53" in text


def test_paths_are_those_of_the_caller(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/usr")
    here = os.getpid()
    assert resolve(str(tmp_path / "link"), here, syscalls.AT_FDCWD, follow=True) == "/usr"
    assert resolve(str(tmp_path / "link"), here, syscalls.AT_FDCWD, follow=False) == str(tmp_path / "link")
    assert resolve("a", here, syscalls.AT_FDCWD, follow=True) == os.path.join(os.getcwd(), "a")
    folder = os.open(tmp_path, os.O_RDONLY)
    assert resolve("a", here, folder, follow=True) == str(tmp_path / "a")
    os.close(folder)
    assert resolve("a", here, folder, follow=True) is None


def test_calls_have_numbers_on_both_architectures() -> None:
    for machine in syscalls.AUDIT_ARCHITECTURES:
        numbers = syscalls.numbered(syscalls.ON_FILES, machine)
        assert {"openat", "openat2", "truncate", "renameat2", "unlinkat"} <= {
            c.name for c in numbers.values()
        }
        assert len(program(machine, network=False)) % 8 == 0
        assert len(program(machine, network=False)) > len(program(machine, network=True))


def test_a_dep_counts_as_opened_if_any_of_its_family_opens_it() -> None:
    stages = ["prove@a", "prove@b", "cluster"]
    kept = {"prove@a": {"x": False, "y": False, "s.py": False, "data/params.ok": False}}
    assert opened.never_opened("prove@a", stages, kept) == []
    both = kept | {"prove@b": {"x": True, "y": False}}
    assert opened.never_opened("prove@a", stages, both) == ["y"]
