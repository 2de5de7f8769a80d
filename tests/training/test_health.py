"""A collapsed model is an error that says what to change; a healthy one passes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from reprise.errors import BadParameter
from reprise.training.device import resolve_device
from reprise.training.health import (
    CollapsedModel,
    active_units,
    live_units,
    require_clusters,
    require_finite,
    require_information,
    require_units,
)
from reprise.training.settings import TrainingParams
from reprise.training.tracks import Tracks


def test_active_units_are_those_whose_mean_varies() -> None:
    means = np.random.default_rng(0).normal(size=(500, 4)).astype(np.float32) * np.array(
        [1, 0.2, 0.05, 0], np.float32
    )
    assert active_units(means) == 2


def test_live_units_are_those_that_are_not_constant() -> None:
    latents = np.random.default_rng(0).random((50, 3)).astype(np.float32) * np.array([1, 1e-3, 0], np.float32)
    assert live_units(latents) == 2


def test_thresholds_say_the_value_the_rule_and_what_to_do() -> None:
    with pytest.raises(CollapsedModel, match=r"KL = 3.2 nats, more than 5 .*lower beta"):
        require_information(3.2, 5.0)
    with pytest.raises(
        CollapsedModel, match=r"20 of 32 latent units are active; at least 80%.*min_active_share"
    ):
        require_units(20, 32, 0.8, "active")
    with pytest.raises(CollapsedModel, match=r"1 of 32 latent units are live.*lower learning_rate"):
        require_units(1, 32, 0.8, "live")
    with pytest.raises(CollapsedModel, match=r"one cluster takes 97% of all segments"):
        require_clusters(np.array([0.97, 0.03]), 0.95)
    with pytest.raises(CollapsedModel, match="train_kl is inf in epoch 3"):
        require_finite({"train_kl": float("inf")}, 3)


def test_healthy_values_pass() -> None:
    require_information(5.1, 5.0)
    require_units(26, 32, 0.8, "active")
    require_clusters(np.array([0.5, 0.5]), 0.95)
    require_finite({"train_loss": 1.0}, 1)


def noise_tracks() -> Tracks:
    rng = np.random.default_rng(0)
    mel, mfcc = (rng.normal(size=(20, bands, 32)).astype(np.float16) for bands in (32, 8))
    ids = np.array([f"{number:016x}" for number in range(20)])
    return Tracks(
        ids, mel, mfcc, np.arange(16), np.arange(16, 20), np.zeros((20, 0), np.float32), np.zeros(20, bool)
    )


def test_a_posterior_that_was_crushed_is_reported_by_the_model(training: TrainingParams) -> None:
    from reprise.training.fitting import fit_model

    config = {
        "form": "segment", "segment_frames": 16, "pool": 1, "crops_per_track": 2, "channels": [4], "latent_dim": 4,
        "beta": 1e5, "free_bits": 0.0, "anneal_epochs": 0, "learning_rate": 0.01, "batch_size": 8, "epochs": 12,
    }  # fmt: skip
    with pytest.raises(CollapsedModel, match="the posterior collapsed"):
        fit_model("beta_vae", config, training.model_dump(), 0, noise_tracks())


def test_dead_relu_latents_are_reported_by_the_model(training: TrainingParams) -> None:
    from reprise.models.autoencoder import DenseAutoencoderBase
    from reprise.models.build import build_model
    from reprise.training.settings import Run

    config = {"hidden": [8], "latent_dim": 4, "learning_rate": 1e-6, "batch_size": 8, "epochs": 1}
    tracks = noise_tracks()
    model = build_model("ae_basic", config, tracks.shapes(None), 0)
    assert isinstance(model, DenseAutoencoderBase)
    with torch.no_grad():
        list(model.encoder.parameters())[-1].fill_(-1e3)
    with pytest.raises(CollapsedModel, match="0 of 4 latent units are live"):
        model.fit(tracks, Run(training, 0))


def test_an_absent_device_is_an_error() -> None:
    assert resolve_device("cpu").type == "cpu"
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    assert resolve_device("auto").type == "cpu"
    with pytest.raises(BadParameter, match="no CUDA device"):
        resolve_device("cuda")
