"""Eta squared and its chance level against sums of squares worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.evaluation.variance import chance_level, eta_squared


def test_the_share_between_two_clusters_is_that_of_their_means() -> None:
    values, clusters = np.array([1.0, 3.0, 5.0, 7.0]), np.array(["a", "a", "b", "b"])
    assert eta_squared(values, clusters) == pytest.approx(16 / 20)  # means 2 and 6 about 4, of 9 + 1 + 1 + 9


def test_dimensions_are_summed_and_their_means_do_not_matter() -> None:
    values = np.array([[1.0, 50.0], [3.0, 51.0], [5.0, 50.0], [7.0, 51.0]])
    assert eta_squared(values, np.array([0, 0, 1, 1])) == pytest.approx(16 / 21)  # nothing of the second


def test_clusters_of_unequal_size_weigh_as_many_tracks_as_they_have() -> None:
    values, clusters = np.array([0.0, 0.0, 0.0, 4.0, 8.0]), np.array([0, 0, 0, 9, 9])
    mean = 12 / 5
    total = 3 * mean**2 + (4 - mean) ** 2 + (8 - mean) ** 2
    assert eta_squared(values, clusters) == pytest.approx((3 * mean**2 + 2 * (6 - mean) ** 2) / total)


def test_variance_of_one_is_variance() -> None:
    assert eta_squared(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0, 1, 0, 1])) == 1.0
    assert eta_squared(np.array([3.0]), np.array([0])) == 0.0


@pytest.mark.parametrize(
    ("values", "clusters", "why"),
    [
        ([1.0, 2.0], [0], "2 values for 1"),
        ([1.0], [0, 1], "1 values for 2"),
        ([], [], "0 values"),
        ([1.0, np.nan], [0, 1], "not finite"),
        ([[1.0, np.inf], [1.0, 2.0]], [0, 1], "not finite"),
    ],
)
def test_values_that_do_not_fit_the_clusters_are_refused(values: Any, clusters: Any, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        eta_squared(np.array(values), np.array(clusters))


def test_the_chance_level_counts_degrees_of_freedom() -> None:
    assert chance_level(3, 11) == pytest.approx(2 / 10)
    assert chance_level(11, 11) == 1.0
    assert chance_level(1, 1) == 0.0
    assert chance_level(3, 2) == 2.0
