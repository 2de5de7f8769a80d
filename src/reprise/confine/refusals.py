"""What a person is told of refused accesses: what was reached for, and the lines of ``dvc.yaml`` that would allow it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from reprise.confine.judgement import LIST, NETWORK, READ, Access

SHOWN = 60  # lines printed
MANY = 6  # names of one folder that are taken together
OF_DVC = ("dvc.yaml", "dvc.lock", ".dvc", ".git", ".work")
PARAMETERS = "params.yaml"


def explain(stage: str, root: Path, refused: Iterable[Access]) -> str:
    """Say why a stage fails that reached for what it does not declare, whatever it made of the refusal itself.

    Parameters
    ----------
    stage
        Address, e.g. ``train@pca``.
    root
        Project root, without links.
    refused
        The accesses.

    Returns
    -------
    str
        Lines, among them those to add to ``dvc.yaml``.
    """
    accesses = sorted(set(refused), key=lambda access: (access.kind == NETWORK, access.target, access.kind))
    counted = _gather(accesses)
    lines = [
        f"{stage}: reached for what dvc.yaml does not declare for it; it was refused, and this result is not kept:"
    ]
    lines += [f"  {_sentence(access, root, count)}" for access, count in list(counted.items())[:SHOWN]]
    if len(counted) > SHOWN:
        lines.append(f"  and {len(counted) - SHOWN} more")
    wanted = _yaml(stage, root, list(counted)[:SHOWN])
    if wanted:
        lines += [
            f"Do without, or add the path to its deps or outs in dvc.yaml{_place(stage, root)}:",
            *wanted,
        ]
    return "\n".join(lines)


def mention(elsewhere: Iterable[Access]) -> str:
    """Name refused files outside the project, which may be why a stage failed; empty if there are none."""
    paths = sorted({access.target for access in elsewhere if access.kind != LIST})
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"refused outside the project: {', '.join(paths[:SHOWN])}{more}" if paths else ""


def shown(path: str | Path, root: Path) -> str:
    """Return a path as ``dvc.yaml`` writes it: relative to the project, or absolute outside it."""
    absolute = root / path
    return str(absolute.relative_to(root)) if absolute.is_relative_to(root) else str(absolute)


def _gather(accesses: list[Access]) -> dict[Access, int]:
    """Take many files of one folder together, as that folder; return how many each line stands for."""

    def folder(access: Access) -> Access:
        return Access(access.kind, str(Path(access.target).parent))

    siblings = Counter(folder(access) for access in accesses if access.kind != NETWORK)
    found: dict[Access, int] = {}
    for access in accesses:
        whole = folder(access)
        many = siblings[whole] >= MANY
        found[whole if many else access] = siblings[whole] if many else 1
    return found


def _sentence(access: Access, root: Path, count: int) -> str:
    if access.kind == NETWORK:
        return f"network: {access.target} (only download has --network: it fetches, the others compute)"
    path = shown(access.target, root)
    if path == PARAMETERS:
        return f"read {path} (declare the parameters under params; reprise.params.load() gives them)"
    if path.split("/")[0] in OF_DVC:
        return f"{access.kind} {path} (no stage may)"
    if path.startswith("/dev/shm/"):  # noqa: S108 (named to be refused or allowed, not written to)
        return f"read {path}, which another process left there (no stage may)"
    if count > 1:
        return f"{access.kind} {count} names in {path}"
    if access.kind == LIST:
        return f"list {path if path != '.' else 'the project folder'}"
    if path.endswith(".py") and path.startswith("src/"):
        return f"{access.kind} {path} (python -m reprise.wiring --write declares imports)"
    return f"{access.kind} {path}"


def _place(stage: str, root: Path) -> str:
    """Say in which line of ``dvc.yaml`` the stage is, and its deps and outs; nothing where that cannot be told."""
    name = stage.split("@")[0]
    lines = (
        (root / "dvc.yaml").read_text(encoding="utf-8").splitlines() if (root / "dvc.yaml").exists() else []
    )
    first = next(
        (at for at, line in enumerate(lines) if re.fullmatch(rf"  {re.escape(name)}:\s*(#.*)?", line)), None
    )
    if first is None:
        return ""
    found = [f"line {first + 1}"]
    for at in range(first + 1, len(lines)):
        if re.match(r"\s{0,2}\S", lines[at]) and not lines[at].lstrip().startswith("#"):
            break
        section = re.match(r"\s+(deps|outs):", lines[at])
        if section:
            found.append(f"{section[1]} in line {at + 1}")
    return f" ({', '.join(found)})"


def _yaml(stage: str, root: Path, accesses: Iterable[Access]) -> list[str]:
    """Return the lines to add; none for what no line can allow."""
    wanted: dict[str, list[str]] = {"deps": [], "outs": []}
    for access in accesses:
        path = shown(access.target, root)
        first = path.split("/")[0]
        if access.kind == NETWORK or first in (*OF_DVC, PARAMETERS, ".") or path.startswith("/dev/"):
            continue
        section = wanted["deps" if access.kind in (READ, LIST) else "outs"]
        if path not in section:
            section.append(path)
    found = [
        line
        for name, paths in wanted.items()
        if paths
        for line in (f"    {name}:", *(f"    - {path}" for path in paths))
    ]
    return [f"  {stage.split('@')[0]}:", *found] if found else []
