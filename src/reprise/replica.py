"""Copies of the project in which stages can be run for a proof, without touching the project or its cache."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reprise.confine.view import read_yaml
from reprise.dvc_hashes import file_hash, folder_entries, folder_hash
from reprise.errors import BadInput, RepriseError

WORLDS = Path(".dvc") / "tmp" / "reprise" / "worlds"
"""Where copies of the project lie, below it."""

Files = dict[str, str]
"""The md5 of every file of every out, by path."""

RECORD = """
import sys
from dvc.repo import Repo
with Repo() as repo, repo.lock:
    for name in sys.argv[1:]:
        for stage in repo.stage.collect(name):
            stage.save(run_cache=False)
            stage.commit()
            stage.dump(update_pipeline=False)
"""


class Replica:
    """A copy of the project.

    Parameters
    ----------
    root
        Where it is.
    cache
        The cache it uses.
    """

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache

    def dvc(self, *arguments: str) -> str:
        """Run a DVC command and return what it printed.

        Raises
        ------
        RepriseError
            If it fails; with its last lines.
        """
        return self._python("-m", "dvc", *arguments)

    def _python(self, *arguments: str) -> str:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = os.environ | {"PATH": path, "DVC_NO_ANALYTICS": "1"}
        for name in ("DVC_STAGE", "DVC_ROOT"):
            environment.pop(name, None)
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            last = "\n".join(done.stdout.splitlines()[-30:])
            raise RepriseError(f"{' '.join(arguments[1:4])} failed in {self.root}:\n{last}")
        return done.stdout

    def locked_outs(self) -> dict[str, dict[str, Any]]:
        """Return what ``dvc.lock`` says of each out, by path, with its stage as ``stage``."""
        stages = self._locked()
        return {
            out["path"]: out | {"stage": name}
            for name, entry in stages.items()
            for out in entry.get("outs", ())
        }

    def _locked(self) -> dict[str, Any]:
        """Return the stages of ``dvc.lock``, which is long: it is parsed once for each content, and must not be changed."""
        lock = self.root / "dvc.lock"
        return _stages(lock, lock.read_bytes())

    def files(self) -> Files:
        """Return the md5 of every file of every out, as ``dvc.lock`` and the cache say.

        Raises
        ------
        BadInput
            If neither the cache nor the project has the list of a folder.
        """
        found: Files = {}
        for path, out in self.locked_outs().items():
            if not out["md5"].endswith(".dir"):
                found[path] = out["md5"]
                continue
            listed = self.cached(out["md5"])
            entries = json.loads(listed.read_text(encoding="utf-8")) if listed else self._uncached(path, out)
            found |= {f"{path}/{entry['relpath']}": entry["md5"] for entry in entries}
        return found

    def _uncached(self, path: str, out: dict[str, Any]) -> list[dict[str, str]]:
        """List a folder that the cache does not hold (``cache: false``) as DVC does."""
        entries = folder_entries(self.root / path)
        if folder_hash(entries) != out["md5"]:
            raise BadInput(
                f"{path} of stage {out['stage']} is not here as dvc.lock records it: run `dvc repro` first"
            )
        return entries

    def cached(self, md5: str) -> Path | None:
        """Return the cache's file of a hash; ``None`` where it has none."""
        path = self.cache / "files" / "md5" / md5[:2] / md5[2:]
        return path if path.exists() else None

    def md5(self, path: str) -> str:
        """Return the hash of a file as it is."""
        return file_hash(self.root / path)

    def record(self, paths: Iterable[str]) -> set[str]:
        """Make changed outs the result of their stages, as if these had made them; return the stages.

        The run cache is told nothing, for they have not.
        """
        stages = self.owners(paths)
        self._python("-c", RECORD, *sorted(stages))
        return stages

    def owners(self, paths: Iterable[str]) -> set[str]:
        """Return the stages whose outs some files are, or lie in."""
        changed = [Path(path) for path in paths]
        return {
            out["stage"]
            for place, out in self.locked_outs().items()
            if any(path.is_relative_to(place) for path in changed)
        }

    def waiting(self) -> set[str]:
        """Return the stages on record with an input that is no longer the one they ran on, as far as ``dvc.lock`` tells."""
        made = {path: out["md5"] for path, out in self.locked_outs().items()}
        stages = self._locked()
        return {
            name
            for name, entry in stages.items()
            if any(made.get(dep["path"], dep.get("md5")) != dep.get("md5") for dep in entry.get("deps", ()))
        }

    def copy(self, target: Path) -> Replica:
        """Copy it: large files as second names of the same, which is safe, for stages replace their outs and never change their deps."""
        for folder, folders, names in os.walk(self.root):
            place = target / Path(folder).relative_to(self.root)
            place.mkdir(parents=True, exist_ok=True)
            if Path(folder) == self.root:
                folders[:] = [name for name in folders if name != ".work"]
            for name in names:
                source = Path(folder, name)
                if place.is_relative_to(target / "data"):
                    link_or_copy(str(source), str(place / name))
                else:
                    shutil.copy2(source, place / name)
        return Replica(target, self.cache)


@functools.lru_cache(maxsize=8)
def _stages(lock: Path, _content: bytes) -> dict[str, Any]:
    stages: dict[str, Any] = read_yaml(lock)["stages"]
    return stages


def make(root: Path, target: Path, cache: Path) -> Replica:
    """Copy the project as it stands, uncommitted changes included, without what it computed.

    Parameters
    ----------
    root
        The project.
    target
        A folder that does not exist yet.
    cache
        The cache that the copy is to use; made if absent.

    Raises
    ------
    RepriseError
        If the project is in no git repository.
    """
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if listed.returncode:
        raise RepriseError(f"{root} is no git repository: {listed.stderr.strip()}")
    for name in filter(None, listed.stdout.split("\0")):
        if (root / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, target / name)
    cache.mkdir(parents=True, exist_ok=True)
    (target / ".dvc" / "config.local").write_text(
        f'[core]\n    no_scm = true\n    analytics = false\n[cache]\n    dir = {cache}\n    type = "hardlink,copy"\n',
        encoding="utf-8",
    )
    return Replica(target, cache)


def lend_machine_code(root: Path, target: Path) -> None:
    """Give a copy the project's compiled loops and list of fonts: no results, but half a minute of every copy's time."""
    kept = Path(".dvc") / "tmp" / "reprise"
    for folder in (*(root / kept).glob("numba-*"), root / kept / "matplotlib"):
        if folder.is_dir() and not folder.suffix:
            shutil.copytree(folder, target / kept / folder.name, dirs_exist_ok=True)


def original(root: Path) -> Replica:
    """Return the project itself, to read what it records; it is not to be changed."""
    from dvc.repo import Repo

    with Repo(str(root)) as repo:
        return Replica(root, Path(repo.cache.local.path).parents[1])


def link_cache(project: Replica, target: Path) -> None:
    """Give a copy's cache all that the project's holds, as second names of the same files; but not which runs made it."""
    if (project.cache / "files").is_dir():
        shutil.copytree(
            project.cache / "files", target / "files", copy_function=link_or_copy, dirs_exist_ok=True
        )


def link_or_copy(source: str, target: str) -> str:
    """Give a file a second name, or copy it where the file system cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
