from __future__ import annotations

import re
from pathlib import Path

import pytest

from reprise import wiring
from reprise.confine.view import read_yaml


@pytest.fixture
def text(root: Path) -> str:
    return (root / "dvc.yaml").read_text(encoding="utf-8")


def test_dvc_yaml_is_true_to_the_code(root: Path, text: str) -> None:
    assert wiring.rewire(text, root) == text, "run python -m reprise.wiring --write"


def test_a_missing_code_dep_is_put_back(root: Path, text: str) -> None:
    broken = text.replace("    - stages/cluster.py\n", "", 1)
    assert broken != text
    assert wiring.rewire(broken, root) == text


def test_a_code_dep_too_many_is_removed(root: Path, text: str) -> None:
    broken = text.replace(
        "    - stages/cluster.py\n", "    - stages/cluster.py\n    - src/reprise/confine/landlock.py\n", 1
    )
    assert broken != text
    assert wiring.rewire(broken, root) == text


def test_imports_inside_functions_count(tmp_path: Path) -> None:
    source = tmp_path / "src" / "reprise"
    (source / "part").mkdir(parents=True)
    (source / "__init__.py").write_text('"""Docstring only."""\n')
    (source / "part" / "__init__.py").write_text('"""Docstring only."""\n')
    (source / "part" / "a.py").write_text("def f():\n    from reprise.part import b\n    return b\n")
    (source / "part" / "b.py").write_text("import numpy\n")
    (tmp_path / "s.py").write_text("from reprise.part.a import f\n")
    assert wiring.closure(tmp_path / "s.py", tmp_path) == {
        "s.py",
        "src/reprise/part/a.py",
        "src/reprise/part/b.py",
    }


def test_models_do_not_depend_on_each_other(root: Path) -> None:
    for path in (root / "src" / "reprise" / "models").glob("*.py"):
        others = re.findall(r"^ *from reprise\.models\.(\w+) import", path.read_text(encoding="utf-8"), re.M)
        models = read_yaml(root / "params.yaml")["models"]
        assert path.stem not in models or not set(others) & (set(models) - {path.stem}), path
