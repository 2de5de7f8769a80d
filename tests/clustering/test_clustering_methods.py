from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import cluster as oracle

from reprise.clustering.methods import METHODS, cluster, renumber
from reprise.errors import BadInput, BadParameter
from reprise.evaluation.agreement import ari


def blobs(distance: float = 8.0) -> tuple[NDArray[Any], NDArray[Any]]:
    classes = np.arange(90) % 3
    noise = np.random.default_rng(0).standard_normal((90, 5))
    return noise + distance * np.eye(3, 5)[classes], classes


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_finds_blobs_and_repeats_itself(method: str) -> None:
    latents, classes = blobs()
    found = cluster(latents, method, 3, 0)
    assert ari(classes, found) == 1.0
    assert found.dtype == np.int64
    assert np.array_equal(found, cluster(latents, method, 3, 0))


@pytest.mark.parametrize("method", sorted(METHODS))
def test_the_unit_of_the_latents_does_not_matter(method: str) -> None:
    latents, _ = blobs(2.0)
    assert np.array_equal(cluster(latents, method, 4, 1), cluster(1024.0 * latents, method, 4, 1))


def test_kmeans_and_ward_equal_scikit_learn() -> None:
    latents, _ = blobs(1.5)
    kmeans = oracle.KMeans(4, n_init=10, random_state=5).fit_predict(latents)
    ward = oracle.AgglomerativeClustering(4).fit_predict(latents)
    assert np.array_equal(cluster(latents, "kmeans", 4, 5), renumber(kmeans))
    assert np.array_equal(cluster(latents, "agglomerative", 4, 5), renumber(ward))


def test_spectral_follows_rings_that_kmeans_cuts() -> None:
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    latents, classes = np.vstack([ring, 4 * ring]), np.repeat([0, 1], 100)
    assert ari(classes, cluster(latents, "spectral", 2, 0)) == 1.0
    assert ari(classes, cluster(latents, "kmeans", 2, 0)) < 0.1


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_renumbering_keeps_the_partition_and_counts_from_zero(labels: list[int]) -> None:
    found = renumber(np.array(labels))
    assert found[0] == 0
    assert set(found.tolist()) == set(range(len(set(labels))))
    assert (np.equal.outer(found, found) == np.equal.outer(labels, labels)).all()


def test_bad_requests_say_what_is_wrong() -> None:
    latents, _ = blobs()
    with pytest.raises(BadParameter, match=r"'kmean'.*kmeans"):
        cluster(latents, "kmean", 3, 0)
    with pytest.raises(BadParameter, match=r"k = 91.*90"):
        cluster(latents, "kmeans", 91, 0)
    latents[0, 0] = np.inf
    with pytest.raises(BadInput, match="not finite"):
        cluster(latents, "kmeans", 3, 0)
