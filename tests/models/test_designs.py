"""What each model says about itself: the designs' literal forms, counted, and the one thing that differs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.mixture import GaussianMixture

from reprise.models.ae_basic import AEBasic
from reprise.models.ae_conditional import AEConditional
from reprise.models.ae_multimodal import AEMultimodal
from reprise.models.base import Model, Shapes
from reprise.models.basic_vae import BasicVAE
from reprise.models.beta_vae import BetaVAE
from reprise.models.build import build_model, check_params
from reprise.models.conditional import class_codes, class_frequencies, expected
from reprise.models.conv_vae import ConvVAE
from reprise.models.convolutional import ConvolutionalModel
from reprise.models.cvae import CVAE
from reprise.models.layers import ConvDecoder, ConvEncoder, bounded
from reprise.models.pca import PCA
from reprise.models.store import Latents, Unavailable, load_latents
from reprise.models.vade import VaDE
from reprise.training.crops import Batch
from reprise.training.fitting import Fitted, fit_model, write_curve, write_fitted, write_metrics
from reprise.training.settings import TrainingParams
from reprise.training.tracks import UNKNOWN, Tracks

Small = Callable[[str], dict[str, Any]]
GENRES = tuple(f"genre {number}" for number in range(10))
DESIGN = Shapes((128, 1293), (20, 1293), 384, GENRES)
LITERAL = {
    "form": "literal",
    "latent_dim": 128,
    "channels": [32, 64, 128, 256],
    "hidden": [512, 256, 128],
    "components": 50,
}


def on_paper(kind: type[Model], name: str, config: dict[str, Any]) -> Model:
    """Build without memory: only shapes."""
    with torch.device("meta"):
        return kind(check_params(name, config), DESIGN)


def literal(name: str, small: Small) -> dict[str, Any]:
    config = small(name) | {"features": 256, "class_embedding": 64}
    return {key: LITERAL.get(key, config[key]) for key in small(name)} | {
        key: config[key] for key in ("features", "class_embedding") if key in small(name)
    }


@pytest.mark.parametrize(
    ("kind", "name", "millions"),
    [
        (BasicVAE, "basic_vae", 170),
        (ConvVAE, "conv_vae", 64.5),
        (BetaVAE, "beta_vae", 64.5),
        (CVAE, "cvae", 75),
        (VaDE, "vade", 64.5),
    ],
)
def test_literal_forms_are_far_larger_than_the_designs_say(
    kind: type[Model], name: str, millions: float, small: Small
) -> None:
    model = on_paper(kind, name, literal(name, small))
    assert model.form == "literal"
    assert model.n_parameters / 1e6 == pytest.approx(millions, rel=0.01)


def test_the_basic_autoencoder_is_25860_128_32_128_25860(small: Small) -> None:
    model = on_paper(AEBasic, "ae_basic", small("ae_basic") | {"hidden": [128], "latent_dim": 32})
    sizes = (25_860, 128, 32, 128, 25_860)
    assert model.n_parameters == sum(a * b + b for a, b in pairwise(sizes))


def test_the_conditional_autoencoder_reads_the_class_beside_the_audio(small: Small) -> None:
    config = small("ae_conditional") | {"hidden": [256, 128], "latent_dim": 32, "lyrics_components": 16}
    model = on_paper(AEConditional, "ae_conditional", config)
    inwards, outwards = (25_870, 256, 128, 32), (32, 128, 256, 25_860)
    assert model.n_parameters == sum(a * b + b for sizes in (inwards, outwards) for a, b in pairwise(sizes))
    assert model.latent_dim == 48


def test_the_multimodal_latent_has_48_dimensions(small: Small) -> None:
    config = small("ae_multimodal") | {"latent_dim": 32, "lyrics_components": 16}
    assert on_paper(AEMultimodal, "ae_multimodal", config).latent_dim == 48


@pytest.mark.parametrize("size", [(64, 64), (128, 1293), (128, 1290), (33, 47)])
def test_the_decoder_gives_back_the_very_size(size: tuple[int, int]) -> None:
    with torch.device("meta"):
        encoder, decoder = ConvEncoder(size, (4, 8, 8)), ConvDecoder(5, size, (4, 8, 8))
        assert encoder(torch.zeros(2, *size)).shape == (2, encoder.out_features)
        assert decoder(torch.zeros(2, 5)).shape == (2, *size)


def test_beta_weighs_the_divergence(small: Small, tracks: Tracks) -> None:
    shapes = tracks.shapes(None)
    beta = build_model("beta_vae", small("beta_vae") | {"beta": 7.0}, shapes, 0)
    plain = build_model("conv_vae", small("conv_vae"), shapes, 0)
    assert isinstance(beta, BetaVAE)
    assert isinstance(plain, ConvVAE)
    assert beta.weights() == {"reconstruction": 1.0, "kl": 7.0}
    assert plain.weights() == {"reconstruction": 1.0, "kl": 1.0}


def test_no_model_file_imports_another() -> None:
    """Editing one model retrains that model alone."""
    folder = Path(sys.modules["reprise.models.pca"].__file__ or "").parent
    models = [
        "pca",
        "ae_basic",
        "ae_multimodal",
        "ae_conditional",
        "basic_vae",
        "conv_vae",
        "beta_vae",
        "cvae",
        "vade",
        "temporal_vae",
        "multimodal_vae",
        "contrastive",
        "wccn",
        "stack",
    ]
    for path in folder.glob("*.py"):
        text = path.read_text()
        assert not [name for name in models if f"reprise.models.{name} import" in text], path


def test_log_variances_stay_bounded_and_nearly_unchanged_around_zero() -> None:
    assert bounded(torch.tensor([1e9, -1e9])).abs().max() <= 8.0
    torch.testing.assert_close(bounded(torch.tensor([0.1])), torch.tensor([0.1]), atol=1e-4, rtol=0)


def test_filters_are_those_of_the_first_layer(small: Small, tracks: Tracks) -> None:
    model = build_model("conv_vae", small("conv_vae"), tracks.shapes(None), 0)
    assert isinstance(model, ConvolutionalModel)
    assert model.filters().shape == (small("conv_vae")["channels"][0], 4, 4)


def test_expectation_over_classes() -> None:
    codes = class_codes(np.array(["b", "a", "b", UNKNOWN, "z"]), ("a", "b"))
    assert codes.tolist() == [1, 0, 1, -1, -1]
    shares = class_frequencies(codes, 2)
    torch.testing.assert_close(shares, torch.tensor([1 / 3, 2 / 3]))
    torch.testing.assert_close(
        expected(torch.tensor([[3.0, 0.0], [0.0, 3.0]]), shares), torch.tensor([1.0, 2.0])
    )


@pytest.mark.parametrize("name", ["cvae", "ae_conditional"])
def test_the_latent_is_the_frequency_weighted_mean_of_the_given_ones(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    """The marginal latent of a track is the expectation of what it would be under each class."""
    fitted = fit_model(name, small(name), training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted)
    given = []
    for genre in ("a", "b", "c"):
        labels = {"genre": np.where(np.arange(24) < 20, genre, UNKNOWN)}
        given.append(fitted.model.extras(replace(tracks, labels=labels))["latents_given.npy"])
    shares = [(tracks.labels["genre"][tracks.train] == genre).mean() for genre in ("a", "b", "c")]
    marginal = np.tensordot(shares, np.stack(given), axes=1)
    np.testing.assert_allclose(fitted.latents[:20], marginal, atol=1e-5)


def test_the_negative_control_is_the_given_latent_with_the_label_and_never_a_latent(
    small: Small, tracks: Tracks, training: TrainingParams, tmp_path: Path
) -> None:
    fitted = fit_model("ae_conditional", small("ae_conditional"), training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted)
    write_fitted(tmp_path, "ae_conditional", fitted, tracks, 0)
    control, given, latents = (
        load_latents(tmp_path, name) for name in ("negative_control", "latents_given", "latents")
    )
    assert isinstance(control, Latents)
    assert isinstance(given, Latents)
    assert isinstance(latents, Latents)
    assert control.track_ids.tolist() == given.track_ids.tolist() == tracks.ids[:20].tolist()
    np.testing.assert_array_equal(control.values[:, :-3], given.values)
    np.testing.assert_array_equal(control.values[:, -3:].argmax(1), np.arange(20) % 3)
    assert latents.values.shape == (24, 4 + 2)


def test_lyrics_are_balanced_against_audio_and_can_be_ignored(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    for weight in (1.0, 0.5, 0.0):
        config = small("ae_multimodal") | {"lyrics_weight": weight}
        fitted = fit_model("ae_multimodal", config, training.model_dump(), 0, tracks)
        assert isinstance(fitted, Fitted)
        variance = fitted.latents[tracks.train].var(0)
        assert variance[:4].sum() == pytest.approx(1.0, rel=1e-3)
        assert variance[4:].sum() == pytest.approx(weight**2, rel=1e-3, abs=1e-9)


def test_a_track_without_lyrics_lies_at_the_origin_of_the_lyrics_block(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    fitted = fit_model("ae_multimodal", small("ae_multimodal"), training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted)
    assert (fitted.latents[~tracks.has_lyrics, 4:] == 0).all()
    assert (fitted.latents[tracks.has_lyrics, 4:] != 0).any(1).all()


def test_without_lyrics_the_multimodal_model_says_so_and_the_conditional_does_without(
    small: Small, tracks: Tracks, training: TrainingParams, tmp_path: Path
) -> None:
    bare = replace(tracks, lyrics=np.zeros((24, 0), np.float32), has_lyrics=np.zeros(24, bool))
    fitted = fit_model("ae_multimodal", small("ae_multimodal"), training.model_dump(), 0, bare)
    assert fitted == Unavailable("the dataset has no lyrics")
    write_fitted(tmp_path / "m", "ae_multimodal", fitted, bare, 0)
    write_curve(tmp_path / "curve.tsv", fitted)
    write_metrics(tmp_path / "metrics.json", fitted)
    assert load_latents(tmp_path / "m") == fitted
    assert (tmp_path / "curve.tsv").read_text() == "epoch\tphase\ttrain_loss\tvalidation_loss\n"
    assert '"available": false' in (tmp_path / "metrics.json").read_text()
    conditional = fit_model("ae_conditional", small("ae_conditional"), training.model_dump(), 0, bare)
    assert isinstance(conditional, Fitted)
    assert conditional.latents.shape == (24, 4)


def test_a_language_that_nobody_knows_makes_the_model_unavailable(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    labels = {"genre": tracks.labels["genre"], "language": np.full(24, UNKNOWN)}
    config = small("cvae") | {"mode": "language"}
    found = fit_model("cvae", config, training.model_dump(), 0, replace(tracks, labels=labels))
    assert found == Unavailable(
        "the training tracks have 0 known classes of language; conditioning needs at least 2"
    )


def test_pca_equals_scikit_learn(small: Small, tracks: Tracks, training: TrainingParams) -> None:
    from sklearn.decomposition import PCA as Reference

    fitted = fit_model("pca", small("pca"), training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted)
    assert isinstance(fitted.model, PCA)
    maps = tracks.mfcc.astype(np.float64)
    mean, deviation = (f(maps[tracks.train], axis=(0, 2))[:, None] for f in (np.mean, np.std))
    rows = ((maps - mean) / deviation).reshape(24, -1)
    exact = Reference(4, svd_solver="full").fit(rows[tracks.train]).transform(rows)
    np.testing.assert_allclose(np.abs(fitted.latents), np.abs(exact), rtol=1e-2, atol=1e-2)


def test_vade_starts_from_the_mixture_and_its_soft_assignments_equal_scikit_learn(
    small: Small, tracks: Tracks
) -> None:
    model = build_model("vade", small("vade"), tracks.shapes(None), 0)
    assert isinstance(model, VaDE)
    points = np.random.default_rng(0).normal(size=(90, 4)) + 4 * np.repeat(np.eye(3, 4), 30, axis=0)
    model.fit_mixture(points.astype(np.float32), np.zeros((90, 4), np.float32), seed=0)
    reference = GaussianMixture(3, covariance_type="diag", n_init=10, reg_covar=1e-3, random_state=0).fit(
        points
    )
    prior = model.mixture()
    np.testing.assert_allclose(prior.means.detach().numpy(), reference.means_, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(prior.log_variances.detach().exp().numpy(), reference.covariances_, rtol=1e-4)
    from reprise.models.losses import log_responsibilities

    ours = log_responsibilities(torch.from_numpy(points).float(), prior).detach().exp().numpy()
    np.testing.assert_allclose(ours, reference.predict_proba(points), atol=1e-4)


def test_vade_widens_its_components_by_the_posterior_variance(small: Small, tracks: Tracks) -> None:
    """Draws of z scatter by the posterior variance around the means: a prior for means alone would punish them."""
    model = build_model("vade", small("vade"), tracks.shapes(None), 0)
    assert isinstance(model, VaDE)
    rng = np.random.default_rng(0)
    means = np.repeat(5 * np.eye(3, 4), 30, axis=0) + 0.1 * rng.normal(size=(90, 4))
    model.fit_mixture(means.astype(np.float32), np.full((90, 4), 0.5, np.float32), seed=0)
    widened = model.mixture().log_variances.detach().exp().numpy()
    np.testing.assert_allclose(widened, 0.5 + 0.01, atol=0.02)


def test_vade_assignments_are_probabilities(small: Small, tracks: Tracks, training: TrainingParams) -> None:
    fitted = fit_model("vade", small("vade"), training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted)
    table, soft = fitted.extras["assignments.parquet"], fitted.extras["responsibilities.npy"]
    np.testing.assert_allclose(soft.sum(1), 1.0, atol=1e-5)
    assert table["cluster"].tolist() == soft.argmax(1).tolist()
    np.testing.assert_allclose(table["confidence"], soft.max(1))
    assert table["uncertainty"].between(0, 1).all()
    assert [row["phase"] for row in fitted.report.history] == ["pretrain"] * 3 + ["joint"] * 3


@pytest.mark.slow
def test_vade_learns_digits_better_than_chance() -> None:
    """Scikit-learn's 8x8 digits as maps: its own clusters agree with the classes clearly above chance."""
    from sklearn.datasets import load_digits
    from sklearn.metrics import adjusted_mutual_info_score

    images, kinds = load_digits(n_class=5, return_X_y=True)
    images, kinds = images[:400].reshape(-1, 8, 8).astype(np.float16), kinds[:400]
    config = {
        "form": "segment", "segment_frames": 8, "pool": 1, "crops_per_track": 1, "channels": [32],
        "latent_dim": 8, "components": 5, "restarts": 10, "free_bits": 0.0, "anneal_epochs": 0, "pretrain_epochs": 30, "epochs": 6,
        "learning_rate": 0.003, "joint_learning_rate": 0.0003, "batch_size": 40,
    }  # fmt: skip
    training = {
        "device": "cpu", "precision": "float32", "patience": 30, "min_steps": 0, "checkpoint_seconds": 60.0, "min_kl_nats": 1.0,
        "min_active_share": 0.5, "min_live_share": 0.0, "max_cluster_share": 0.9, "seeds": 1, "accumulate": 1, "processes": 1,
    }  # fmt: skip
    ids = np.array([f"{number:016x}" for number in range(400)])
    rows = np.arange(400)
    tracks = Tracks(
        ids, images, images, rows[:360], rows[360:], np.zeros((400, 0), np.float32), np.zeros(400, bool)
    )
    fitted = fit_model("vade", config, training, 0, tracks)
    assert isinstance(fitted, Fitted)
    own = fitted.extras["assignments.parquet"]["cluster"]
    assert adjusted_mutual_info_score(kinds, own) > 0.65


def test_generation_depends_on_the_class(small: Small, tracks: Tracks) -> None:
    model = build_model("cvae", small("cvae"), tracks.shapes("genre"), 0)
    assert isinstance(model, CVAE)
    z = torch.zeros(2, 4)
    maps = model.decode(z, torch.tensor([0, 1]))
    assert maps.shape == (2, 16, 16)
    assert not torch.equal(maps[0], maps[1])
    mean, _ = model.posterior(Batch(torch.zeros(2, 16, 16), torch.tensor([0, 1])))
    assert not torch.equal(mean[0], mean[1])
