"""``dvc.yaml`` as a person reads it: one entry for each stage, instances folded into one, and which stage reads which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

VARIABLE = re.compile(r"\$\{([\w.]+)\}")

CALLED = {"item.role": "role", "key": "role", "item.model": "model", "item.dataset": "dataset"}
"""Variables of ``dvc.yaml`` that stand for an instance, and what a reader is told they are."""


@dataclass(frozen=True)
class Out:
    """One file or folder that a stage writes.

    Attributes
    ----------
    path
        With ``<role>``, ``<model>`` where instances differ.
    kind
        ``out``, ``metric`` or ``plot``.
    labels
        The secrets it carries.
    """

    path: str
    kind: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class StagePage:
    """What ``dvc.yaml`` says about a stage.

    Attributes
    ----------
    name, summary, command
        Its name, its ``desc`` and its ``cmd``.
    instances
        Values of ``<role>`` or ``<model>``; empty for a stage that is there once.
    reads, code
        Its deps: data and project code.
    params
        Declared parameters.
    outs
        What it writes.
    free_of
        The secrets that it promises not to depend on.
    declassifies
        Whether it is trusted to keep the secrets it reads from its outs.
    """

    name: str
    summary: str
    command: str
    instances: tuple[str, ...]
    reads: tuple[str, ...]
    code: tuple[str, ...]
    params: tuple[str, ...]
    outs: tuple[Out, ...]
    free_of: tuple[str, ...]
    declassifies: bool


def stages_of(pipeline: Mapping[str, Any]) -> list[StagePage]:
    """Return the stages of a parsed ``dvc.yaml`` in its order."""
    return [_stage(name, entry) for name, entry in pipeline["stages"].items()]


def sources(stages: Iterable[StagePage], values: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return which stages each stage reads from.

    Parameters
    ----------
    stages
        As `stages_of` returns them.
    values
        ``params.yaml``: some paths name a parameter (``${model}``).
    """
    stages = list(stages)
    return {
        stage.name: {
            other.name
            for other in stages
            if other is not stage
            and any(_same(read, out.path, values) for read in stage.reads for out in other.outs)
        }
        for stage in stages
    }


def _stage(name: str, entry: Mapping[str, Any]) -> StagePage:
    body = entry.get("do", entry)
    deps = [_shown(dep) for dep in body.get("deps", [])]
    meta = body.get("meta", {})
    return StagePage(
        name=name,
        summary=str(body["desc"]),
        command=_shown(body["cmd"]),
        instances=_instances(entry),
        reads=tuple(dep for dep in deps if not dep.endswith(".py")),
        code=tuple(dep for dep in deps if dep.endswith(".py")),
        params=tuple(_shown(_first(param)) for param in body.get("params", [])),
        outs=tuple(_outs(body)),
        free_of=tuple(meta.get("free_of", ())),
        declassifies=bool(meta.get("declassifies")),
    )


def _instances(entry: Mapping[str, Any]) -> tuple[str, ...]:
    if "foreach" in entry:
        return tuple(entry["foreach"])
    return tuple(value for values in entry.get("matrix", {}).values() for value in values)


def _outs(body: Mapping[str, Any]) -> Iterable[Out]:
    for section, kind in (("outs", "out"), ("metrics", "metric"), ("plots", "plot")):
        for out in body.get(section, []):
            options = out[_first(out)] if isinstance(out, Mapping) else {}
            yield Out(_shown(_first(out)), kind, tuple((options or {}).get("labels", ())))


def _first(entry: Any) -> str:
    """Return the path of an entry that is a path or maps it to its options."""
    return str(next(iter(entry)) if isinstance(entry, Mapping) else entry)


def _shown(text: str) -> str:
    return VARIABLE.sub(lambda found: f"<{CALLED.get(found[1], found[1])}>", str(text))


def _same(read: str, written: str, values: Mapping[str, Any]) -> bool:
    """Whether a path that is read and one that is written can be the same, in the parts that vary."""
    one, other = (_pattern(path, values) for path in (read, written))
    return fnmatchcase(one, other) or fnmatchcase(other, one)


def _pattern(path: str, values: Mapping[str, Any]) -> str:
    """Return a path with the values of its parameters, and ``*`` for what differs between instances or is a choice of many."""

    def value(found: re.Match[str]) -> str:
        inner: Any = {} if found[1] in CALLED.values() else values
        for key in found[1].split("."):
            inner = inner.get(key) if isinstance(inner, Mapping) else None
        return "*" if inner is None or isinstance(inner, Mapping) else str(inner)

    return re.sub(r"<([\w.]+)>", value, path)
