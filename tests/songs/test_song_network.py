"""The network: shapes, tokens of missing modalities, determinism, early stopping."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from reprise.songs.encoding import MODALITIES, Encoded
from reprise.songs.network import SongRegressor, Widths
from reprise.songs.training import Part, TrainingOptions, fit, predict

INPUTS = {"lyrics": 12, "audio": 22, "metadata": 10}
WIDTHS = Widths(lyrics=8, audio=6, metadata=4, joint=512)


def encoded(n: int, seed: int = 0) -> Encoded:
    rng = np.random.default_rng(seed)
    values = {name: rng.normal(size=(n, columns)) for name, columns in INPUTS.items()}
    return Encoded(values, np.ones((n, 3), dtype=bool))


def part(n: int, seed: int) -> Part:
    songs = encoded(n, seed)
    return Part(songs, np.stack([songs.values["lyrics"][:, 0], songs.values["audio"][:, 0]], axis=1))


def test_the_joint_embedding_has_the_width_of_the_design() -> None:
    model = SongRegressor(INPUTS, WIDTHS, targets=18, dropout=0.0)
    predictions, embeddings = predict(model, encoded(5))
    assert predictions.shape == (5, 18)
    assert embeddings.shape == (5, 512)
    assert embeddings.dtype == np.float32


def test_the_value_of_a_hidden_modality_does_not_matter() -> None:
    model = SongRegressor(INPUTS, WIDTHS, targets=18, dropout=0.0)
    songs = encoded(6)
    other = Encoded(songs.values | {"audio": songs.values["audio"] + 7}, songs.present)
    for hidden, equal in (("audio", True), ("lyrics", False)):
        first, second = predict(model, songs.without(hidden))[0], predict(model, other.without(hidden))[0]
        assert np.array_equal(first, second) is equal


def test_a_hidden_modality_is_not_the_same_as_zeros() -> None:
    model = SongRegressor(INPUTS, WIDTHS, targets=18, dropout=0.0)
    songs = encoded(6)
    zeros = Encoded(songs.values | {"audio": np.zeros((6, 22))}, songs.present)
    assert not np.allclose(predict(model, songs.without("audio"))[0], predict(model, zeros)[0])


def test_the_token_of_a_missing_modality_is_learned(quick_params: dict[str, Any]) -> None:
    options = TrainingOptions.from_params(quick_params)
    torch.manual_seed(3)
    before = SongRegressor(INPUTS, options.widths, 2, options.dropout).state_dict()
    after = fit(part(60, 1), part(20, 2), options, seed=3).model.state_dict()
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


def test_early_stopping_stops_and_keeps_the_best_epoch(quick_params: dict[str, Any]) -> None:
    options = TrainingOptions.from_params(quick_params | {"epochs": 200, "patience": 5})
    noise = replace(part(20, 2), targets=np.random.default_rng(0).normal(size=(20, 2)))
    fitted = fit(part(40, 1), noise, options, seed=0)
    assert len(fitted.history) == fitted.best_epoch + 5
    losses = [row["validation_loss"] for row in fitted.history]
    assert fitted.best_epoch == int(np.argmin(losses)) + 1
    predicted, _ = predict(fitted.model, noise.songs)
    huber = torch.nn.functional.huber_loss(torch.from_numpy(predicted), torch.from_numpy(noise.targets))
    np.testing.assert_allclose(float(huber), min(losses), rtol=1e-5)
