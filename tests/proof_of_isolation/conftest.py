"""A pipeline of a few small stages with the shape of the real one, some of which leak through what they declare."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

STAGES = """
import sys
import numpy as np
import pandas as pd
from reprise.tables import *

IDS = [f"{i:016x}" for i in range(12)]
def frame(**columns): return pd.DataFrame({"track_id": IDS} | columns)

def download():
    for role in ("tracks", "songs", "emotion"):
        corpus = f"data/corpus/{role}"
        write_table(f"{corpus}/tracks.parquet", frame(n_samples=9, sample_rate=9), "tracks")
        write_table(f"{corpus}/labels.parquet", frame(genre=[f"g{i % 3}" for i in range(12)], language=None), "labels")
        write_table(f"{corpus}/tags.parquet", frame(tag=[f"t{i % 2}" for i in range(12)]), "tags")
        write_table(f"{corpus}/metadata.parquet", empty_table("metadata"), "metadata")
    write_table("data/corpus/emotion/affect.parquet", frame(arousal=np.arange(12) / 12, valence=np.arange(12) / 24), "affect")

def split():
    for role in ("tracks", "songs"):
        parts = ["train"] * 7 + ["validation"] * 2 + ["test"] * 3
        write_table(f"data/splits/{role}.parquet", frame(split=parts, group_id=IDS), "splits")

def features():
    for role in ("tracks", "songs"):
        for name in ("mel", "mfcc"):
            write_array(f"data/features/{role}/frames/{name}.npy", np.arange(24, dtype=np.float16).reshape(12, 2))
        write_table(f"data/features/{role}/frames/tracks.parquet", frame(n_frames=2))
        for name in ("descriptors", "pooled"):
            columns = {c: np.arange(12.0) for c in SCHEMAS["descriptors"] if c != "track_id"}
            write_table(f"data/features/{role}/vectors/{name}.parquet", frame(**columns))
        write_array(f"data/lyrics/{role}/embeddings.npy", np.ones((12, 2), np.float32))
        write_table(f"data/lyrics/{role}/tracks.parquet", frame())

def labels():
    table = read_table("data/corpus/tracks/labels.parquet", "labels")
    test = read_table("data/splits/tracks.parquet")["split"] == "test"
    write_table("data/labels/train/labels.parquet", table[~test], "labels")
    write_table("data/labels/test/labels.parquet", table[test], "labels")
    write_text("data/labels/train/LEAK.txt", "".join(table[test]["genre"]))

def train():
    mel = read_array("data/features/tracks/frames/mel.npy")
    train = (read_table("data/splits/tracks.parquet")["split"] == "train").to_numpy()
    for name, rows in (("honest", mel[train]), ("leaky", mel)):
        write_tensors(f"data/models/{name}/weights.safetensors", {"mean": np.asarray(rows, np.float32).mean(0)})
        write_array(f"data/models/{name}/latents.npy", np.asarray(mel))

def transfer():
    affect = read_table("data/corpus/emotion/affect.parquet")
    write_text("data/av_regressor/LEAK.txt", str(affect["arousal"].iloc[0]))

globals()[sys.argv[1]]()
"""
PIPELINE = """
stages:
  download:
    cmd: python stages.py download
    outs:
    - data/corpus/tracks/tracks.parquet
    - data/corpus/songs/tracks.parquet
    - data/corpus/emotion/tracks.parquet
    - data/corpus/tracks/labels.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/songs/labels.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/emotion/labels.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/tracks/tags.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/songs/tags.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/emotion/tags.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/tracks/metadata.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/songs/metadata.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/emotion/metadata.parquet: {labels: [genre-train, genre-test]}
    - data/corpus/emotion/affect.parquet: {labels: [affect]}
    meta: {declassifies: true}
  split:
    cmd: python stages.py split
    deps: [data/corpus/tracks/tracks.parquet, data/corpus/songs/tracks.parquet]
    outs: [data/splits]
  features:
    cmd: python stages.py features
    deps: [data/corpus/tracks/tracks.parquet]
    outs:
    - data/features/tracks/frames
    - data/features/tracks/vectors
    - data/features/songs/frames
    - data/features/songs/vectors
    - data/lyrics
  labels:
    cmd: python stages.py labels
    deps: [data/corpus/tracks/labels.parquet, data/splits]
    outs:
    - data/labels/train: {labels: [genre-train]}
    - data/labels/test: {labels: [genre-test]}
    meta: {declassifies: true}
  train:
    cmd: python stages.py train
    deps: [data/features/tracks/frames, data/splits]
    params: [work.workers]
    outs: [data/models]
  transfer:
    cmd: python stages.py transfer
    deps: [data/corpus/emotion/affect.parquet]
    outs: [data/av_regressor]
"""


def environment(root: Path) -> dict[str, str]:
    names = {"NAME": "test", "EMAIL": "test@example.org"}
    git = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in names.items()}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | git | {"DVC_NO_ANALYTICS": "1", "PATH": path, "PYTHONPATH": str(root / "src")}


@pytest.fixture(scope="module")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pipeline, computed and committed."""
    folder = tmp_path_factory.mktemp("isolation")
    files = {
        "stages.py": STAGES,
        "dvc.yaml": PIPELINE,
        "params.yaml": "work:\n  workers: 2\n",
        ".gitignore": "/data/\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    for command in (
        ["git", "init", "-q"],
        [sys.executable, "-m", "dvc", "init", "-q"],
        [sys.executable, "-m", "dvc", "repro", "-q"],
        ["git", "add", "-A"],
        ["git", "commit", "-q", "-m", "all"],
    ):
        subprocess.run(command, cwd=folder, env=environment(root), check=True)
    return folder


@pytest.fixture(autouse=True)
def _own_code(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
