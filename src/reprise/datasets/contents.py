"""What a folder (or file) of the user's own holds, as one parameter, so that DVC knows when it changed.

DVC can depend on a folder, but not on one as people keep it: a link that leads nowhere, a file without permission or a name that is no UTF-8
stops it, a pipe hangs it, and what lies behind a link to another folder it does not see. So ``datasets.<name>.contents`` in ``params.yaml``
says what ``datasets.<name>.path`` held when ``reprise scan`` last looked: a hash over the names, sizes and bytes of
its files. The stage depends on the parameter; `verified` stops it where folder and parameter differ.

Bytes are read once: hashes are kept beside DVC's own, by size and time of change.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprise.datasets.tree import Tree, walk
from reprise.errors import BadParameter, MissingData

KEPT = ".dvc/tmp/reprise"
SCAN = "reprise scan"
THREADS = 4
BLOCK = 1 << 20
NAMED = 3  # changed files that a message names

State = tuple[int, int, str]
"""Size in bytes, time of change in ns, SHA-256 of the content (or why it cannot be read)."""


@dataclass(frozen=True)
class Contents:
    """What is there.

    Attributes
    ----------
    files : dict of str to State
        By name relative to the folder.
    refused : dict of str to str
        What cannot be read, and why.
    skipped : Counter
        See `reprise.datasets.tree.Tree`.
    places : list of Path
        Where it is: the folder or file itself, and what links lead to.
    """

    files: dict[str, State]
    refused: dict[str, str] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    places: tuple[Path, ...] = ()

    def digest(self) -> str:
        """Return the value of the parameter; times do not count, so a copy has the same."""
        rows = [[name, size, sha256] for name, (size, _, sha256) in self.files.items()]
        text = json.dumps([rows, sorted(self.refused)], ensure_ascii=False)
        return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def own_path(root: Path, dataset: str, options: Mapping[str, Any]) -> Path | None:
    """Return where the user's own files for a dataset are; ``None`` where its options name none.

    Raises
    ------
    BadParameter
        If the path begins with ``~``, which means another place inside a confined stage, or holds the project itself.
    MissingData
        If there is nothing.
    """
    text = options.get("path")
    if not text:
        return None
    if str(text).startswith("~"):
        written_out = Path(text).expanduser()
        raise BadParameter(f"datasets.{dataset}.path = '{text}': '~' is not expanded; write {written_out}")
    path = root / str(text)
    if not path.exists():
        raise MissingData(f"datasets.{dataset}.path = '{text}': there is no such file or folder")
    if root.resolve().is_relative_to(path.resolve()):
        raise BadParameter(
            f"datasets.{dataset}.path = '{text}' holds the project itself; name a folder of music"
        )
    return path


def look(path: Path, known: Mapping[str, State] | None = None) -> Contents:
    """Read what is there.

    Parameters
    ----------
    path : Path
        A folder or a file.
    known : mapping of str to State
        What was there: files of the same size and time are not read again.
    """
    tree = walk(path) if path.is_dir() else Tree(path, {path.name: path})
    known = known or {}
    with ThreadPoolExecutor(THREADS) as pool:
        states = pool.map(lambda item: _state(item[1], known.get(item[0])), tree.files.items())
        files = dict(zip(tree.files, states, strict=True))
    return Contents(files, tree.refused, tree.skipped, (path.resolve(), *sorted(tree.outside)))


def verified(root: Path, dataset: str, options: Mapping[str, Any]) -> list[Path]:
    """Return the places a stage has to read for the user's own files of a dataset, after seeing that they are what was scanned.

    What a link in them leads to inside the project stays shut.

    Parameters
    ----------
    root : Path
        Project root.
    dataset : str
        Its key in ``params.yaml``.
    options : mapping
        Its block there.

    Raises
    ------
    MissingData
        If the folder is not there, was never scanned, or has changed since.
    """
    path = own_path(root, dataset, options)
    if path is None:
        return []
    said = options.get("contents")
    if not said:
        raise MissingData(
            f"datasets.{dataset}.path = '{options['path']}' was never scanned: run {SCAN} {dataset}"
        )
    before = recall(root, dataset, path)
    now = look(path, before)
    if now.digest() != said:
        changes = f" ({differences(before, now.files)})" if before else ""
        raise MissingData(
            f"datasets.{dataset}.path = '{options['path']}' has changed since it was scanned{changes}: run {SCAN} {dataset}"
        )
    remember(root, dataset, path, now)
    project, own = root.resolve(), path.resolve()
    return [place for place in now.places if place.is_relative_to(own) or not place.is_relative_to(project)]


def differences(before: Mapping[str, State], now: Mapping[str, State]) -> str:
    """Return in words how two states differ, naming a few files."""
    changed = [name for name in now if name in before and before[name][2] != now[name][2]]
    kinds = {
        "new": sorted(now.keys() - before.keys()),
        "gone": sorted(before.keys() - now.keys()),
        "changed": changed,
    }
    parts = [
        f"{len(names)} {kind}: {', '.join(names[:NAMED])}{' …' if len(names) > NAMED else ''}"
        for kind, names in kinds.items()
        if names
    ]
    return "; ".join(parts) or "other names or links"


def recall(root: Path, dataset: str, path: Path) -> dict[str, State]:
    """Return what was there when it was last looked at; nothing if that was elsewhere."""
    try:
        kept = json.loads(_kept(root, dataset).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if kept.get("path") != str(path.resolve()):
        return {}
    return {name: (int(size), int(time), str(sha256)) for name, (size, time, sha256) in kept["files"].items()}


def remember(root: Path, dataset: str, path: Path, contents: Contents) -> None:
    """Keep what is there, whole or not at all."""
    kept = _kept(root, dataset)
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps({"path": str(path.resolve()), "files": contents.files}), encoding="utf-8")
    partial.replace(kept)


def _kept(root: Path, dataset: str) -> Path:
    return root / KEPT / f"contents-{dataset}.json"


def _state(path: Path, known: State | None) -> State:
    try:
        state = path.stat()
        if known is not None and known[:2] == (state.st_size, state.st_mtime_ns):
            return known
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(BLOCK):
                digest.update(block)
        return state.st_size, state.st_mtime_ns, digest.hexdigest()
    except OSError as error:
        return 0, 0, f"unreadable: {error.strerror}"
