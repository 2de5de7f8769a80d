from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reprise import parameters_page, summary


def test_the_page_of_parameters_is_fresh(root: Path) -> None:
    text = (root / "params.yaml").read_text(encoding="utf-8")
    page = (root / parameters_page.PAGE).read_text(encoding="utf-8")
    assert parameters_page.page(text) == page, "run python -m reprise.parameters_page --write"


@pytest.fixture
def _as_committed(root: Path) -> None:
    """Skip where the last run here differs from the committed one: another processor gives other last digits."""
    differs = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", "dvc.lock", "metrics"], cwd=root
    ).returncode
    if differs:
        pytest.skip("the last run here is not the committed one: commit dvc.lock and metrics, or undo them")


@pytest.mark.usefixtures("_as_committed")
@pytest.mark.parametrize(
    ("page", "metrics"),
    [
        ("README.md", "metrics"),
        ("docs/results/gtzan_mini/README.md", "docs/results/gtzan_mini/metrics"),
    ],
)
def test_the_table_of_results_is_fresh(root: Path, page: str, metrics: str) -> None:
    table = summary.markdown(root / metrics)
    assert table.count("\n") > 10
    assert table in (root / page).read_text(encoding="utf-8"), f"run python -m reprise.summary --write {page}"


def test_what_is_not_available_says_why(tmp_path: Path) -> None:
    (tmp_path / "regress.json").write_text('{"available": false, "why": "no targets"}', encoding="utf-8")
    assert "| regress | not available | no targets |" in summary.markdown(tmp_path)


@pytest.mark.usefixtures("_as_committed")
def test_the_comparison_in_the_docs_is_that_of_the_last_run(root: Path) -> None:
    made = root / "metrics" / "MODEL_COMPARISON.md"
    if not made.exists():
        pytest.skip("nothing was computed here yet: run `dvc repro` first")
    shown = root / "docs" / "results" / "embedded" / "metrics" / "MODEL_COMPARISON.md"
    assert shown.read_text(encoding="utf-8") == made.read_text(encoding="utf-8"), f"cp {made.name} to {shown}"
