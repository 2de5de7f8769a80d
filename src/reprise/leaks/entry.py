"""What a planted leak is: the changes that someone would have to make to a project, written down so that they can be made in a copy of it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprise.errors import BadInput

LAYERS = {
    "S": "graph: a promise of `dvc.yaml` is broken",
    "R": "confinement: the stage does not get through, and does unconfined",
    "N": "non-interference: another secret, another result",
    "D": "data and reports: a finding of the audit",
}


Outside = tuple[dict[str, str], Callable[[], None]]
"""Environment variables, and what is to be called afterwards."""


SHOWN = 4  # items of a list that are told


def few(items: Sequence[str]) -> str:
    """Return the first items in one line, and how many more there are."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return "; ".join(items[:SHOWN]) + more


def nothing_left() -> None:
    """Clean up nothing."""


@dataclass(frozen=True)
class Edit:
    """One change of a file's text.

    Attributes
    ----------
    path
        Relative to the project.
    old, new
        What stands there, exactly once, and what takes its place.
    """

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Leak:
    """A leak.

    Attributes
    ----------
    key, what
        Number in the catalogue, and one line on what is done.
    stages
        Stages that do it, in the order in which they run.
    edits
        Changes of code.
    deps
        Stage (without ``@``) to what it declares in addition, as an honest author of a leak would.
    params
        Dotted parameter to another value.
    music
        Changes the folder of raw music, which it is given.
    outside
        Is given the world's folder and puts something where no stage should find it.
    secrets
        What non-interference changes: ``genre`` (the folders of the raw music), or names of `reprise.perturb`; none where the channel lies outside what the
        experiment changes.
    same
        Stages that the edits cannot make write anything else (the code that changed is not run for their role): their results are taken as they are.
    caught
        Layers of `LAYERS` that must see it.
    """

    key: str
    what: str
    stages: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    deps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    music: Callable[[Path], None] | None = None
    outside: Callable[[Path], Outside] | None = None
    secrets: tuple[str, ...] = ("genre",)
    same: tuple[str, ...] = ()
    caught: str = "D"


def collect(folder: Path) -> list[Leak]:
    """Read the leaks of a folder: one file each, which defines ``LEAK``.

    Parameters
    ----------
    folder
        ``tests/leaks/planted`` of the project. Its parent is importable to them, for what several share.

    Raises
    ------
    BadInput
        If a file defines none, or two have one key.
    """
    if not folder.is_dir():
        raise BadInput(
            f"{folder}: no such folder; leaks are planted from a clone of the project, which has it"
        )
    found: dict[str, Leak] = {}
    sys.path.insert(0, str(folder.parent))
    try:
        for file in sorted(folder.glob("*.py")):
            leak = _read(file)
            if leak.key in found:
                raise BadInput(f"{file}: key '{leak.key}' is taken; every leak has its own")
            found[leak.key] = leak
    finally:
        sys.path.remove(str(folder.parent))
    return list(found.values())


def _read(file: Path) -> Leak:
    spec = importlib.util.spec_from_file_location(f"planted_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    leak = getattr(module, "LEAK", None)
    if not isinstance(leak, Leak):
        raise BadInput(f"{file}: defines no LEAK; see the other files beside it")
    if unknown := set(leak.caught) - set(LAYERS):
        raise BadInput(
            f"{file}: caught = '{leak.caught}' names {', '.join(sorted(unknown))}; layers are {', '.join(LAYERS)}"
        )
    return leak
