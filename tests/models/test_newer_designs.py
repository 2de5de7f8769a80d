"""What the temporal, the multimodal, the contrastive model and the stack say about themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reprise.errors import BadParameter
from reprise.models.attention import CrossModal, GatedRead
from reprise.models.build import build_model
from reprise.models.layers import positions
from reprise.models.multimodal_vae import MultimodalVAE
from reprise.models.read_latents import load_seed_latents
from reprise.models.stack import Stack
from reprise.models.store import Unavailable, load_model
from reprise.models.temporal_vae import TemporalVAE
from reprise.models.wccn import WCCN
from reprise.training.crops import Batch
from reprise.training.fitting import Fitted, fit_further, fit_model, write_fitted, write_further
from reprise.training.health import CollapsedModel
from reprise.training.settings import TrainingParams
from reprise.training.tracks import Tracks

Small = Callable[[str], dict[str, Any]]


def fit(name: str, config: dict[str, Any], training: TrainingParams, tracks: Tracks) -> Fitted:
    fitted = fit_model(name, config, training.model_dump(), 0, tracks)
    assert isinstance(fitted, Fitted), fitted
    return fitted


def test_positions_are_sines_and_cosines_of_falling_frequency() -> None:
    found = positions(5, 6)
    assert found.shape == (5, 6)
    torch.testing.assert_close(found[3, :2], torch.tensor([np.sin(3.0), np.cos(3.0)], dtype=torch.float32))
    torch.testing.assert_close(found[0], torch.tensor([0.0, 1.0] * 3))


def test_the_temporal_model_hears_the_order_of_frames(small: Small, tracks: Tracks) -> None:
    model = build_model("temporal_vae", small("temporal_vae"), tracks.shapes(None), 0)
    assert isinstance(model, TemporalVAE)
    model.eval()
    values = torch.randn(2, *model.size, generator=torch.Generator().manual_seed(0))
    forwards, _ = model.posterior(Batch(values, None))
    backwards, _ = model.posterior(Batch(values.flip(2), None))
    assert not torch.allclose(forwards, backwards, atol=1e-3)


@pytest.mark.parametrize(("name", "width"), [("temporal_vae", 9), ("multimodal_vae", 9)])
def test_heads_must_share_the_width(name: str, width: int, small: Small, tracks: Tracks) -> None:
    with pytest.raises(BadParameter, match="width = 9 must be a multiple of heads = 2"):
        build_model(name, small(name) | {"width": width}, tracks.shapes(None), 0)


def test_a_shut_gate_ignores_the_other_modality() -> None:
    torch.manual_seed(0)
    read = GatedRead(8, 2)
    tokens, others = torch.randn(3, 4, 8), torch.randn(3, 5, 8)
    assert not torch.allclose(read(tokens, others), tokens)
    torch.nn.init.zeros_(read.gate)
    torch.testing.assert_close(read(tokens, others), tokens)


def test_both_modalities_read_each_other_at_once() -> None:
    torch.manual_seed(0)
    crossed = CrossModal(8, 2)
    audio, lyrics = torch.randn(3, 4, 8), torch.randn(3, 2, 8)
    heard, read = crossed(audio, lyrics)
    assert heard.shape == audio.shape
    assert read.shape == lyrics.shape
    assert not torch.allclose(crossed(audio, lyrics + torch.randn(8))[0], heard)
    assert not torch.allclose(crossed(audio + torch.randn(8), lyrics)[1], read)


def multimodal(small: Small, tracks: Tracks, **changes: Any) -> MultimodalVAE:
    model = build_model("multimodal_vae", small("multimodal_vae") | changes, tracks.shapes(None), 0)
    assert isinstance(model, MultimodalVAE)
    return model


def batch_of(model: MultimodalVAE, lyrics: torch.Tensor | None) -> Batch:
    values = torch.randn(6, *model.size, generator=torch.Generator().manual_seed(1))
    return Batch(values, None, torch.arange(6), lyrics)


def test_missing_lyrics_are_zeros_or_none_and_each_track_counts_alone(small: Small, tracks: Tracks) -> None:
    model = multimodal(small, tracks)
    model.eval()
    lyrics = torch.from_numpy(tracks.lyrics[:6])  # tracks 0 and 5 have none
    with_some, _ = model.posterior(batch_of(model, lyrics))
    without, _ = model.posterior(batch_of(model, None))
    moved = (with_some - without).abs().amax(1) > 1e-5
    assert moved.tolist() == tracks.has_lyrics[:6].tolist() == [False, True, True, True, True, False]
    torch.testing.assert_close(model.posterior(batch_of(model, torch.zeros_like(lyrics)))[0], without)


def test_lyrics_that_a_track_lacks_cost_nothing_and_others_are_decoded(small: Small, tracks: Tracks) -> None:
    model = multimodal(small, tracks)
    model.eval()
    terms = model.losses(
        batch_of(model, torch.from_numpy(tracks.lyrics[:6])), torch.Generator().manual_seed(0)
    )
    assert (terms["lyrics"] > 0).tolist() == tracks.has_lyrics[:6].tolist()
    assert model.weights() == {
        "reconstruction": 1.0,
        "kl": 1.0,
        "lyrics": small("multimodal_vae")["lyrics_weight"],
    }


def test_dropout_withholds_either_modality_and_never_both(small: Small, tracks: Tracks) -> None:
    model = multimodal(small, tracks, modality_dropout=0.3)
    known = torch.arange(3000) % 3 > 0
    model.train()
    hear, read = model._withhold(known, torch.Generator().manual_seed(0))
    assert (hear | read).all()
    assert hear[~known].all()
    assert not read[~known].any()
    assert (~hear)[known].float().mean() == pytest.approx(0.3, abs=0.04)
    assert (~read)[known].float().mean() == pytest.approx(0.3, abs=0.04)
    model.eval()
    hear, read = model._withhold(known, torch.Generator().manual_seed(0))
    assert hear.all()
    torch.testing.assert_close(read, known)


def test_without_audio_the_latent_comes_from_the_lyrics_alone(small: Small, tracks: Tracks) -> None:
    model = multimodal(small, tracks)
    model.eval()
    lyrics = torch.from_numpy(tracks.lyrics[:6])
    deaf, known = torch.zeros(6, dtype=torch.bool), torch.from_numpy(tracks.has_lyrics[:6])
    one, two = (
        model._posterior(
            torch.randn(6, *model.size, generator=torch.Generator().manual_seed(seed)), lyrics, known, deaf
        )[0]
        for seed in (1, 2)
    )
    torch.testing.assert_close(one, two)
    assert (one[1] - one[2]).abs().max() > 1e-5


def test_the_latent_of_a_track_uses_its_lyrics(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    fitted = fit("multimodal_vae", small("multimodal_vae"), training, tracks)
    silent = replace(tracks, lyrics=np.zeros_like(tracks.lyrics), has_lyrics=np.zeros(24, bool))
    moved = np.abs(fitted.model.embed(silent) - fitted.latents).max(1) > 1e-5
    assert moved.tolist() == tracks.has_lyrics.tolist()
    assert {"lyrics_reliance", "gate_audio_reads", "gate_lyrics_read", "kl_nats"} <= set(fitted.report.health)


def test_a_dataset_without_lyrics_has_no_multimodal_model(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    bare = replace(tracks, lyrics=np.zeros((24, 0), np.float32), has_lyrics=np.zeros(24, bool))
    found = fit_model("multimodal_vae", small("multimodal_vae"), training.model_dump(), 0, bare)
    assert found == Unavailable("the dataset has no lyrics")


@pytest.mark.parametrize("name", ["wccn", "stack"])
def test_clips_of_one_segment_cannot_be_whitened(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    short = replace(tracks, segments=tracks.segments[:, :1])
    found = fit_model(name, small(name), training.model_dump(), 0, short)
    assert isinstance(found, Unavailable)
    assert "too short for two segments" in found.why
    few = fit_model(name, small(name) | {"latent_dim": 16}, training.model_dump(), 0, tracks)
    assert few == Unavailable("16 training tracks cannot give 16 principal axes")


@pytest.mark.parametrize("name", ["wccn", "stack"])
def test_what_was_fitted_comes_back_from_the_disk(
    name: str, small: Small, tracks: Tracks, training: TrainingParams, tmp_path: Path
) -> None:
    fitted = fit(name, small(name), training, tracks)
    write_fitted(tmp_path, name, fitted, tracks, 0)
    model = load_model(tmp_path)
    assert isinstance(model, (WCCN, Stack))
    assert model.n_parameters == fitted.model.n_parameters
    assert model.latent_dim == fitted.model.latent_dim == small(name)["latent_dim"]
    assert model.params.model_dump(mode="json") == small(name)
    for key, value in fitted.model.tensors().items():
        np.testing.assert_array_equal(model.tensors()[key], value)


def test_alterations_blank_whole_bands_and_move_levels(small: Small, tracks: Tracks) -> None:
    config = small("contrastive") | {"gain": 0.0, "tilt": 0.0, "masked_bands": 3}
    model = build_model("contrastive", config, tracks.shapes(None), 0)
    altered = model.altered(torch.ones(200, 16, 5), torch.Generator().manual_seed(0))  # type: ignore[attr-defined]
    blank = (altered == 0).all(2)
    torch.testing.assert_close(blank, (altered == 0).any(2))
    assert set(blank.sum(1).tolist()) == {0, 1, 2, 3}
    louder = build_model("contrastive", config | {"gain": 0.5, "masked_bands": 0}, tracks.shapes(None), 0)
    moved = louder.altered(torch.zeros(500, 16, 5), torch.Generator().manual_seed(0))  # type: ignore[attr-defined]
    assert float(moved[:, 0, 0].std()) == pytest.approx(0.5, rel=0.15)
    torch.testing.assert_close(moved, moved[:, :1, :1].expand_as(moved))


def test_further_seeds_are_trainings_of_their_own(
    small: Small, tracks: Tracks, training: TrainingParams, tmp_path: Path
) -> None:
    three = training.model_copy(update={"seeds": 3}).model_dump()
    fitted = fit_model("conv_vae", small("conv_vae"), three, 5, tracks)
    assert isinstance(fitted, Fitted)
    further = fit_further("conv_vae", small("conv_vae"), three, 5, tracks)
    write_fitted(tmp_path, "conv_vae", fitted, tracks, 5)
    write_further(tmp_path, further)
    found = load_seed_latents(tmp_path)
    assert len(found) == 3
    np.testing.assert_array_equal(found[0], fitted.latents)
    last = fit_model("conv_vae", small("conv_vae"), training.model_dump(), 7, tracks)
    assert isinstance(last, Fitted)
    np.testing.assert_array_equal(found[2], last.latents)
    assert not np.allclose(found[1], found[2])
    assert fit_further("conv_vae", small("conv_vae"), training.model_dump(), 5, tracks) == []


@pytest.mark.parametrize("name", ["wccn", "stack"])
def test_vectors_that_do_not_vary_are_reported(
    name: str, small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    one = replace(
        tracks, segments=np.repeat(tracks.segments[:1], 24, axis=0), mel=np.repeat(tracks.mel[:1], 24, axis=0)
    )
    strict = training.model_copy(update={"min_live_share": 0.8})
    with pytest.raises(CollapsedModel, match="latent units are live"):
        fit(name, small(name), strict, one)


def test_the_health_of_a_stack_counts_axes_and_encoded_dimensions(
    small: Small, tracks: Tracks, training: TrainingParams
) -> None:
    health = fit("stack", small("stack"), training, tracks).report.health
    assert health["active_units"] == small("stack")["latent_dim"]
    assert health["live_encoded"] == small("stack")["encoded"]
    assert 0 < health["within_share"] < 1
