"""The state of a stage's inputs: as they are before it runs, and whether they stayed so."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reprise.confine.refusals import shown
from reprise.errors import BadInput, BadParameter, MissingData

LARGE = 1 << 24  # bytes of a file whose content is not read for the name of the work
State = dict[str, tuple[int, int]]
"""Size and time of the last change, in ns, of each file of the inputs, by path."""


def state(root: Path, deps: Iterable[Path]) -> State:
    """Return the state of all files that the deps hold.

    Raises
    ------
    MissingData
        If a dep does not exist.
    BadInput
        If a dep, or a file in a dep of the project, is a symbolic link: what it means would not be what ``dvc.yaml`` says.
    """
    found: State = {}
    for dep in deps:
        if not os.path.lexists(dep):
            raise MissingData(
                f"its dep {shown(dep, root)} is not there: `dvc repro` makes it, or `dvc checkout`"
            )
        if dep.is_symlink() and dep.is_relative_to(root):
            raise BadInput(_about_link(dep, root))
        for path in _files(dep):
            if path.is_symlink() and dep.is_relative_to(root):
                raise BadInput(_about_link(path, root))
            if path.exists():  # a link in an external folder may point nowhere
                status = path.stat()
                found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def changes(before: State, deps: Iterable[Path], root: Path) -> list[str]:
    """Say what became of inputs since; a false record in ``dvc.lock`` would follow."""
    found = []
    now = {str(path): path for dep in deps for path in _files(dep)}
    for path, was in before.items():
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            found.append(f"{shown(path, root)} was deleted")
            continue
        if (status.st_size, status.st_mtime_ns) != was:
            found.append(f"{shown(path, root)} changed")
    return found + [
        f"{shown(path, root)} appeared" for path in now if path not in before and now[path].exists()
    ]


def digest(before: State, deps: Iterable[Path], root: Path, declared: object) -> str:
    """Return a name for the work: the declared parameters on these inputs (the content of files, the state of folders and large files)."""
    collected = hashlib.sha256(json.dumps(declared, sort_keys=True).encode())
    small = {str(dep) for dep in deps if dep.is_file() and dep.stat().st_size <= LARGE}
    for path in sorted(before):
        content = Path(path).read_bytes() if path in small else str(before[path]).encode()
        collected.update(f"{shown(path, root)} ".encode() + content)
    return collected.hexdigest()[:12]


def linked_targets(root: Path, folder: Path) -> list[Path]:
    """Return what links in a folder of the user's point at, and links in that: music may be kept on several disks, but not in the project."""
    waiting, found = [str(folder)], set()
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:  # no folder, or not ours to read: the stage will say so
            continue
        for entry in entries:
            if entry.is_symlink():
                target = Path(os.path.realpath(entry.path))
                if target.exists() and target not in found and not _overlap(target, root):
                    found.add(target)
                    waiting.append(str(target))
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
    return sorted(found)


def given_folders(root: Path, values: Mapping[str, Any]) -> list[Path]:
    """Return the folders of the user's that parameters name: ``datasets.*.path``.

    Raises
    ------
    BadParameter
        If one of them contains the project, which reading it would then lay open.
    """
    found = []
    for name, block in values.get("datasets", {}).items():
        given = block.get("path") if isinstance(block, dict) else None
        if not given:
            continue
        folder = Path(os.path.realpath(root / Path(given).expanduser()))
        if root.is_relative_to(folder):
            raise BadParameter(
                f"datasets.{name}.path = '{given}' contains the project itself, which no stage may read: name a folder beside it, or in data/"
            )
        if folder.exists():
            found.append(folder)
    return found


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _files(dep: Path) -> Iterator[Path]:
    if not dep.is_dir():
        yield dep
        return
    for folder, folders, names in os.walk(dep):
        yield from (Path(folder, name) for name in sorted(names))
        yield from (Path(folder, name) for name in sorted(folders) if Path(folder, name).is_symlink())


def _about_link(path: Path, root: Path) -> str:
    target = os.path.realpath(path)
    if f"{os.sep}files{os.sep}md5{os.sep}" in target:
        return (
            f"{shown(path, root)} is a symbolic link into DVC's cache, which stages may not read: "
            "`dvc config cache.type reflink,hardlink,copy`, then `dvc checkout --relink`"
        )
    return (
        f"its dep {shown(path, root)} is a symbolic link to {target}, which dvc.yaml does not name: declare {shown(target, root)} itself "
        "(an absolute path outside the project may be a dep), or copy the file"
    )
