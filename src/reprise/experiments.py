"""The experiments of the project as a table a person can read: what each changed, and its headline numbers with intervals.

Read from git alone: an experiment is a commit under ``refs/exps``, its parameters and metrics are files in it.
"""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reprise.errors import RepriseError
from reprise.headline import FIGURES, Figure, figures

REFERENCES = "refs/exps/"
NOT_EXPERIMENTS = ("exec/", "celery/", "temp/", "stash", "apply/")
NAMES = [name for name, _, _ in FIGURES]


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    name
        As DVC calls it.
    commit
        Its commit.
    changed
        Parameters that differ from the commit it started at, with their values.
    figures
        Its headline numbers, by name.
    """

    name: str
    commit: str
    changed: dict[str, Any]
    figures: dict[str, Figure]


def read(root: Path) -> list[Experiment]:
    """Return the project's experiments, newest first.

    Raises
    ------
    RepriseError
        If the project is in no git repository.
    """
    listed = _git(
        root, "for-each-ref", "--sort=-committerdate", "--format=%(objectname) %(refname)", REFERENCES
    )
    found = []
    for line in listed.splitlines():
        commit, _, reference = line.partition(" ")
        parts = reference.removeprefix(REFERENCES)
        if (
            parts.startswith(NOT_EXPERIMENTS) or parts.count("/") != 2
        ):  # two parts of the start's hash, then the name
            continue
        first, second, name = parts.split("/")
        found.append(_experiment(root, name, commit, first + second))
    return found


def table(found: Sequence[Experiment]) -> str:
    """Return the experiments as aligned text; columns that none has are left out."""
    columns = [name for name in NAMES if any(name in one.figures for one in found)]
    rows = [("experiment", *columns, "changed")]
    rows += [
        (one.name, *(str(one.figures.get(name, "–")) for name in columns), _changes(one)) for one in found
    ]
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)).rstrip() for row in rows
    )


def write_csv(path: Path, found: Sequence[Experiment]) -> None:
    """Write the experiments as CSV: a column for each changed parameter, three for each headline number."""
    parameters = sorted({key for one in found for key in one.changed})
    bounds = [(name, bound) for name in NAMES for bound in ("value", "low", "high")]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["experiment", "commit", *parameters, *(f"{name} {bound}" for name, bound in bounds)])
        for one in found:
            values = [
                getattr(one.figures[name], bound) if name in one.figures else "" for name, bound in bounds
            ]
            writer.writerow(
                [one.name, one.commit, *(one.changed.get(key, "") for key in parameters), *values]
            )


def flat(params: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return parameters by dotted name."""
    found: dict[str, Any] = {}
    for key, value in params.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return found


def _experiment(root: Path, name: str, commit: str, start: str) -> Experiment:
    before, after = (_params(root, revision) for revision in (start, commit))
    changed = {
        key: after.get(key)
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    }
    measured = {figure.name: figure for figure in figures(lambda path: _json(root, commit, path))}
    return Experiment(name, commit, changed, measured)


def _params(root: Path, revision: str) -> dict[str, Any]:
    text = _git(root, "show", f"{revision}:params.yaml", missing="{}")
    return flat(YAML(typ="safe").load(text) or {})


def _json(root: Path, revision: str, path: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(_git(root, "show", f"{revision}:{path}", missing="null"))
    return found


def _changes(one: Experiment) -> str:
    return ", ".join(f"{key}={value}" for key, value in one.changed.items()) or "–"


def _git(root: Path, *arguments: str, missing: str | None = None) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    if done.returncode and missing is None:
        raise RepriseError(f"git {arguments[0]} failed in {root}: {done.stderr.strip()}")
    return missing if done.returncode and missing is not None else done.stdout
