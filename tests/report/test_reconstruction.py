from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from reprise.models.base import Model, Shapes
from reprise.models.build import build_model
from reprise.models.pca import PCA
from reprise.report.reconstruction import Window, original, reconstruct, smoothed
from reprise.training.settings import Run, TrainingParams
from reprise.training.tracks import Tracks

BANDS, MFCC, FRAMES = 16, 16, 70
WINDOW = Window(3, 20, 32, "b")
SMALL: dict[str, Any] = {
    "segment_frames": 16, "channels": [4, 8], "hidden": [8], "latent_dim": 4, "features": 8, "class_embedding": 3,
    "width": 8, "heads": 2, "lyrics_tokens": 2, "projection": 8, "masked_bands": 2, "encoded": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def tracks() -> Tracks:
    rng = np.random.default_rng(0)
    slow = np.cumsum(rng.normal(size=(12, BANDS, FRAMES)), axis=2) - 40
    n = np.arange(12)
    basis = np.eye(MFCC)
    return Tracks(
        np.array([f"{row:016x}" for row in n]), slow.astype(np.float16), (basis @ slow).astype(np.float16), n[:10],
        n[10:], rng.normal(size=(12, 6)).astype(np.float32), np.ones(12, np.bool_),
    )  # fmt: skip


def build(name: str, root: Any) -> Model:
    registry = YAML(typ="safe").load(root / "params.yaml")["models"][name]
    params = registry | {key: value for key, value in SMALL.items() if key in registry}
    classes = ("a", "b") if "mode" in params else ()
    model = build_model(name, params, Shapes((BANDS, FRAMES), (MFCC, FRAMES), 6, classes), 0)
    if hasattr(model, "eval"):
        model.eval()
    return model


@pytest.mark.parametrize(
    "name",
    ["pca", "ae_basic", "ae_multimodal", "ae_conditional", "basic_vae", "conv_vae", "beta_vae", "cvae", "vade",
     "temporal_vae", "multimodal_vae"],
)  # fmt: skip
def test_models_that_decode_give_a_map_of_the_window(name: str, tracks: Tracks, root: Any) -> None:
    found = reconstruct(build(name, root), tracks, WINDOW)
    assert found is not None
    assert found.shape == (BANDS, 32) == original(tracks, WINDOW).shape
    assert np.isfinite(found).all()


def test_models_without_a_decoder_give_none(tracks: Tracks, root: Any) -> None:
    assert reconstruct(build("contrastive", root), tracks, WINDOW) is None


def test_an_unknown_class_gives_none(tracks: Tracks, root: Any) -> None:
    model = build("cvae", root)
    assert reconstruct(model, tracks, Window(3, 20, 32, "z")) is None
    assert reconstruct(model, tracks, Window(3, 20, 32, "")) is None


def test_the_class_that_a_decoder_is_told_changes_the_map(tracks: Tracks, root: Any) -> None:
    model = build("cvae", root)
    own, same, other = (reconstruct(model, tracks, WINDOW, told) for told in (None, "b", "a"))
    assert own is not None
    assert same is not None
    assert np.array_equal(own, same)
    assert not np.array_equal(own, other)  # type: ignore[arg-type]
    for name in ("ae_conditional", "conv_vae", "pca"):
        assert reconstruct(build(name, root), tracks, WINDOW, "a") is None


def test_the_frames_of_a_window_are_those_of_the_track(tracks: Tracks, root: Any) -> None:
    """Principal components of as many tracks as there are reconstruct them exactly, wherever the window lies."""
    params = {"latent_dim": 9}
    model = build_model("pca", params, Shapes((BANDS, FRAMES), (MFCC, FRAMES)), 0)
    assert isinstance(model, PCA)
    block = YAML(typ="safe").load(root / "params.yaml")["training"]
    model.fit(tracks, Run(TrainingParams.model_validate(block), 0, None))
    for start in (0, 38):
        window = Window(3, start, 32, "")
        found = reconstruct(model, tracks, window)
        assert found == pytest.approx(smoothed(tracks, window), abs=0.05)
