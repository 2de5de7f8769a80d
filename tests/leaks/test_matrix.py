"""The matrix says what was seen, what was not, and what was not asked; outcomes survive a stop."""

from __future__ import annotations

from pathlib import Path

from reprise.leaks import matrix
from reprise.leaks.entry import Leak
from reprise.leaks.results import Results

READ = Leak("A1", "labels read on the side", ("lyrics",), caught="R")
DATA = Leak("B1", "clips of one length for each genre", secrets=(), caught="D")
SILENT = Leak("C1", "nobody sees it", ("train",), caught="N")
LEAKS = (READ, DATA, SILENT)


def results(path: Path) -> Results:
    found = Results(path)
    found.add("A1", 0, {"S": "", "R": "refused", "N": ""}, {})
    found.add("A1", 1, {"S": "", "R": "refused", "N": "genre: it moved"}, {"D": "no audit"})
    found.add("B1", 0, {"S": "", "R": "", "N": "", "D": "envelope.size (files)"}, {})
    found.clean = {str(seed): [] for seed in range(20)}
    return found


def test_a_row_for_each_leak(tmp_path: Path) -> None:
    found = results(tmp_path / "results.json")
    table = matrix.matrix(LEAKS, found)
    assert "| A1 | labels read on the side | · | ● 2/2 | ● 1/2 | ? | R: refused |" in table
    assert "| B1 | clips of one length for each genre | · | · | – | ● | D: envelope.size (files) |" in table
    assert "C1" not in table
    found.facts = {"simulated": {"A1": True}}
    assert "| ● 1/2 | ○ |" in matrix.matrix(LEAKS, found)


def test_the_sentences_count_worlds_and_alarms(tmp_path: Path) -> None:
    found = results(tmp_path / "results.json")
    said = matrix.summary(LEAKS, found)
    assert "2 of 2 planted leaks are seen by at least one layer in every world" in said
    assert "(3 worlds with a leak" in said
    assert "S 0 of 2, R 1 of 2, N 0 of 1, D 1 of 1" in said
    assert "0 of 20 clean worlds raised an alarm** (with 95 % confidence fewer than 14%" in said
    found.add("C1", 0, {"S": "", "R": "", "N": "", "D": ""}, {})
    assert "2 of 3 planted leaks" in matrix.summary(LEAKS, found)
    page = matrix.page(LEAKS, found)
    assert "Not seen in some world: C1." in page
    assert "- A1 D: no audit" in page
    assert "| C1 | nobody sees it | nothing |" in matrix.short(LEAKS, found)


def test_a_layer_that_must_see_a_leak_and_did_not_is_named(tmp_path: Path) -> None:
    found = results(tmp_path / "results.json")
    assert matrix.unmet(LEAKS, found) == []
    found.add("C1", 0, {"S": "a broken promise", "N": ""}, {})
    found.add("C1", 1, {"S": "a broken promise"}, {"N": "no answer"})
    found.add("C1", 2, {"S": "a broken promise", "N": "it moved"}, {})
    assert matrix.unmet(LEAKS, found) == ["C1 N in world 0", "C1 N in world 1"]
    assert "A layer that must see it did not: C1 N in world 0, C1 N in world 1." in matrix.page(LEAKS, found)


def test_a_stopped_run_goes_on(tmp_path: Path) -> None:
    results(tmp_path / "results.json").save()
    found = Results.load(tmp_path / "results.json")
    assert found.missing("A1", 1, "SRND") == "D"
    assert found.missing("A1", 2, "SRND") == "SRND"
    found.add("A1", 1, {"D": "placebo.probe"}, {})
    assert found.missing("A1", 1, "SRND") == ""
    assert not Results.load(tmp_path / "results.json").failed["A1"]["1"]


def test_what_the_simulation_found_is_read_from_its_page(root: Path) -> None:
    found = matrix.simulated((root / "docs/audit.md").read_text(encoding="utf-8"))
    assert found["L03"]
    assert found["W01"]
    assert "L01" not in found
