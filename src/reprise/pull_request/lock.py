"""Whether ``dvc.lock`` is true to code and parameters: told from what git holds, without data and without running anything.

``dvc status`` needs the data, and ``dvc repro --dry`` names no cause and does not follow changes downstream. What is compared here, stage by
stage: its command, the bytes of its code, its parameters, the files in git that it reads or writes, and whether a dep has the hash that the
stage before it recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.confine.view import read_yaml
from reprise.dvc_hashes import file_hash, folder_entries, folder_hash
from reprise.errors import MissingData


@dataclass(frozen=True)
class Stale:
    """A stage whose record in ``dvc.lock`` is not of this code and these parameters.

    Attributes
    ----------
    stage
        Its address.
    why
        What differs.
    """

    stage: str
    why: str


def stale_stages(root: Path) -> list[Stale]:
    """Return the stages that would run, or whose committed results are not those on record; empty: the lock is true.

    Raises
    ------
    MissingData
        If there is no ``dvc.lock``.
    """
    from dvc.repo import Repo

    if not (root / "dvc.lock").exists():
        raise MissingData(f"{root / 'dvc.lock'} is not there: run `dvc repro` and commit it")
    locked = read_yaml(root / "dvc.lock")["stages"]
    made = {out["path"]: out["md5"] for entry in locked.values() for out in entry.get("outs", ())}
    with Repo(str(root)) as repo:
        stages = list(repo.index.stages)
        found = [Stale(stage.name, why) for stage in stages for why in _reasons(root, stage, locked, made)]
    known = {stage.name for stage in stages}
    return found + [
        Stale(name, "is on record, but dvc.yaml has no such stage") for name in locked if name not in known
    ]


def _reasons(root: Path, stage: Any, locked: Mapping[str, Any], made: Mapping[str, str]) -> Iterator[str]:
    entry = locked.get(stage.name)
    if entry is None:
        yield "never ran"
        return
    if entry["cmd"] != stage.cmd:
        yield "another command"
    recorded = {dep["path"]: dep["md5"] for dep in entry.get("deps", ())}
    declared = {dep.def_path: dep for dep in stage.deps if not hasattr(dep, "params")}
    if recorded.keys() != declared.keys():
        yield f"other deps: {_some(sorted(recorded.keys() ^ declared.keys()))}"
    changed = [
        path for path in declared if path in recorded and _now(root, path, made) not in (recorded[path], "")
    ]
    if changed:
        yield f"changed: {_some(changed)}"
    parameters = [key for dep in stage.deps if hasattr(dep, "params") for key in _parameters(dep, entry)]
    if parameters:
        yield f"changed parameters: {_some(parameters)}"
    written = {out["path"]: out["md5"] for out in entry.get("outs", ())}
    wrong = [
        out.def_path
        for out in stage.outs
        if not out.use_cache and (written.get(out.def_path) != _digest(root / out.def_path))
    ]
    if wrong:
        yield f"in git, but not as on record: {_some(wrong)}"


def _parameters(dep: Any, entry: Mapping[str, Any]) -> list[str]:
    """Return the names of declared parameters whose value is not the one on record."""
    recorded = entry.get("params", {}).get(dep.def_path, {})
    now = dep.read_params()
    return sorted(key for key in recorded.keys() | now.keys() if recorded.get(key) != now.get(key))


def _now(root: Path, path: str, made: Mapping[str, str]) -> str:
    """Return a dep's hash: of another stage's out what that stage recorded, of a file in git that of its bytes; empty: not known here."""
    return made.get(path) or _digest(root / path)


def _digest(path: Path) -> str:
    """Return DVC's hash of a file or folder, empty where there is none."""
    if path.is_file():
        return file_hash(path)
    return folder_hash(folder_entries(path)) if path.is_dir() else ""


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more
