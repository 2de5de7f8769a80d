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
reached: Any = importlib.import_module("reached")
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


def test_a_mistake_belongs_to_the_lines_of_its_own_statement() -> None:
    source = "def f(x):\n    if (\n        x > 0\n    ):\n        return (\n            x\n            + 1\n        )\n    return 2\n"
    lines = {mutant.what: mutant.lines for mutant in mutants.mutants(source)}
    assert lines[">= for >"] == lines["condition negated"] == {2, 3, 4}
    assert lines["- for +"] == lines["2 for 1"] == {5, 6, 7, 8}
    assert lines["3 for 2"] == {9}


class Item:
    """What the choice of tests looks at."""

    def __init__(self, nodeid: str, *fixturenames: str) -> None:
        self.nodeid, self.fixturenames = nodeid, fixturenames


def test_only_tests_that_come_to_the_mistake_run_and_the_quick_ones_first() -> None:
    found = reached.Reached({"m": Path("m.py")})
    found._contexts = {"m": {1: ["loaded"], 2: ["a", "c"], 3: ["fixture world"], 5: ["torn down"]}}
    found._spent = {"a": 3.0, "b": 0.5, "c": 0.25, "fixture world": 2.0}
    items = [Item("a"), Item("b", "world"), Item("c")]

    def chosen(*lines: int, seconds: float = 60.0) -> list[str]:
        return [item.nodeid for item in found.tests(items, "m", lines, seconds)]

    assert chosen(1) == chosen(5) == ["c", "b", "a"]  # the fixture counts
    assert chosen(2) == ["c", "a"]
    assert chosen(3) == ["b"]
    assert chosen(2, 3) == ["c", "b", "a"]
    assert chosen(4) == []
    assert chosen(2, 3, seconds=3.0) == ["c", "b"]
    assert chosen(3, seconds=0.1) == ["b"]  # one at least
