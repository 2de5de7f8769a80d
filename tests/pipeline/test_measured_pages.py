"""Pages of what a benchmark measured are those of the record that it keeps, and the front page says no more than they do."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
fault_page: Any = importlib.import_module("fault_page")
faults: Any = importlib.import_module("faults")
sys.path.pop(0)


def test_the_page_of_faults_is_that_of_the_record() -> None:
    made = fault_page.page(fault_page.on_record())
    assert fault_page.PAGE.read_text(encoding="utf-8") == made, "run python benchmarks/faults.py --page"
    assert "0 lost" in made


def test_faults_are_counted_by_kind_and_stage_and_late_ones_are_not() -> None:
    def trial(kind: str, stage: str, happened: str = "a kill", lost: str = "", mended: str = "") -> Any:
        return faults.Trial(kind, stage, 0, happened, lost, mended)

    trials = [
        trial("kill_dvc", "labels"),
        trial("kill_dvc", "split@tracks", mended="the lock"),
        trial("fill_disk", "labels", lost="another dvc.lock", mended="the lock"),
        trial("fill_disk", "labels", happened=""),
    ]
    counted = fault_page.counted(trials, "abc")
    assert counted["kinds"] == {
        "fill_disk": {"tried": 1, "mended": 0, "lost": 1},
        "kill_dvc": {"tried": 2, "mended": 1, "lost": 0},
    }
    assert (counted["stages"]["labels"]["tried"], counted["late"]) == (2, 1)
    page = fault_page.page([counted, counted])
    assert "**6 faults, 4 survived (2 of them by `reprise run`), 2 lost.** 2 came too late" in page
    assert page.count("- `fill_disk` in `labels` (a kill): another dvc.lock (at abc)") == 2
    assert "`press_ctrl_c` 0 of 10" in page


@pytest.fixture(scope="module")
def matrix(root: Path) -> str:
    return (root / "docs/leaks.md").read_text(encoding="utf-8")


def test_the_front_page_says_of_planted_leaks_what_the_matrix_says(root: Path, matrix: str) -> None:
    front = (root / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([KLW]\d\d) \| (.*?) \| ([SRND ]+) \|$", front, re.M)
    assert len(rows) == 37
    for key, what, layers in rows:
        marks = [mark for mark, layer in zip("SRND", _cells(matrix, key)[2:6], strict=True) if layer == "●"]
        assert marks == layers.split(), key
        assert what == _cells(matrix, key)[1]
    claim = re.search(r"^\*\*37 of 37 planted leaks.*$", matrix, re.M)
    assert claim is not None
    assert claim[0] in front


def _cells(matrix: str, key: str) -> list[str]:
    row = re.search(rf"^\| {key} \|.*$", matrix, re.M)
    assert row is not None, key
    return [cell.strip() for cell in row[0].strip("|").split(" | ")]
