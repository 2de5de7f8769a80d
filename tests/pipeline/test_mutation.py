"""Planted mistakes are mistakes, a test that notices kills, and the page is that of what was measured."""

from __future__ import annotations

import ast
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
mutants: Any = importlib.import_module("mutants")
mutation: Any = importlib.import_module("mutation")
sys.path.pop(0)


def test_planted_mistakes_change_the_code_and_compile() -> None:
    source = "def f(x, y):\n    if x > 0 and not y:\n        raise ValueError\n    return x.mean() - 2\n"
    found = list(mutants.mutants(source))
    plain = ast.dump(ast.parse(source))
    assert {mutant.what for mutant in found} == {
        "condition negated", "or for and", ">= for >", "< for >", "1 for 0", "negation left out", "error left out", "+ for -", "sum for mean",
        "3 for 2",
    }  # fmt: skip
    for mutant in found:
        assert ast.dump(mutant.code) != plain
        compile(mutant.code, "mutant", "exec")


def test_texts_annotations_and_messages_are_not_mutated() -> None:
    source = "def f(x: int = 1) -> 'list[2]':\n    raise ValueError('no ' + str(3))\n"
    assert [mutant.what for mutant in mutants.mutants(source)] == ["2 for 1", "error left out"]


def test_the_page_of_planted_mistakes_is_that_of_what_was_measured(root: Path) -> None:
    kept = json.loads((root / "benchmarks/mutation.json").read_text(encoding="utf-8"))
    assert (root / "docs/mutation.md").read_text(encoding="utf-8") == mutation.page(kept), (
        "run python benchmarks/mutation.py --page"
    )


def test_a_planted_module_takes_the_place_of_what_others_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    from reprise.evaluation import agreement, clusterings

    there = "def validate(reference, estimated):\n    return 'planted'\n"
    monkeypatch.setattr(clusterings, "validate", agreement.validate, raising=False)  # as `from … import` does
    before = agreement.validate
    monkeypatch.setattr(agreement, "validate", before)  # to be put back
    mutation.plant("reprise.evaluation.agreement", compile(there, "planted", "exec"))
    planted: Any = [agreement.validate, vars(clusterings)["validate"]]
    assert [function([], []) for function in planted] == ["planted", "planted"]


def test_every_measured_module_has_tests() -> None:
    modules = mutation.modules()
    assert {"models/losses.py", "evaluation/agreement.py", "audit/probe.py"} <= set(modules)
    for module in modules:
        assert mutation.tests_of(module), module
