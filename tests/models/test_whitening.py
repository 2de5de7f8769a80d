"""Closed forms of the whitening: what it must do whatever the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest

from reprise.models.textures import CEPSTRAL, EDGES, POOLED_BANDS, QUIET, textures
from reprise.models.whitening import MOST_DEVIATIONS, TrackWhitening

if TYPE_CHECKING:
    from numpy.typing import NDArray


def segments(seed: int = 0, tracks: int = 60, count: int = 6, features: int = 5) -> NDArray[np.float64]:
    """Tracks with a character each, whose segments scatter along one direction far more than along others."""
    rng = np.random.default_rng(seed)
    character = rng.normal(size=(tracks, 1, features))
    nuisance = 5 * rng.normal(size=(tracks, count, 1)) * np.linspace(1, -1, features)
    return character + nuisance + 0.3 * rng.normal(size=(tracks, count, features))


def fitted(values: NDArray[Any], dimensions: int = 3, shrinkage: float = 1e-9) -> TrackWhitening:
    found = TrackWhitening(dimensions, shrinkage, 100)
    found.fit(values)
    return found


def test_what_varies_within_tracks_becomes_white() -> None:
    values = segments()
    found = fitted(values)
    normal = found.gaussianise(values.reshape(-1, 5)) @ found.fitted["matrix"]
    within = normal.reshape(60, 6, 5) - normal.reshape(60, 6, 5).mean(1, keepdims=True)
    covariance = np.einsum("tsa,tsb->ab", within, within) / (60 * 5)
    np.testing.assert_allclose(covariance, np.eye(5), atol=1e-6)


def test_full_shrinkage_only_scales() -> None:
    matrix = fitted(segments(), shrinkage=1.0).fitted["matrix"]
    np.testing.assert_allclose(matrix, matrix[0, 0] * np.eye(5), atol=1e-12)


def test_gaussianised_training_values_are_standard_normal() -> None:
    rng = np.random.default_rng(0)
    values = np.stack([rng.exponential(size=(100, 20)), rng.uniform(size=(100, 20)) ** 5], axis=2)
    scores = fitted(values, 1).gaussianise(values.reshape(-1, 2))
    for column in scores.T:
        assert kstest(column, "norm").pvalue > 0.05


def test_values_beyond_training_are_extreme_but_finite() -> None:
    found = fitted(segments())
    scores = found.gaussianise(np.array([[1e9] * 5, [-1e9] * 5]))
    assert (np.abs(scores) > 2).all()
    assert (np.abs(scores) <= MOST_DEVIATIONS).all()
    assert (scores[0] > 0).all()
    assert (scores[1] < 0).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_increasing_transforms_of_features_change_little(seed: int) -> None:
    """Ranks do not change; between two of the knots the interpolation does, a little."""
    values = segments(seed)
    changed = values.copy()
    changed[..., 0] = np.exp(values[..., 0] / 5)
    changed[..., 1] = 1000 * values[..., 1] - 7
    one, two = (found.gaussianise(part.reshape(-1, 5)) for found, part in
                ((fitted(values), values), (fitted(changed), changed)))  # fmt: skip
    assert np.abs(one - two)[np.abs(one) < 2].max() < 0.1
    np.testing.assert_allclose(one[:, 1:], two[:, 1:], atol=1e-6)


def test_a_vector_is_of_its_track_alone_and_within_the_unit_ball() -> None:
    values = segments()
    found = fitted(values)
    alone = found.track(values[7])
    assert alone.shape == (3,)
    assert np.linalg.norm(alone) <= 1 + 1e-9
    values[8:] = 0
    np.testing.assert_array_equal(found.track(values[7]), alone)


def test_whitening_tells_tracks_apart_where_means_do_not() -> None:
    """Two tracks of equal character are neighbours although their segments scatter far along the nuisance."""
    rng = np.random.default_rng(1)
    character = np.repeat(np.eye(5)[:3], 30, axis=0)[:, None] * 3
    nuisance = 8 * rng.normal(size=(90, 4, 1)) * np.ones(5)
    values = character + nuisance + 0.2 * rng.normal(size=(90, 4, 5))
    found = fitted(values, 4, 0.01)
    kind = np.repeat(np.arange(3), 30)

    def explained(vectors: NDArray[Any]) -> float:
        centres = np.stack([vectors[kind == one].mean(0) for one in range(3)])
        return float(centres[kind].var(0).sum() / vectors.var(0).sum())

    assert explained(np.stack([found.track(one) for one in values])) > 0.9
    assert explained(values.mean(1)) < 0.2


def test_save_and_load_is_the_identity() -> None:
    values = segments()
    found = fitted(values)
    again = TrackWhitening(3, 1e-9, 100)
    again.load(found.tensors())
    np.testing.assert_array_equal(again.track(values[0]), found.track(values[0]))


def test_a_constant_feature_does_no_harm() -> None:
    values = segments()
    values[..., 2] = 4.0
    assert np.isfinite(fitted(values, shrinkage=0.2).track(values[0])).all()


def test_textures_of_silence_and_of_a_steady_sound_do_not_move() -> None:
    steady = np.linspace(-20, 0, 128)[:, None] * np.ones((1, 128))
    found = textures(np.stack([np.full((128, 128), -100.0), steady]))
    bands = 128 // POOLED_BANDS
    assert found.shape == (2, 3 * bands + CEPSTRAL * (len(EDGES) - 1))
    np.testing.assert_allclose(found[0, :bands], QUIET)
    np.testing.assert_allclose(found[1, :bands], steady[:, 0].reshape(bands, -1).mean(1), rtol=1e-5)
    np.testing.assert_allclose(found[:, bands : 3 * bands], 0, atol=1e-5)
    assert (found[:, 3 * bands :] < -6.5).all()  # the logarithm of the floor


@pytest.mark.parametrize("periods", [3, 12])
def test_a_rhythm_shows_in_its_own_modulation_band(periods: int) -> None:
    beat = 5 * np.cos(2 * np.pi * periods * np.arange(128) / 128)
    found = textures(np.broadcast_to(-20 + beat, (1, 128, 128)))[0, 3 * 32 :].reshape(CEPSTRAL, -1)
    expected = int(np.searchsorted(EDGES, periods, side="right")) - 1
    assert abs(int(found[0].argmax()) - expected) <= 1
