"""Tiny tracks and tiny parameters: every model of the zoo in a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reprise.training.settings import TrainingParams
from reprise.training.tracks import UNKNOWN, Tracks

ROOT = Path(__file__).parents[2]

SMALL: dict[str, Any] = {
    "segment_frames": 32,
    "crops_per_track": 3,
    "channels": [4, 8],
    "hidden": [16],
    "latent_dim": 4,
    "features": 8,
    "class_embedding": 3,
    "lyrics_components": 2,
    "batch_size": 8,
    "epochs": 3,
    "anneal_epochs": 0,
    "pretrain_epochs": 3,
    "components": 3,
    "restarts": 10,
    "learning_rate": 0.005,
    "joint_learning_rate": 0.005,
    "width": 8,
    "heads": 2,
    "lyrics_tokens": 2,
    "projection": 8,
    "encoded": 6,
    "quantiles": 20,
}
"""Sizes under which a model trains in a moment; each is used where the model has such a parameter."""


def make_tracks(*, conditional: bool = True, seed: int = 0) -> Tracks:
    """Twenty-four tracks of three classes that differ in which bands are loud."""
    rng = np.random.default_rng(seed)
    n, bands, frames = 24, 32, 70
    kind = np.arange(n) % 3
    loud = np.eye(3)[kind].repeat([11, 11, 10], axis=1)[:, :, None]
    mel = (
        -60 + 25 * loud + 5 * rng.normal(size=(n, 1, frames)) + 2 * rng.normal(size=(n, bands, frames))
    ).astype(np.float16)
    mfcc = (3 * loud[:, ::4][:, :8] + rng.normal(size=(n, 8, frames))).astype(np.float16)
    lyrics = rng.normal(size=(n, 12)).astype(np.float32)
    has_lyrics = np.arange(n) % 5 != 0
    lyrics[~has_lyrics] = 0
    names = np.array(["a", "b", "c"])[kind]
    given = np.where(np.arange(n) < 20, names, UNKNOWN)
    labels = {"genre": given, "language": given} if conditional else {}
    ids = np.array([f"{number:016x}" for number in range(n)])
    segments = loud[:, None, ::4, 0] + rng.normal(size=(n, 1, 8)) + rng.normal(size=(n, 5, 8))
    train, validation = np.arange(16), np.arange(16, 20)
    return Tracks(ids, mel, mfcc, train, validation, lyrics, has_lyrics, labels, segments.astype(np.float32))


@pytest.fixture
def tracks() -> Tracks:
    return make_tracks()


@pytest.fixture(scope="session")
def training() -> TrainingParams:
    """Common parameters without thresholds: tiny models need not be good."""
    return TrainingParams(
        device="cpu",
        precision="float32",
        patience=10,
        min_steps=0,
        checkpoint_seconds=0.0,
        min_kl_nats=0.0,
        min_active_share=0.0,
        min_live_share=0.0,
        max_cluster_share=1.0,
        seeds=1,
        accumulate=1,
        processes=1,
    )


@pytest.fixture(scope="session")
def small() -> Callable[[str], dict[str, Any]]:
    """Parameters of a model as in ``params.yaml``, with tiny sizes."""
    from ruamel.yaml import YAML

    registry = YAML(typ="safe").load(ROOT / "params.yaml")["models"]

    def shrink(name: str) -> dict[str, Any]:
        config = dict(registry[name])
        return config | {key: value for key, value in SMALL.items() if key in config}

    return shrink
