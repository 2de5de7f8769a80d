"""A tiny world in the contract's folders: labels, splits, corpus.json and latents of known structure."""

from __future__ import annotations

import hashlib
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from ruamel.yaml import YAML

from reprise import tables

GENRES = ("blues", "disco", "jazz", "rock")
LANGUAGES = ("english", "spanish")
BANDS, MFCC, FRAMES = 32, 8, 70
SMALL: dict[str, Any] = {
    "segment_frames": 32,
    "channels": [4, 8],
    "hidden": [8],
    "latent_dim": 4,
    "features": 8,
    "class_embedding": 3,
    "lyrics_components": 2,
}
"""Sizes that make the models of the registry small."""


@dataclass(frozen=True)
class World:
    """Tracks of four genres by artists of four tracks each; rows are sorted by track id."""

    root: Path
    ids: NDArray[np.str_]
    genre: NDArray[np.str_]
    language: NDArray[np.str_]
    artist: NDArray[np.str_]
    split: NDArray[np.str_]

    def latents(self, spread: float, dimensions: int = 6, seed: int = 0) -> NDArray[np.float32]:
        """Genre centres with Gaussian noise of the given spread."""
        generator = np.random.default_rng(seed)
        centres = 4.0 * np.eye(len(GENRES), dimensions)
        codes = np.searchsorted(GENRES, self.genre)
        noise = generator.standard_normal((len(self.ids), dimensions))
        values: NDArray[np.float32] = (centres[codes] + spread * noise).astype(np.float32)
        return values

    def write_model(
        self, name: str, values: NDArray[np.float32], labels_used: str = "none", **config: Any
    ) -> Path:
        """Write a model directory without weights."""
        folder = self.root / "data/models" / name
        tables.write_json(
            folder / "config.json",
            {"available": True, "model": name, "labels_used": labels_used, "latent_dim": values.shape[1]}
            | config,
        )
        tables.write_array(folder / "latents.npy", values)
        tables.write_table(folder / "tracks.parquet", pd.DataFrame({"track_id": self.ids}))
        tables.write_text(
            folder / "history.tsv", "epoch\ttrain_loss\tvalidation_loss\n1\t2.0\t2.5\n2\t1.0\t1.5\n"
        )
        metrics = {"available": True, "parameters": 1234, "labels_used": labels_used, "epochs": 2}
        tables.write_json(self.root / f"metrics/train/{name}.json", metrics)
        return folder

    def write_weights(self, name: str) -> None:
        """Write the weights of an untrained model, so that it can decode; what its config says already stays."""
        from reprise.models.base import Shapes
        from reprise.models.build import build_model
        from reprise.models.store import save_model

        registry = YAML(typ="safe").load(Path(__file__).parents[2] / "params.yaml")["models"][name]
        params = registry | {key: value for key, value in SMALL.items() if key in registry}
        classes = tuple(GENRES) if "mode" in params else ()
        model = build_model(name, params, Shapes((BANDS, FRAMES), (MFCC, FRAMES), 0, classes), 0)
        folder = self.root / "data/models" / name
        said = tables.read_json(folder / "config.json")
        save_model(folder, name, model, 0)
        tables.write_json(folder / "config.json", tables.read_json(folder / "config.json") | said)

    def write_absent_model(self, name: str, why: str) -> Path:
        """Write the directory of a model that the dataset cannot train."""
        folder = self.root / "data/models" / name
        tables.write_json(folder / "config.json", {"available": False, "model": name, "why": why})
        tables.write_json(self.root / f"metrics/train/{name}.json", {"available": False, "why": why})
        return folder


def make_world(root: Path, n: int = 96, *, language: bool = True) -> World:
    """Write labels, splits, corpus.json, factors and pooled features of ``n`` tracks below ``root``."""
    generator = np.random.default_rng(7)
    order = np.argsort([_hash(number) for number in range(n)])
    numbers = np.arange(n)[order]
    ids = np.array([_hash(number) for number in numbers])
    artist_number = numbers // 4
    genre = np.array(GENRES)[artist_number % len(GENRES)]
    spoken = np.array(LANGUAGES)[generator.integers(0, 2, n)] if language else np.full(n, "")
    split = np.array(["train", "train", "train", "validation", "test", "test"])[(artist_number // 4) % 6]
    artist = np.array([f"artist{number:03d}" for number in artist_number])
    world = World(root, ids, genre, spoken, artist, split)
    _write_labels(world)
    _write_frames(world)
    tables.write_table(
        root / "data/splits/tracks.parquet",
        pd.DataFrame({"track_id": ids, "split": split, "group_id": artist}),
        "splits",
    )
    missing = {} if language else {"language": "the dataset states no language"}
    provides = dict.fromkeys(("lyrics", "tags", "affect", "pairs", "targets", "year"), False)
    provides |= {"genre": True, "language": language, "factors": True}
    tables.write_json(root / "data/corpus/tracks/corpus.json", {"provides": provides, "missing": missing})
    factors = {name: generator.uniform(size=n) for name in ("tempo", "loudness", "brightness")}
    tables.write_table(
        root / "data/corpus/tracks/factors.parquet", pd.DataFrame({"track_id": ids, **factors}), "factors"
    )
    vectors = {name: generator.standard_normal(n) for name in tables.DESCRIPTORS}
    tables.write_table(
        root / "data/features/tracks/vectors/descriptors.parquet",
        pd.DataFrame({"track_id": ids, **vectors}),
        "descriptors",
    )
    pooled = world.latents(1.5, 12, seed=3).astype(np.float64)
    tables.write_table(
        root / "data/features/tracks/vectors/pooled.parquet",
        pd.DataFrame({"track_id": ids} | {f"pooled_{i}": pooled[:, i] for i in range(12)}),
    )
    return world


def _write_labels(world: World) -> None:
    frame = pd.DataFrame({"track_id": world.ids, "genre": world.genre, "language": world.language})
    frame["language"] = frame["language"].replace("", pd.NA)
    test = world.split == "test"
    for part, rows in (("train", ~test), ("test", test)):
        tables.write_table(world.root / f"data/labels/{part}/labels.parquet", frame[rows], "labels")
        tags = pd.DataFrame({"track_id": [], "tag": []})
        tables.write_table(world.root / f"data/labels/{part}/tags.parquet", tags, "tags")


def _write_frames(world: World) -> None:
    generator = np.random.default_rng(11)
    folder, n = world.root / "data/features/tracks/frames", len(world.ids)
    tables.write_array(folder / "mel.npy", generator.normal(-40, 12, (n, BANDS, FRAMES)).astype(np.float16))
    tables.write_array(folder / "mfcc.npy", generator.normal(0, 20, (n, MFCC, FRAMES)).astype(np.float16))
    tables.write_table(folder / "tracks.parquet", pd.DataFrame({"track_id": world.ids, "n_frames": FRAMES}))
    lyrics = world.root / "data/lyrics/tracks"
    tables.write_array(lyrics / "embeddings.npy", np.zeros((0, 384), np.float32))
    tables.write_table(lyrics / "tracks.parquet", pd.DataFrame({"track_id": pd.Series([], dtype=str)}))


def _hash(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:16]


PARAMS: dict[str, Any] = {
    "seed": 0,
    "cluster": {"k": 4, "seeds": 2, "methods": ["kmeans", "agglomerative", "spectral", "gmm", "own"]},
    "evaluate": {"bootstrap": 10, "permutations": 20},
    "prove": {"permutations": 20},
    "compare": {"seeds": 2, "bootstrap": 10},
    "features": {"sample_rate": 22050, "n_fft": 2048, "hop_length": 512, "n_mels": BANDS, "n_mfcc": MFCC},
}


def run_stage(world: World, monkeypatch: Any, script: Path, *arguments: str, **params: Any) -> None:
    """Call the main function of a stage script in the world's folder, with exactly these parameters."""
    tables.write_json(world.root / "params.json", PARAMS | params)
    monkeypatch.setenv("REPRISE_PARAMS", str(world.root / "params.json"))
    monkeypatch.chdir(world.root)
    runpy.run_path(str(script))["main"](*arguments)
