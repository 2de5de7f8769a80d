"""The examples of ``docs/extending.md`` are carried out: blocks applied to a copy of the project, commands run in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PAGE = "docs/extending.md"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the place that its first line names, and the rest."""

    language: str
    place: str
    body: str


def blocks_of(chapter: str) -> list[Block]:
    found = []
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", chapter, re.M | re.S):
        first, _, rest = text.partition("\n")
        place = re.fullmatch(r"(?:#|<!--) (.+?)(?: -->)?", first)
        if language == "bash":
            found.append(Block(language, "", text))
        else:
            assert place, f"a block of {PAGE} must begin with its place, not with {first!r}"
            found.append(Block(language, place[1], rest))
    return found


def chapters(root: Path) -> dict[str, str]:
    parts = re.split(r"^## ([A-Z].+)$", (root / PAGE).read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Path:
    """A copy of what git knows or would take, without results."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split("\n")
    copy = tmp_path / "project"
    for name in filter(None, listed):
        if (root / name).is_file() and not name.endswith((".png", ".jpg")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, copy / name)
    return copy


def apply(block: Block, project: Path) -> None:
    file, _, where = block.place.partition(", ")
    path = project / file
    if block.language == "diff":
        lines = block.body.splitlines()
        old, new = (
            "".join(f"{line[1:]}\n" for line in lines if line[0] != sign) for sign in "+-"
        )  # "+" lines are not in the old text, "-" lines not in the new
        replace(path, old, new)
    elif where == "at the end":
        path.write_text(path.read_text(encoding="utf-8") + block.body, encoding="utf-8")
    elif where.startswith("under "):
        line = f"{where.removeprefix('under ')}\n"
        replace(path, f"\n{line}", f"\n{line}{block.body}")
    elif where.startswith("before "):
        line = f"{where.removeprefix('before ')}\n"
        replace(path, f"\n{line}", f"\n{block.body}{line}")
    else:
        assert not where, f"{PAGE}: what is '{where}'?"
        assert not path.exists(), f"{PAGE}: {file} is there already"
        path.write_text(block.body, encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{PAGE}: {path.name} holds {text.count(old)} times:\n{old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(command: str, project: Path) -> None:
    words = re.sub(r"\s+# .*", "", command)
    words = re.sub(r"^pytest", "python -m pytest -p no:cacheprovider -p no:xdist", words)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "PATH": path}
    done = subprocess.run(words, shell=True, cwd=project, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    if words.startswith("python -m pytest"):
        assert re.search(r"\d+ passed", done.stdout), done.stdout


@pytest.mark.parametrize("chapter", ["A model", "A dataset", "A metric"])
def test_the_example_works(chapter: str, root: Path, project: Path) -> None:
    blocks = blocks_of(chapters(root)[chapter])
    assert {"python", "bash"} <= {block.language for block in blocks}
    for block in blocks:
        if block.language != "bash":
            apply(block, project)
    ran = 0
    for block in blocks:
        for command in block.body.splitlines() if block.language == "bash" else ():
            if not command.startswith("dvc "):  # a run of the pipeline: `dvc repro` is tested elsewhere
                run(command, project)
                ran += 1
    assert ran
    written = [str(project / b.place.split(", ")[0]) for b in blocks if b.place.startswith(("src", "tests"))]
    run("ruff check --no-cache " + " ".join(written), project)


def test_every_chapter_of_the_page_is_carried_out(root: Path) -> None:
    assert list(chapters(root)) == ["A model", "A dataset", "A metric"]
