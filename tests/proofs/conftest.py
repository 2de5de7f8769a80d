from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.evaluation.world import World, make_world

from reprise import tables
from reprise.evaluation.uncertainty import Resampling
from reprise.models.build import build_model
from reprise.models.store import Unavailable, save_latents, save_model
from reprise.proofs.evidence import Evidence, Places, read_evidence
from reprise.training.tracks import Tracks, read_tracks

BANDS, FRAMES, COEFFICIENTS = 16, 48, 4
VAE = {
    "form": "segment", "segment_frames": 16, "pool": 1, "crops_per_track": 2, "latent_dim": 4, "free_bits": 0.0, "anneal_epochs": 0,
    "learning_rate": 0.001, "batch_size": 8, "epochs": 1,
}  # fmt: skip
CONV = VAE | {"channels": [4, 8]}
DENSE = {"hidden": [8], "latent_dim": 4, "learning_rate": 0.001, "batch_size": 8, "epochs": 1}
MODELS: dict[str, dict[str, Any]] = {
    "pca": {"latent_dim": 4},
    "ae_basic": DENSE,
    "ae_multimodal": DENSE | {"lyrics_components": 3, "lyrics_weight": 1.0},
    "ae_conditional": DENSE | {"mode": "genre", "lyrics_components": 3, "lyrics_weight": 1.0},
    "basic_vae": VAE | {"hidden": [16], "dropout": 0.0},
    "conv_vae": CONV,
    "beta_vae": CONV | {"beta": 4.0},
    "cvae": CONV | {"mode": "genre", "features": 8, "class_embedding": 4},
    "vade": CONV | {"components": 4, "restarts": 10, "pretrain_epochs": 1, "joint_learning_rate": 0.0001},
}
"""Every model of the designs, as small as it goes."""


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world with maps whose spectrum depends on the genre, lyrics embeddings, and no model yet."""
    world = make_world(tmp_path_factory.mktemp("proofs"))
    generator = np.random.default_rng(0)
    codes = np.unique(world.genre, return_inverse=True)[1]
    slope = np.linspace(-1, 1, BANDS)[None, :, None] * (codes - 1.5)[:, None, None]
    beat = np.sin(np.arange(FRAMES) * 0.8)[None, None]
    mel = -40 + 6 * slope + 3 * beat + 2 * generator.standard_normal((96, BANDS, FRAMES))
    mfcc = 10 * codes[:, None, None] + 5 * generator.standard_normal((96, COEFFICIENTS, FRAMES))
    frames = world.root / "data/features/tracks/frames"
    tables.write_array(frames / "mel.npy", mel.astype(np.float16))
    tables.write_array(frames / "mfcc.npy", mfcc.astype(np.float16))
    tables.write_table(
        frames / "tracks.parquet", pd.DataFrame({"track_id": world.ids, "n_frames": FRAMES}), "frames"
    )
    rendered = world.root / "data/features/factors/frames"
    tables.write_array(rendered / "mel.npy", mel[:40].astype(np.float16))
    tables.write_array(rendered / "mfcc.npy", mfcc[:40].astype(np.float16))
    known = pd.DataFrame({"track_id": world.ids[:40], "n_frames": FRAMES})
    tables.write_table(rendered / "tracks.parquet", known, "frames")
    factors = known[["track_id"]].assign(bright=generator.uniform(size=40), loud=generator.uniform(size=40))
    corpus = world.root / "data/corpus/factors"
    tables.write_table(corpus / "factors.parquet", factors, "factors")
    placed = (
        known[["track_id"]]
        .iloc[30:]
        .assign(factor=["bright"] * 5 + ["loud"] * 5, base=0, level=[*range(5)] * 2)
    )
    tables.write_table(corpus / "grid.parquet", placed, "grid")
    lyrics = world.root / "data/lyrics/tracks"
    tables.write_array(lyrics / "embeddings.npy", generator.standard_normal((96, 8)).astype(np.float32))
    tables.write_table(lyrics / "tracks.parquet", pd.DataFrame({"track_id": world.ids}))
    return world


@pytest.fixture(scope="session")
def world_of_models(shared_world: World) -> World:
    """The same world with every model as its seed made it, embedding all tracks."""
    root = shared_world.root
    frames, lyrics = root / "data/features/tracks/frames", root / "data/lyrics/tracks"
    splits = root / "data/splits/tracks.parquet"
    for name, config in MODELS.items():
        tracks = read_tracks(frames, splits, lyrics, root / "data/labels/train" if "mode" in config else None)
        _save(root / "data/models" / name, name, config, tracks)
    return shared_world


def _save(folder: Path, name: str, config: dict[str, Any], tracks: Tracks) -> None:
    model = build_model(name, config, tracks.shapes(config.get("mode")), 0)
    if name == "pca":
        values = np.random.default_rng(1).standard_normal((len(tracks.ids), 4)).astype(np.float32)
    else:
        values = model.embed(tracks)
    save_model(folder, name, model, 0)
    save_latents(folder, tracks.ids, values, model.extras(tracks))


def places(root: Path) -> Places:
    return Places(
        models=root / "data/models",
        frames=root / "data/features/tracks/frames",
        vectors=root / "data/features/tracks/vectors",
        lyrics=root / "data/lyrics/tracks",
        labels=root / "data/labels",
        splits=root / "data/splits/tracks.parquet",
        corpus=root / "data/corpus/tracks",
        factors_corpus=root / "data/corpus/factors",
        factors_frames=root / "data/features/factors/frames",
    )


@pytest.fixture
def evidence_of(shared_world: World) -> Any:
    """Return the evidence about latents that are written for the purpose."""

    def make(name: str, values: np.ndarray[Any, Any], labels_used: str = "none", **config: Any) -> Evidence:
        shared_world.write_model(name, values.astype(np.float32), labels_used, **config)
        found = read_evidence(name, places(shared_world.root), 4, 2, Resampling(30, 20, 0))
        assert not isinstance(found, Unavailable)
        return found

    return make
