"""Git's own checksums, as git computes them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.datasets.git_objects import blob_id, pinned_text, tree_id
from reprise.errors import BadInput


def test_known_ids() -> None:
    assert blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert tree_id({}) == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_tree_is_the_one_that_git_writes(tmp_path: Path) -> None:
    files = {"a/b": b"1", "a-b": b"2", "a.b": b"3", "é/ü/x": b"4", "é/ü.y": b"", "z": b"5"}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    git = ["git", "-c", "core.autocrlf=false", "-c", "core.excludesFile="]
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True, capture_output=True)
    written = subprocess.run([*git, "write-tree"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert tree_id({name: blob_id(data) for name, data in files.items()}) == written.stdout.strip()


@given(st.dictionaries(st.sampled_from(["a", "b/a", "b/c/d", "e"]), st.binary(max_size=3), min_size=1))
@settings(deadline=None)
def test_every_file_and_name_counts(files: dict[str, bytes]) -> None:
    whole = {name: blob_id(data) for name, data in files.items()}
    name = min(whole)
    assert tree_id(dict(reversed(whole.items()))) == tree_id(whole)
    assert tree_id(whole | {name: blob_id(files[name] + b"!")}) != tree_id(whole)
    assert tree_id({f"{one}x": blob for one, blob in whole.items()}) != tree_id(whole)
    assert tree_id(whole | {"f": blob_id(b"")}) != tree_id(whole)


def test_changed_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("é\n", encoding="utf-8")
    assert pinned_text(path, blob_id("é\n".encode())) == "é\n"
    with pytest.raises(BadInput, match=r"its git id is .* delete it"):
        pinned_text(path, blob_id(b"e\n"))
