"""The map of the latents: principal axes with fixed signs, and t-SNE started from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn.manifold

from reprise.evaluation import projection
from reprise.evaluation.projection import neighbourhood_map, plane


def test_the_largest_loading_of_an_axis_is_positive() -> None:
    along = np.array([-2.0, -1.0, 0.0, 3.0])
    points = plane(np.array([5.0, 6.0, 7.0]) + np.outer(along, [-3.0, 1.0, 0.0]))
    assert points[:, 0] == pytest.approx(-along * np.sqrt(10))  # the axis is (3, -1, 0) / √10
    assert points[:, 1] == pytest.approx(np.zeros(4), abs=1e-9)


def test_axes_are_ordered_by_variance_and_uncorrelated() -> None:
    latents = np.random.default_rng(0).standard_normal((50, 4)) * [1.0, 9.0, 3.0, 0.1] + 20.0
    points = plane(latents)
    values = np.linalg.eigvalsh(np.cov(latents.T))[::-1]
    assert np.cov(points.T) == pytest.approx(np.diag(values[:2]), abs=1e-9)
    assert points.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-9)


def test_one_dimension_lies_on_a_line() -> None:
    points = plane(np.array([[1.0], [2.0], [6.0]]))
    assert points.tolist() == [[-2.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Put a map in the place of t-SNE that notes what it was asked."""
    calls: list[dict[str, Any]] = []

    class Noted:
        def __init__(self, dimensions: int, **options: Any) -> None:
            calls.append(options | {"dimensions": dimensions})

        def fit_transform(self, latents: np.ndarray) -> np.ndarray:
            return latents[:, :2]

    monkeypatch.setattr(sklearn.manifold, "TSNE", Noted)
    return calls


def noise(n: int) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((n, 5))


def test_too_few_too_many_and_equal_tracks_have_a_plane(
    asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "TSNE_UP_TO", 60)
    assert {n: neighbourhood_map(noise(n), 0)[1] for n in (40, 41, 60, 61)} == {
        40: "PCA", 41: "t-SNE", 60: "t-SNE", 61: "PCA",
    }  # fmt: skip
    assert neighbourhood_map(np.ones((50, 5)), 0)[1] == "PCA"
    assert len(asked) == 2


def test_neighbourhoods_start_from_a_small_plane(asked: list[dict[str, Any]]) -> None:
    for n, perplexity in ((61, 20.0), (91, 30.0), (200, 30.0)):
        latents = 50.0 * noise(n)
        neighbourhood_map(latents, 4)
        call = asked.pop()
        assert (call["dimensions"], call["random_state"], call["perplexity"]) == (2, 4, perplexity)
        assert call["init"][:, 0].std() == pytest.approx(1e-4, rel=1e-4)  # as t-SNE wants it
        assert np.corrcoef(call["init"][:, 1], plane(latents)[:, 1])[0, 1] == pytest.approx(1.0)
