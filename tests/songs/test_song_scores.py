"""Scores against scipy and scikit-learn, and intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, r2_score

from reprise.songs.scores import bootstrap_weights, interval, mae, r2, score, spearman

ONES = np.ones((1, 40))


@given(st.integers(0, 1000))
def test_scores_agree_with_the_libraries(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(40, 3))
    predicted = np.round(truth + rng.normal(size=(40, 3)), 1)
    for column in range(3):
        pair = truth[:, column], predicted[:, column]
        assert r2(truth, predicted, ONES)[0, column] == pytest.approx(r2_score(*pair))
        assert mae(truth, predicted, ONES)[0, column] == pytest.approx(mean_absolute_error(*pair))
        assert spearman(truth, predicted, ONES)[0, column] == pytest.approx(spearmanr(*pair).statistic)


def test_a_weight_of_two_is_the_song_twice() -> None:
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(size=(10, 2)), rng.normal(size=(10, 2))
    weights = np.array([[2, 0, 1, 1, 1, 1, 1, 1, 1, 1]], dtype=float)
    rows = np.repeat(np.arange(10), weights[0].astype(int))
    doubled = np.ones((1, len(rows)))
    np.testing.assert_allclose(r2(truth, predicted, weights), r2(truth[rows], predicted[rows], doubled))
    np.testing.assert_allclose(mae(truth, predicted, weights), mae(truth[rows], predicted[rows], doubled))


def test_perfect_useless_and_trap() -> None:
    truth = np.random.default_rng(0).normal(size=(40, 1))
    perfect, useless = score(truth, truth, ONES), score(truth, np.full((40, 1), truth.mean()), ONES)
    trap = score(truth, -truth, ONES)
    assert perfect["r2"][0, 0] == pytest.approx(1)
    assert perfect["mae"][0, 0] == 0
    assert useless["r2"][0, 0] == pytest.approx(0)
    assert useless["spearman"][0, 0] == 0
    assert trap["r2"][0, 0] < -2
    assert trap["spearman"][0, 0] == pytest.approx(-1)


def test_a_target_that_does_not_vary_has_no_r2() -> None:
    constant = np.ones((40, 1))
    assert np.isnan(r2(constant, constant + 0.1, ONES)[0, 0])
    assert np.isnan(interval(np.full(10, np.nan)).value)


def test_a_group_is_drawn_whole() -> None:
    groups = np.array(["a", "a", "b", "c", "c", "c"])
    weights = bootstrap_weights(groups, 50, np.random.default_rng(0))
    assert weights.shape == (51, 6)
    assert (weights[0] == 1).all()
    for name in "abc":
        inside = weights[:, groups == name]
        assert (inside == inside[:, :1]).all()


def test_intervals_cover_the_true_error() -> None:
    """The 95 % interval of the error of N(0, 1) noise holds its expectation, √(2/π), about 95 times in 100."""
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(60, 1))
        weights = bootstrap_weights(np.arange(60).astype(str), 200, rng)
        found = interval(mae(np.zeros((60, 1)), noise, weights)[:, 0])
        covered += found.low <= np.sqrt(2 / np.pi) <= found.high
    assert 86 <= covered <= 100
