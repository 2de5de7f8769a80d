"""A small world of songs whose topics follow the lyrics and whose audio targets follow the descriptors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reprise.songs.encoding import GENRES
from reprise.songs.source import SongTables
from reprise.tables import DESCRIPTORS, TARGETS, empty_table

SongWorld = Callable[..., SongTables]


@pytest.fixture
def quick_params() -> dict[str, Any]:
    return quick()


@pytest.fixture(scope="module")
def module_params() -> dict[str, Any]:
    return quick()


def quick() -> dict[str, Any]:
    return {
        "targets": [],
        "lyrics_encoder": "frozen",
        "lora": {"rank": 2, "alpha": 4, "epochs": 1, "learning_rate": 0.001, "batch_size": 8, "chunks": 1},
        "max_words": 100,
        "trees": 2,
        "fusion": "concat",
        "folds": 2,
        "learning_curve": [],
        "loss": "huber",
        "epochs": 20,
        "patience": 5,
        "batch_size": 32,
        "learning_rate": 0.002,
        "weight_decay": 0.01,
        "dropout": 0.1,
        "modality_dropout": 0.2,
        "widths": {"lyrics": 32, "audio": 16, "metadata": 8, "joint": 64},
        "bootstrap": 100,
    }


@pytest.fixture
def song_world() -> SongWorld:
    return builder()


@pytest.fixture(scope="module")
def module_world() -> SongWorld:
    return builder()


def builder() -> SongWorld:
    def build(n: int = 150, *, audio: bool = True, targets: bool = True, seed: int = 0) -> SongTables:
        rng = np.random.default_rng(seed)
        ids = np.array([f"{number:016x}" for number in sorted(rng.integers(0, 2**60, n))])
        theme = rng.normal(size=(n, 3))
        sound = rng.normal(size=(n, 2))
        embeddings = theme @ rng.normal(size=(3, 20)) + 0.2 * rng.normal(size=(n, 20))
        descriptors = sound @ rng.normal(size=(2, 22)) + 0.2 * rng.normal(size=(n, 22))
        topics = theme @ rng.normal(size=(3, 16)) + 0.3 * rng.normal(size=(n, 16))
        loud = sound @ rng.normal(size=(2, 2)) + 0.3 * rng.normal(size=(n, 2))
        group = rng.integers(0, n // 3, n)
        part = np.where(group % 5 == 0, "test", np.where(group % 5 == 1, "validation", "train"))
        table = pd.DataFrame({"track_id": ids})
        return SongTables(
            splits=table.assign(split=part, group_id=group.astype(str)),
            targets=pd.concat([table, pd.DataFrame(np.hstack([topics, loud]), columns=list(TARGETS))], axis=1)
            if targets
            else empty_table("targets"),
            labels=table.assign(genre=rng.choice(GENRES, n), language="en"),
            metadata=table.assign(title="t", artist="a", year=pd.array(rng.integers(1950, 2020, n), "Int64")),
            texts=table.assign(text=[f"word{k % 7} word{k % 11} again" for k in range(n)]),
            descriptors=pd.concat([table, pd.DataFrame(descriptors, columns=list(DESCRIPTORS))], axis=1)
            if audio
            else empty_table("descriptors"),
            embedded=table,
            embeddings=embeddings.astype(np.float32),
        )

    return build
