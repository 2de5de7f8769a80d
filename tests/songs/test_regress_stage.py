"""The stage script, from tables on disk to its outs."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reprise import tables
from reprise.songs.source import SongTables

LYRICS = {"model": "all-MiniLM-L6-v2", "max_tokens": 64, "batch_size": 1}
OUTS = (
    "data/regressor/config.json",
    "data/regressor/embeddings.npy",
    "data/regressor/tracks.parquet",
    "data/regressor/weights.safetensors",
    "metrics/regress.json",
    "plots/regress/learning_curve.csv",
    "plots/regress/targets.csv",
    "plots/training/regressor.tsv",
)


def write(root: Path, songs: SongTables, params: dict[str, Any]) -> None:
    corpus = root / "data/corpus/songs"
    named = {
        "targets": songs.targets,
        "labels": songs.labels,
        "metadata": songs.metadata,
        "lyrics": songs.texts,
    }
    for name, frame in named.items():
        tables.write_table(corpus / f"{name}.parquet", frame, name)
    tables.write_json(corpus / "corpus.json", {"missing": {"targets": "nobody rated these songs"}})
    descriptors = root / "data/features/songs/vectors/descriptors.parquet"
    tables.write_table(descriptors, songs.descriptors, "descriptors")
    tables.write_array(root / "data/lyrics/songs/embeddings.npy", songs.embeddings)
    tables.write_table(root / "data/lyrics/songs/tracks.parquet", songs.embedded)
    tables.write_table(root / "data/splits/songs.parquet", songs.splits, "splits")
    (root / "params.json").write_text(json.dumps({"seed": 0, "regress": params, "lyrics": LYRICS}))


def run_stage(root: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("REPRISE_PARAMS", str(root / "params.json"))
    monkeypatch.chdir(root)
    runpy.run_path(str(project / "stages" / "regress.py"))["main"]()
    return tables.read_json(root / "metrics/regress.json")


def test_every_out_is_written(
    song_world: Callable[..., SongTables],
    quick_params: dict[str, Any],
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path, song_world(60), quick_params | {"epochs": 2})
    metrics = run_stage(tmp_path, root, monkeypatch)
    assert metrics["available"] is True
    assert [out for out in OUTS if not (tmp_path / out).exists()] == []


def test_without_targets_the_stage_says_so(
    song_world: Callable[..., SongTables],
    quick_params: dict[str, Any],
    tmp_path: Path,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path, song_world(60, targets=False), quick_params)
    metrics = run_stage(tmp_path, root, monkeypatch)
    assert metrics == {"available": False, "why": "nobody rated these songs"}
    assert tables.read_json(tmp_path / "data/regressor/config.json") == metrics
    assert (tmp_path / "plots/regress/targets.csv").read_text().startswith("target,group,method,r2")
