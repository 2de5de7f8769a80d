from __future__ import annotations

import re
from pathlib import Path

import pytest

from reprise.report import models_page
from reprise.tables import write_json


def test_every_model_has_its_section(root: Path) -> None:
    text = (root / models_page.PAGE).read_text(encoding="utf-8")
    sections = re.findall(r"^## ([a-z_]+)$", text, flags=re.M)
    assert sections == models_page.model_names(root / "params.yaml")


def test_sizes_and_verdicts_come_from_the_metrics(tmp_path: Path) -> None:
    trained = {
        "available": True, "form": "literal", "latent_dim": 4, "parameters": 12345, "epochs": 7, "best_epoch": 5,
        "validation": {"loss": 0.5}, "active_units": 3, "labels_used": "none",
    }  # fmt: skip
    claim = {
        "available": True, "statement": "it works", "verdict": "refuted", "threshold": 0.1,
        "found": {"value": 0.25, "low": 0.0, "high": 0.5},
    }  # fmt: skip
    write_json(tmp_path / "train/a.json", trained)
    write_json(tmp_path / "proofs/a.json", {"available": True, "claims": {"one": claim}})
    write_json(tmp_path / "train/b.json", {"available": False, "why": "no lyrics"})
    text = models_page.measured(tmp_path, ["a", "b"])
    assert "| `a` | literal | 4 | 12,345 | 7 (5) | 0.5 | 3 | none |" in text
    assert "| `a` | it works | refuted | 0.250 [0.000, 0.500] | 0.1 |" in text
    assert "| `b` | not available: no lyrics |" in text
    assert "| `b` | not available: not run yet |" in text


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="marks"):
        models_page.page("# Models\n", tmp_path, [])
