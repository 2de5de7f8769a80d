"""Which deps the stages opened when they last ran: a dep that no run opens makes its stage run again for nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

Opened = Mapping[str, bool]
"""Whether each dep was opened."""


def keep(root: Path, stage: str, deps: Iterable[str], opened: Collection[str]) -> None:
    """Keep the account of a stage that has succeeded."""
    target = _folder(root) / f"{stage}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    account = {dep: dep in opened for dep in deps}
    target.write_text(json.dumps(account, indent=1) + "\n", encoding="utf-8")


def accounts(root: Path, stages: Iterable[str]) -> dict[str, Opened]:
    """Return the kept accounts of stages that have run here."""
    found = {}
    for stage in stages:
        try:
            found[stage] = json.loads((_folder(root) / f"{stage}.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            continue
    return found


def never_opened(stage: str, stages: Iterable[str], kept: Mapping[str, Opened]) -> list[str]:
    """List data that a stage declares and never opened.

    Stages of one ``matrix`` or ``foreach`` share their declaration: what one of them opens the others may declare, so nothing is said before all of
    them have run. Code is left out, for imports may be lazy and ``reprise.wiring`` declares them all; so are ``.ok`` files, which are there
    for order.

    Parameters
    ----------
    stage
        Address, e.g. ``prove@pca``.
    stages
        All addresses.
    kept
        From `accounts`.
    """
    family = [name for name in stages if name.split("@")[0] == stage.split("@")[0]]
    if not all(name in kept for name in family):
        return []
    return [
        dep
        for dep in kept[stage]
        if not dep.endswith((".py", ".ok")) and not any(kept[name].get(dep) for name in family)
    ]


def _folder(root: Path) -> Path:
    return root / ".dvc" / "tmp" / "reprise" / "opened"
