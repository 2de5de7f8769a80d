"""What DVC itself understands each stage to read, write and be told.

Importing DVC and resolving ``dvc.yaml`` takes more than half a second, so the answer is kept under ``.dvc/tmp`` and keyed by the
bytes of ``dvc.yaml`` and ``params.yaml``: one stage of a run pays, the others read it. So are the parameters, which take 80 ms to parse.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reprise.errors import BadInput

FORMAT = "3"  # changes when the kept form changes


@dataclass(frozen=True)
class StageView:
    """The declarations of one stage.

    Attributes
    ----------
    deps, outs
        Paths relative to the project root (absolute for those outside it).
    params
        Declared dotted parameter names; ``["*"]`` for all of ``params.yaml``.
    """

    deps: list[str]
    outs: list[str]
    params: list[str]


def stage_view(root: Path, name: str) -> StageView:
    """Return the declarations of one stage.

    Parameters
    ----------
    root
        Project root (where ``dvc.yaml`` is).
    name
        Address as DVC exports it in ``DVC_STAGE``, e.g. ``train@pca``.

    Raises
    ------
    BadParameter
        If ``params.yaml`` breaks its schema.
    BadInput
        If ``dvc.yaml`` has no such stage.
    """
    views = stage_views(root)
    if name not in views:
        raise BadInput(f"dvc.yaml has no stage '{name}'; it has {', '.join(sorted(views))}")
    return views[name]


def stage_views(root: Path) -> dict[str, StageView]:
    """Return the declarations of all stages, by address."""
    views = _kept(root) or _resolve(root)
    return {name: StageView(**view) for name, view in views.items()}


def outside(root: Path, views: Iterable[StageView]) -> list[Path]:
    """Return what any stage declares that lies outside the project: the user's music, or data kept on another disk through a link."""
    declared = {root / path for view in views for path in (*view.deps, *view.outs)}
    inside = {path for path in declared if path.is_relative_to(root)}
    places = {os.path.realpath(path) for path in declared - inside | {path.parent for path in inside}}
    return sorted(Path(place) for place in places if not Path(place).is_relative_to(root))


def declared_values(view: StageView, values: dict[str, Any]) -> dict[str, Any]:
    """Pick the declared parameters out of all of them, keeping their nesting."""
    if view.params == ["*"]:
        return values
    picked: dict[str, Any] = {}
    for dotted in view.params:
        source, target = values, picked
        *parents, last = dotted.split(".")
        for key in parents:
            source, target = source[key], target.setdefault(key, {})
        target[last] = source[last]
    return picked


def parameters(root: Path) -> dict[str, Any]:
    """Return what ``params.yaml`` holds.

    Raises
    ------
    BadInput
        If it is no YAML.
    """
    content = (root / "params.yaml").read_bytes()
    kept = _place(root, f"params-{hashlib.sha256(content).hexdigest()[:16]}")
    try:
        values: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        values = read_yaml(root / "params.yaml")
        _keep(kept, values)
    return values


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML 1.2 mapping (``1e-05`` is a number there, unlike in YAML 1.1).

    Raises
    ------
    BadInput
        If it is no YAML.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        values: dict[str, Any] = YAML(typ="safe").load(path)
    except YAMLError as error:
        raise BadInput(
            f"{path} is no YAML: {' '.join(str(error).split())} (marks of a git merge? `python -m reprise.doctor` says what to do)"
        ) from error
    return values


def _file(root: Path) -> Path:
    digest = hashlib.sha256(FORMAT.encode())
    for name in ("dvc.yaml", "params.yaml"):
        digest.update((root / name).read_bytes())
    return _place(root, f"stages-{digest.hexdigest()[:16]}")


def _place(root: Path, name: str) -> Path:
    return root / ".dvc" / "tmp" / "reprise" / f"{name}.json"


def _keep(target: Path, values: dict[str, Any]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(values), encoding="utf-8")
    temporary.replace(target)


def _kept(root: Path) -> dict[str, Any] | None:
    try:
        views: dict[str, Any] = json.loads(_file(root).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return views


def _resolve(root: Path) -> dict[str, Any]:
    from reprise.schema import validate

    validate(read_yaml(root / "params.yaml"))
    from dvc.dependency.param import ParamsDependency
    from dvc.repo import Repo

    views = {}
    with Repo(str(root)) as repo:
        for stage in repo.index.stages:
            if not getattr(stage, "name", None):  # of `dvc add` and `dvc import`: it runs nothing
                continue
            deps = [d for d in stage.deps if not isinstance(d, ParamsDependency) and d.protocol == "local"]
            told = [d for d in stage.deps if isinstance(d, ParamsDependency)]
            params = (
                ["*"] if any(not d.params for d in told) else [str(key) for d in told for key in d.params]
            )
            view = StageView([d.def_path for d in deps], [o.def_path for o in stage.outs], params)
            views[stage.name] = asdict(view)
    _keep(_file(root), views)
    return views
