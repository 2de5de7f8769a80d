"""Every model that is found in the folder keeps the same promises."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reprise.errors import BadParameter
from reprise.models.base import Model
from reprise.models.build import build_model, check_params, model_class
from reprise.models.neural import NeuralModel
from reprise.models.read_latents import NO_LABELS
from reprise.models.store import Latents, load_latents, load_model
from reprise.training.fitting import Fitted, fit_model, write_curve, write_fitted, write_metrics
from reprise.training.settings import Run, TrainingParams
from reprise.training.tracks import UNKNOWN, Tracks

FOLDER = Path(__file__).parents[2] / "src" / "reprise" / "models"
Small = Callable[[str], dict[str, Any]]


def names() -> list[str]:
    """Modules with a class of their own name: read, not imported, so that collecting tests stays fast."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        classes = [node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)]
        if path.stem.replace("_", "") in [name.lower() for name in classes]:
            found.append(path.stem)
    return found


every_model = pytest.mark.parametrize("name", names())


def build(name: str, small: Small, tracks: Tracks, seed: int = 0) -> Model:
    config = small(name)
    condition = model_class(name).condition(check_params(name, config))
    return build_model(name, config, tracks.shapes(condition), seed)


def fit(name: str, small: Small, training: TrainingParams, tracks: Tracks) -> Fitted:
    fitted = fit_model(name, small(name), training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted), fitted
    return fitted


def test_all_nine_designs_are_found() -> None:
    designs = {"pca", "ae_basic", "ae_multimodal", "ae_conditional"}
    designs |= {"basic_vae", "conv_vae", "beta_vae", "cvae", "vade"}
    assert designs <= set(names())


@every_model
def test_every_model_has_its_entry_in_params(name: str, small: Small) -> None:
    assert check_params(name, small(name)).model_dump().keys() == small(name).keys()


@every_model
def test_same_seed_same_weights_and_another_seed_others(name: str, small: Small, tracks: Tracks) -> None:
    first, again, other = (build(name, small, tracks, seed).tensors() for seed in (0, 0, 1))
    assert all(np.array_equal(first[key], again[key]) for key in first)
    unseeded = ("pca", "wccn")  # fitted in closed form
    assert name in unseeded or any(not np.array_equal(first[key], other[key]) for key in first)


@every_model
def test_a_step_lowers_the_loss(name: str, small: Small, tracks: Tracks, training: TrainingParams) -> None:
    config = small(name)
    if "temperature" in config:  # the contrast of a few random views is noisy
        config |= {"epochs": 30, "batch_size": 32}
    condition = model_class(name).condition(check_params(name, config))
    model = build_model(name, config, tracks.shapes(condition), 0)
    if not isinstance(model, NeuralModel):
        pytest.skip(f"{name} is fitted in closed form")
    report = model.fit(tracks, Run(training, 0))
    for phase in {row["phase"] for row in report.history}:
        curve = [row["train_loss"] for row in report.history if row["phase"] == phase]
        few = max(1, len(curve) // 5)
        assert np.mean(curve[-few:]) < np.mean(curve[:few])


@every_model
def test_training_and_embedding_are_deterministic(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    one, two = fit(name, small, training, tracks), fit(name, small, training, tracks)
    np.testing.assert_array_equal(one.latents, two.latents)
    np.testing.assert_array_equal(one.latents, one.model.embed(tracks))
    assert one.report.history == two.report.history


@every_model
def test_latents_are_finite_of_the_promised_size_and_alive(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    fitted = fit(name, small, training, tracks)
    assert fitted.latents.dtype == np.float32
    assert fitted.latents.shape == (len(tracks.ids), fitted.model.latent_dim)
    assert np.isfinite(fitted.latents).all()
    assert fitted.latents.std(0).max() > 0


@every_model
def test_a_latent_depends_on_its_own_track_only(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    fitted = fit(name, small, training, tracks)
    rows = np.array([21, 3, 17])
    some = replace(
        tracks,
        ids=tracks.ids[rows],
        mel=tracks.mel[rows],
        mfcc=tracks.mfcc[rows],
        lyrics=tracks.lyrics[rows],
        has_lyrics=tracks.has_lyrics[rows],
        segments=tracks.segments[rows],
        labels={},
    )
    np.testing.assert_allclose(fitted.model.embed(some), fitted.latents[rows], atol=1e-6)


@every_model
def test_no_label_of_any_track_is_read_for_embedding(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    fitted = fit(name, small, training, tracks)
    permuted = {key: np.random.default_rng(1).permutation(values) for key, values in tracks.labels.items()}
    np.testing.assert_array_equal(fitted.model.embed(replace(tracks, labels=permuted)), fitted.latents)
    np.testing.assert_array_equal(fitted.model.embed(replace(tracks, labels={})), fitted.latents)


@every_model
def test_labels_used_tells_the_truth(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    """A model that says 'none' trains to the same latents without labels; one that does not says which it needs."""
    fitted = fit(name, small, training, tracks)
    without = fit_model(name, small(name), training.model_dump(), 0, replace(tracks, labels={}))
    if fitted.model.labels_used == NO_LABELS:
        assert isinstance(without, Fitted)
        np.testing.assert_array_equal(fitted.latents, without.latents)
    else:
        assert not isinstance(without, Fitted)
        assert "classes of genre" in without.why


@every_model
def test_save_and_load_is_the_identity(
    name: str, small: Small, tracks: Tracks, training: TrainingParams, tmp_path: Path
) -> None:
    fitted = fit(name, small, training, tracks)
    write_fitted(tmp_path / name, name, fitted, tracks, 0)
    model = load_model(tmp_path / name)
    assert isinstance(model, Model)
    np.testing.assert_array_equal(model.embed(tracks), fitted.latents)
    latents = load_latents(tmp_path / name)
    assert isinstance(latents, Latents)
    np.testing.assert_array_equal(latents.values, fitted.latents)
    assert latents.track_ids.tolist() == tracks.ids.tolist()
    assert latents.labels_used == fitted.model.labels_used


@every_model
def test_artefacts_are_the_same_bytes_twice(
    name: str, small: Small, tracks: Tracks, training: TrainingParams, tmp_path: Path
) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        fitted = fit(name, small, training, tracks)
        write_fitted(folder, name, fitted, tracks, 0)
        write_curve(folder / "curve.tsv", fitted)
        write_metrics(folder / "metrics.json", fitted)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {"weights.safetensors", "config.json", "latents.npy", "tracks.parquet"} <= set(files)
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


@every_model
def test_parameters_are_counted(name: str, small: Small, tracks: Tracks, training: TrainingParams) -> None:
    model = build(name, small, tracks)
    if isinstance(model, NeuralModel):
        assert model.n_parameters == sum(weight.numel() for _, weight in model.named_parameters())
    assert fit(name, small, training, tracks).model.n_parameters > 0


@every_model
def test_an_unknown_parameter_is_named_with_the_nearest(name: str, small: Small) -> None:
    with pytest.raises(
        BadParameter, match=rf"models\.{name}\.latent_dimm is not .* did you mean 'latent_dim'"
    ):
        check_params(name, small(name) | {"latent_dimm": 3})
    misspelt = {key.replace("latent_dim", "latent_dimm"): value for key, value in small(name).items()}
    with pytest.raises(BadParameter, match=r"latent_dimm is not .* did you mean 'latent_dim'"):
        check_params(name, misspelt)


@every_model
def test_a_missing_or_wrong_parameter_is_named(name: str, small: Small) -> None:
    config = small(name)
    with pytest.raises(BadParameter, match=rf"models\.{name}\.latent_dim is missing"):
        check_params(name, {key: value for key, value in config.items() if key != "latent_dim"})
    with pytest.raises(BadParameter, match=rf"models\.{name}\.latent_dim = 0: "):
        check_params(name, config | {"latent_dim": 0})
    with pytest.raises(BadParameter, match=rf"models\.{name}\.latent_dim = '8': "):
        check_params(name, config | {"latent_dim": "8"})


@pytest.mark.parametrize("typo", ["cvea", "conv-vae", "losses", "autoencoder", "../pca"])
def test_an_unknown_model_is_an_error(typo: str) -> None:
    with pytest.raises(BadParameter, match="there is no model"):
        build_model(typo, {}, None, 0)  # type: ignore[arg-type]


def test_an_unknown_model_names_the_nearest() -> None:
    with pytest.raises(BadParameter, match="did you mean 'cvae'"):
        model_class("cvea")


def test_a_dead_pixel_does_not_break_training(small: Small, tracks: Tracks, training: TrainingParams) -> None:
    silent = tracks.mel.copy()
    silent[:, :4] = -100  # bands without any energy, constant over all tracks
    assert np.isfinite(fit("conv_vae", small, training, replace(tracks, mel=silent)).latents).all()


def test_conditional_models_ignore_tracks_without_a_class(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    genre = tracks.labels["genre"].copy()
    genre[[0, 5]] = UNKNOWN
    fitted = fit("cvae", small, training, replace(tracks, labels={"genre": genre}))
    ids = fitted.extras["tracks_given.parquet"]["track_id"].tolist()
    assert tracks.ids[0] not in ids
    assert tracks.ids[1] in ids
    assert len(fitted.latents) == len(tracks.ids)


def test_bf16_trains_to_nearly_the_same(small: Small, tracks: Tracks, training: TrainingParams) -> None:
    bf16 = training.model_copy(update={"precision": "bf16"})
    full, half = (fit("conv_vae", small, chosen, tracks).report.history[-1] for chosen in (training, bf16))
    assert half["train_loss"] == pytest.approx(full["train_loss"], rel=0.02)
    assert half["train_loss"] != full["train_loss"]


def test_torch_is_not_imported_for_latents() -> None:
    import subprocess
    import sys

    code = "import sys; import reprise.models.store, reprise.models.read_latents; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=FOLDER.parents[1])


def test_the_seed_is_set_before_the_weights_exist(small: Small, tracks: Tracks) -> None:
    torch.manual_seed(99)
    first = build("conv_vae", small, tracks).tensors()
    torch.manual_seed(7)
    again = build("conv_vae", small, tracks).tensors()
    assert all(np.array_equal(first[key], again[key]) for key in first)
