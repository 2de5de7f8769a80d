from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from reprise.web.app import make_app
from reprise.web.made_run import Size, make_run
from reprise.web.run import LiveRun
from reprise.web.run_files import RunFiles

TRACKS, LISTED = 300, 90


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a made-up run; not to be changed."""
    root = tmp_path_factory.mktemp("web") / "run"
    make_run(root, Size(TRACKS, LISTED, dimensions=8, audio=TRACKS))
    (root / "metrics/leakage.json").write_text(
        json.dumps(
            {
                "summary": {"checks": 1, "leak": 0},
                "checks": {
                    "splits": {"artists": {"severity": "ok", "stage": "split", "evidence": "<b>none</b>"}}
                },
            }
        )
    )
    models = {
        "conv_vae": {
            "available": True,
            "genre": {"ami": {"value": 0.5, "low": 0.4, "high": 0.6, "chance": 0.0}},
            "latent_dim": 8,
        },
        "pca": {
            "available": True,
            "genre": {"ami": {"value": 0.4, "low": 0.3, "high": 0.5, "chance": 0.0}},
            "latent_dim": 8,
        },
    }
    (root / "metrics/compare.json").write_text(json.dumps({"method": "kmeans", "k": 10, "models": models}))
    (root / "plots").mkdir()
    (root / "plots/model_comparison.html").write_text(
        "<!doctype html><title>models</title><p>compared<script>document.title='run'</script>"
    )
    return root


@pytest.fixture(scope="session")
def live(folder: Path) -> LiveRun:
    return LiveRun(RunFiles(folder))


@pytest.fixture(scope="session")
def client(live: LiveRun) -> Iterator[TestClient]:
    with TestClient(make_app(live), base_url="http://localhost") as made:
        yield made
