"""Plots that DVC draws: each names columns that its table has, and a template that leaves nothing open."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML


@pytest.fixture(scope="module")
def plots(root: Path) -> dict[str, dict[str, Any]]:
    """Return every table that is a plot of a stage, with its settings."""
    stages = YAML(typ="safe").load(root / "dvc.yaml")["stages"]
    entries = [
        entry for stage in stages.values() for entry in stage.get("plots", ()) if isinstance(entry, dict)
    ]
    found = {path: settings for entry in entries for path, settings in entry.items()}
    return {path: found[path] for path in found if path.endswith(("csv", "tsv")) and "$" not in path}


def test_every_table_says_what_is_drawn(root: Path, plots: dict[str, dict[str, Any]]) -> None:
    assert plots
    for path, settings in plots.items():
        if path == "plots/audit/findings.csv":  # a list to read
            continue
        columns = pd.read_csv(root / path, sep="\t" if path.endswith("tsv") else ",", nrows=1).columns
        assert {settings["x"], settings["y"]} <= set(columns), path
        assert settings["title"], path


def test_own_templates_leave_nothing_open(root: Path, plots: dict[str, dict[str, Any]]) -> None:
    own = {file.stem for file in (root / ".dvc/plots").glob("*.json")}
    drawn = {path for path, settings in plots.items() if settings.get("template") in own}
    assert {settings.get("template") for settings in plots.values()} >= own, "a template that nothing uses"
    command = [sys.executable, "-m", "dvc", "plots", "show", "--json", *sorted(drawn)]
    shown = json.loads(subprocess.run(command, cwd=root, capture_output=True, check=True, text=True).stdout)
    assert set(shown["data"]) == drawn
    assert "<DVC_METRIC" not in json.dumps(shown)
