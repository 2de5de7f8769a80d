"""Keep ``dvc.yaml`` true to the code: the code deps of a stage are its imports, and the model lists are those of ``params.yaml``.

    python -m reprise.wiring            exit 1 and the differences, if dvc.yaml is not true
    python -m reprise.wiring --write    put them right

Imports are read from the syntax tree, so nothing is run, and imports inside functions count. A module that is chosen by name at run time (a model, a
dataset) is a templated dep: editing ``models/vade.py`` retrains VaDE alone.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import sys
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

PACKAGE = "reprise"
CHOSEN_BY_NAME = {
    "download": ("datasets", "${item.dataset}"),
    "train": ("models", "${item.model}"),
    "train_conditional": ("models", "${item.model}"),
    "prove": ("models", "${item.model}"),
}
"""Stages that import one module of a package by name: the package, and how dvc.yaml says which."""

LOADS_EVERY_MODEL = ("compare",)
"""Stages that load trained models by name: every model's code is theirs as well."""

READS_EVERY_MODEL = ("compare", "audit")
MODEL_FOLDER = "data/models/"


def closure(script: Path, root: Path, extra: tuple[str, ...] = ()) -> set[str]:
    """Return the project files that a script imports, directly or not.

    Parameters
    ----------
    script
        The stage's script.
    root
        Project root.
    extra
        Dotted modules that are imported by name as well.

    Returns
    -------
    set of str
        Paths relative to the root, the script among them; files without code (a docstring only) are left out.
    """
    found = {script}
    waiting = [*_imports(script), *extra]
    while waiting:
        for path in _files_of(waiting.pop(), root / "src"):
            if path not in found:
                found.add(path)
                waiting.extend(_imports(path))
    return {str(path.relative_to(root)) for path in found if _has_code(path)}


def code_deps(stage: str, root: Path, params: dict[str, Any]) -> list[str]:
    """Return the code deps of a stage as ``dvc.yaml`` must list them."""
    script = root / "stages" / f"{stage}.py"
    if stage in LOADS_EVERY_MODEL:
        return sorted(closure(script, root, tuple(f"{PACKAGE}.models.{name}" for name in params["models"])))
    if stage not in CHOSEN_BY_NAME:
        return sorted(closure(script, root))
    package, template = CHOSEN_BY_NAME[stage]
    chosen = {f"src/{PACKAGE}/{package}/{name}.py" for name in params[package]}
    names = (
        params[package]
        if stage == "prove" or package == "datasets"
        else _models(params, conditional=stage == "train_conditional")
    )
    shared = closure(script, root, tuple(f"{PACKAGE}.{package}.{name}" for name in names))
    return sorted((shared - chosen) | {f"src/{PACKAGE}/{package}/{template}.py"})


def rewire(text: str, root: Path) -> str:
    """Return ``dvc.yaml`` with true code deps and model lists, everything else as it stands."""
    yaml = round_trip_yaml()
    pipeline = yaml.load(text)
    params = YAML(typ="safe").load(root / "params.yaml")
    stages = pipeline["stages"]
    for name, entry in stages.items():
        body = entry.get("do", entry)
        data = [dep for dep in body.get("deps", []) if not str(dep).endswith(".py")]
        if name in READS_EVERY_MODEL:
            data = [dep for dep in data if not str(dep).startswith(MODEL_FOLDER)]
            data += [f"{MODEL_FOLDER}{model}" for model in params["models"]]
        if not (root / "stages" / f"{name}.py").exists():
            continue
        wanted = [*data, *code_deps(name, root, params)]
        if list(body.get("deps", [])) != wanted:
            if "deps" not in body:
                body.insert(1 + list(body).index("cmd"), "deps", wanted)
            body["deps"] = wanted
    for name, conditional in (("train", False), ("train_conditional", True), ("prove", None)):
        if name in stages:
            models = (
                list(params["models"]) if conditional is None else _models(params, conditional=conditional)
            )
            if list(stages[name]["matrix"]["model"]) != models:
                stages[name]["matrix"]["model"] = _flow(models)
    stream = StringIO()
    yaml.dump(pipeline, stream)
    return stream.getvalue()


def main() -> None:
    """Compare, or write."""
    parser = argparse.ArgumentParser(
        prog="reprise.wiring", description="keep the code deps and model lists of dvc.yaml true"
    )
    parser.add_argument("--write", action="store_true", help="put dvc.yaml right")
    options = parser.parse_args()
    root = Path.cwd()
    old = (root / "dvc.yaml").read_text(encoding="utf-8")
    new = rewire(old, root)
    if options.write:
        (root / "dvc.yaml").write_text(new, encoding="utf-8")
    elif old != new:
        sys.stdout.writelines(
            difflib.unified_diff(old.splitlines(True), new.splitlines(True), "dvc.yaml", "what the code says")
        )
        sys.exit("dvc.yaml is not true to the code: run python -m reprise.wiring --write")


def _models(params: dict[str, Any], *, conditional: bool) -> list[str]:
    """List the models that are given labels (their entry has a ``mode``: which), or the others."""
    return [name for name, entry in params["models"].items() if ("mode" in entry) == conditional]


def _imports(path: Path) -> list[str]:
    modules = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [module for module in modules if module.split(".")[0] == PACKAGE]


def _files_of(module: str, source: Path) -> list[Path]:
    """Return the file of a module and the ``__init__.py`` files on the way to it; nothing for a name inside a module."""
    parts = module.split(".")
    candidates = [source.joinpath(*parts[: depth + 1], "__init__.py") for depth in range(len(parts))]
    candidates.append(source.joinpath(*parts).with_suffix(".py"))
    return [path for path in candidates if path.is_file()]


def _has_code(path: Path) -> bool:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)) for node in body)


def _flow(items: list[str]) -> CommentedSeq:
    sequence = CommentedSeq(items)
    sequence.fa.set_flow_style()
    return sequence


def round_trip_yaml() -> YAML:
    """Return a reader and writer of ``dvc.yaml`` and ``params.yaml`` that keeps comments, quotes and line breaks."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=2, offset=0)
    return yaml


if __name__ == "__main__":
    main()
