"""Whether an access is one that the stage declares; what was refused, and which deps were opened."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reprise.confine.doors import SYSTEM, Doors, interpreter_trees

READ, LIST, WRITE, MAKE, TAKE, PUT, NETWORK = "read", "list", "write", "make", "remove", "put", "network"
"""Kinds of access: reading (or running) a file, listing a folder, writing a file, making a name that must be new, taking one away, moving something
to a name that may exist, the network."""

BYTECODE = "__pycache__"  # closed to stages: Python then reads the source, which is a declared dep
SHARED_MEMORY = "/dev/shm"  # noqa: S108 (open, for worker processes share arrays there; what lay there before is not the stage's)
METADATA = ".egg-info"  # of this project as an installed package; says nothing of its data


@dataclass(frozen=True)
class Access:
    """One thing that a stage reached for.

    Attributes
    ----------
    kind
        One of the kinds above.
    target
        An absolute path without links, or address and port.
    """

    kind: str
    target: str


class Judgement:
    """The declarations of a stage, and what it reached for so far.

    Parameters
    ----------
    root
        Project root.
    doors
        What the stage may touch.
    deps
        Its declared deps, absolute, by the places that count as them.

    Attributes
    ----------
    refused
        Undeclared accesses to things of the project, and to the network: each makes the stage fail.
    elsewhere
        Refused accesses to other files that exist: worth a line if the stage fails anyway.
    opened
        Deps of which something was opened.
    """

    def __init__(self, root: Path, doors: Doors, deps: Mapping[Path, Path]) -> None:
        self.refused: dict[Access, None] = {}
        self.elsewhere: dict[Access, None] = {}
        self.opened: set[str] = set()
        self.network = doors.network
        self._deps = {os.path.realpath(place): str(dep) for place, dep in deps.items()}
        write = _resolved(doors.write)
        read = _resolved(doors.read) | write
        names = _resolved(doors.names) | read
        self._trees = {READ: read, LIST: names, WRITE: write, MAKE: write, TAKE: write, PUT: write}
        self._ours = _resolved([root, *doors.watched])
        self._stale = {f"{SHARED_MEMORY}/{name}" for name in _names(SHARED_MEMORY)}
        system = {*SYSTEM, *map(str, interpreter_trees(root))} - {"/proc"}
        self._system = tuple(
            f"{tree}/".encode()
            for tree in sorted(system)
            if not any(within(dep, {tree}) for dep in self._deps) and not within(str(root), {tree})
        )

    def of_the_system(self, path: bytes) -> bool:
        """Whether a path, as the caller wrote it, lies in Python or the system: nearly all that a stage reads."""
        return path.startswith(self._system) and b"/.." not in path

    def refuses(self, access: Access) -> bool:
        """Judge an access, and note it if it is refused, or opens a dep.

        What the kernel would answer anyway, because there is no such file, is not refused.
        """
        if access.kind == NETWORK:
            if not self.network:
                self.refused[access] = None
            return not self.network
        path = access.target
        exists = os.path.lexists(path)
        in_its_folder = access.kind in (MAKE, TAKE, PUT) or (access.kind == WRITE and not exists)
        place = os.path.dirname(path) if in_its_folder else path
        if within(place, self._trees[access.kind]) and not within(path, self._stale):
            self._note_dep(path)
            return False
        if access.kind == MAKE:
            reached = not exists and os.path.isdir(place)
        else:
            reached = exists or (access.kind in (WRITE, PUT) and os.path.isdir(place))
        if reached:
            noted = self.refused if self._is_ours(path) else self.elsewhere
            noted[access] = None
        return reached

    def _note_dep(self, path: str) -> None:
        while path not in self._deps:
            shorter = os.path.dirname(path)
            if shorter == path:
                return
            path = shorter
        self.opened.add(self._deps[path])

    def _is_ours(self, path: str) -> bool:
        parts = path.split("/")
        if BYTECODE in parts or any(part.endswith(METADATA) for part in parts):
            return False
        return within(path, self._stale) or (
            within(path, self._ours) and not self.of_the_system(path.encode())
        )


def within(path: str, trees: Collection[str]) -> bool:
    """Whether an absolute path is one of some trees, or lies in one."""
    while path not in trees:
        shorter = os.path.dirname(path)
        if shorter == path:
            return False
        path = shorter
    return True


def _resolved(paths: Iterable[Path]) -> set[str]:
    return {os.path.realpath(path) for path in paths}


def _names(folder: str) -> list[str]:
    return os.listdir(folder) if os.path.isdir(folder) else []
