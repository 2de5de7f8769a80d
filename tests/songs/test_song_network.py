"""The network: shapes, tokens of missing modalities, determinism, early stopping."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from reprise.errors import BadParameter
from reprise.songs.encoding import MODALITIES, Encoded
from reprise.songs.fusion import FUSIONS
from reprise.songs.network import Shape, SongRegressor, Widths
from reprise.songs.training import Fit, Part, TrainingOptions, fit, fit_for, predict

INPUTS = {"lyrics": 12, "audio": 22, "metadata": 10}
WIDTHS = Widths(lyrics=8, audio=6, metadata=4, joint=512)
TARGETS = 2


def encoded(n: int, seed: int = 0) -> Encoded:
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(size=(n, columns)) for name, columns in INPUTS.items()}
    linear = {name: np.zeros((n, TARGETS)) for name in MODALITIES}
    return Encoded(values, linear, np.ones((n, 3), dtype=bool))


def network(fusion: str = "concat", targets: int = TARGETS) -> SongRegressor:
    torch.manual_seed(0)
    model = SongRegressor(Shape(INPUTS, WIDTHS, targets, 0.0, fusion))
    with torch.no_grad():  # as after some training: the branch that starts silent speaks
        torch.nn.init.normal_(model.encoder[-1].weight, std=0.1)  # type: ignore[arg-type]
    return model


def part(n: int, seed: int) -> Part:
    songs = encoded(n, seed)
    return Part(songs, np.stack([songs.values["lyrics"][:, 0], songs.values["audio"][:, 0]], axis=1))


def test_the_joint_embedding_has_the_width_of_the_design() -> None:
    predictions, embeddings = predict(network(), encoded(5))
    assert predictions.shape == (5, 2)
    assert embeddings.shape == (5, 512)
    assert embeddings.dtype == np.float32


@pytest.mark.parametrize("fusion", FUSIONS)
def test_the_value_of_a_hidden_modality_does_not_matter(fusion: str) -> None:
    model = network(fusion)
    songs = encoded(6)
    other = replace(
        songs,
        values=songs.values | {"audio": songs.values["audio"] + 7},
        linear=songs.linear | {"audio": songs.linear["audio"] + 7},
    )
    for hidden, equal in (("audio", True), ("lyrics", False)):
        first, second = predict(model, songs.without(hidden))[0], predict(model, other.without(hidden))[0]
        assert np.array_equal(first, second) is equal


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_hidden_modality_is_not_the_same_as_zeros(fusion: str) -> None:
    model = network(fusion)
    songs = encoded(6)
    zeros = replace(songs, values=songs.values | {"audio": np.zeros((6, 22))})
    assert not np.allclose(predict(model, songs.without("audio"))[0], predict(model, zeros)[0])


def test_the_token_of_a_missing_modality_is_learned(quick_params: dict[str, Any]) -> None:
    options = TrainingOptions.from_params(quick_params)
    torch.manual_seed(3)
    before = SongRegressor(Shape(INPUTS, options.widths, 2, options.dropout, "concat")).state_dict()
    after = fit_for(part(60, 1), 3, options, seed=3).state_dict()
    for name in MODALITIES:
        token = f"encoders.{name}.token"
        assert not torch.equal(before[token], after[token])


def test_the_same_seed_gives_the_same_weights_and_leaves_the_global_generator_alone(
    quick_params: dict[str, Any],
) -> None:
    options = TrainingOptions.from_params(quick_params | {"epochs": 4})
    state = torch.random.get_rng_state()
    first = fit(part(40, 1), part(20, 2), options, seed=0)
    assert torch.equal(state, torch.random.get_rng_state())
    torch.manual_seed(99)
    second, third = (fit(part(40, 1), part(20, 2), options, seed=seed) for seed in (0, 1))
    for name, weights in first.model.state_dict().items():
        assert torch.equal(weights, second.model.state_dict()[name])
    assert first.history != third.history


def test_early_stopping_stops_and_noise_is_not_learned(quick_params: dict[str, Any]) -> None:
    options = TrainingOptions.from_params(quick_params | {"epochs": 200, "patience": 5})
    noise = replace(part(20, 2), targets=np.random.default_rng(0).normal(size=(20, 2)))
    fitted = fit(part(40, 1), noise, options, seed=0)
    losses = [row["validation_loss"] for row in fitted.history]
    assert fitted.best_epoch == 0
    assert 6 <= len(losses) < 100
    np.testing.assert_allclose(loss_of(fitted, noise), losses[0], rtol=1e-5)


def loss_of(fitted: Fit, songs: Part) -> float:
    predicted, _ = predict(fitted.model, songs.songs)
    return float(torch.nn.functional.huber_loss(torch.from_numpy(predicted), torch.from_numpy(songs.targets)))


def test_the_best_epoch_is_kept_where_something_is_learned(quick_params: dict[str, Any]) -> None:
    options = TrainingOptions.from_params(quick_params | {"epochs": 30, "modality_dropout": 0.0})
    fitted = fit(part(200, 1), part(50, 2), options, seed=0)
    losses = [row["validation_loss"] for row in fitted.history]
    assert fitted.best_epoch == int(np.argmin(losses)) > 0
    np.testing.assert_allclose(loss_of(fitted, part(50, 2)), min(losses), rtol=1e-5)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_an_untrained_network_says_what_the_experts_say(fusion: str, quick_params: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    songs = replace(encoded(9), linear={name: rng.normal(size=(9, 2)) for name in MODALITIES})
    options = TrainingOptions.from_params(quick_params | {"fusion": fusion})
    model = fit_for(Part(songs, np.zeros((9, 2))), 0, options, seed=0)
    for view in (songs, songs.without("audio"), songs.without("lyrics", "metadata")):
        np.testing.assert_allclose(predict(model, view)[0], view.stacked(), atol=1e-5)
    assert not np.allclose(songs.stacked(), songs.without("audio").stacked())


@pytest.mark.parametrize("fusion", FUSIONS)
def test_every_fusion_learns(fusion: str, quick_params: dict[str, Any]) -> None:
    options = TrainingOptions.from_params(
        quick_params | {"fusion": fusion, "epochs": 40, "modality_dropout": 0.0}
    )
    fitted = fit(part(200, 1), part(50, 2), options, seed=0)
    losses = [row["validation_loss"] for row in fitted.history]
    assert min(losses) < 0.6 * losses[0]


def test_a_joint_embedding_narrower_than_the_targets_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"joint is 4: 18 targets need"):
        SongRegressor(Shape(INPUTS, Widths(4, 4, 4, 4), 18, 0.0, "concat"))
