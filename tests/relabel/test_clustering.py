from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.errors import BadInput
from reprise.relabel.choosing import choose_number, elbow_distances, measure_stability, score_numbers
from reprise.relabel.clustering import Floats, Standardiser, fit_kmeans


def blobs(count: int, per_blob: int = 30, seed: int = 0) -> Floats:
    generator = np.random.default_rng(seed)
    centres = 20 * np.eye(count, 6)
    return np.concatenate([centre + generator.normal(size=(per_blob, 6)) for centre in centres])


def test_standardiser_uses_the_rows_it_was_fitted_on() -> None:
    standardise = Standardiser.fit(np.array([[0.0, 5.0], [2.0, 5.0]]))
    assert standardise(np.array([[5.0, 6.0]])).tolist() == [
        [4.0, 1.0]
    ]  # a constant column is centred, not scaled


def test_clusters_are_numbered_by_falling_size() -> None:
    values = np.concatenate([blobs(2, 10), np.full((25, 6), -30.0)])
    assert np.bincount(fit_kmeans(values, 3, seed=0).assign(values)).tolist() == [25, 10, 10]


def test_the_planted_number_of_clusters_is_chosen() -> None:
    scores = score_numbers(blobs(5), 3, 8, seed=0)
    assert choose_number(scores) == 5
    assert scores.loc[scores["k"] == 5, "stability"].item() == pytest.approx(1.0)


def test_equal_ranks_give_the_smaller_number() -> None:
    assert choose_number(pd.DataFrame({"k": [7, 5, 6], "mean_rank": [2.0, 2.0, 3.0]})) == 5


def test_noise_is_less_stable_than_clusters() -> None:
    noise = np.random.default_rng(1).normal(size=(150, 6))
    clustered = blobs(5)
    stability = [measure_stability(values, fit_kmeans(values, 5, 0), 0).mean for values in (noise, clustered)]
    assert stability[0] < 0.7 < stability[1]


def test_elbow_is_the_point_farthest_below_the_chord() -> None:
    distances = elbow_distances(np.array([100.0, 40.0, 20.0, 10.0, 0.0]))
    assert distances.argmax() == 1
    assert distances[[0, -1]].tolist() == [0.0, 0.0]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_same_seed_same_centres(seed: int) -> None:
    values = blobs(3, 8)
    assert np.array_equal(fit_kmeans(values, 3, seed).centres, fit_kmeans(values, 3, seed).centres)


def test_more_clusters_than_tracks_is_refused() -> None:
    with pytest.raises(
        BadInput,
        match=r"k = 5 needs more than 5 training tracks; there are 4: lower relabel.k or relabel.k_min",
    ):
        fit_kmeans(blobs(1, 4), 5, seed=0)
