from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.evaluation import clusterings
from reprise.evaluation.uncertainty import (
    Estimate,
    Interval,
    Resampling,
    around,
    difference_of_means,
    interval_over_seeds,
    interval_over_tracks,
    resampled_rows,
    share_interval,
)


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=40), st.integers(0, 5))
def test_resamples_take_whole_groups(groups: list[int], seed: int) -> None:
    labels = np.array(groups)
    for rows in resampled_rows(labels, 5, seed):
        for group in np.unique(labels):
            inside = np.bincount(rows, minlength=len(labels))[labels == group]
            assert len(set(inside.tolist())) == 1


def test_bootstrap_spread_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(0).standard_normal(400)
    found = interval_over_tracks(lambda rows: float(values[rows].mean()), np.arange(400), 2000, 0)
    half = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.value == pytest.approx(half, rel=0.06)


def test_copies_of_a_track_do_not_narrow_the_interval() -> None:
    values = np.random.default_rng(1).standard_normal(50)
    copied, groups = np.repeat(values, 4), np.repeat(np.arange(50), 4)
    alone = interval_over_tracks(lambda rows: float(values[rows].mean()), np.arange(50), 500, 0)
    grouped = interval_over_tracks(lambda rows: float(copied[rows].mean()), groups, 500, 0)
    assert grouped.high - grouped.low == pytest.approx(alone.high - alone.low)


def test_interval_over_seeds_is_students() -> None:
    found = interval_over_seeds([1.0, 2.0, 3.0])
    assert found.value == 2.0
    assert found.high - found.value == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
    assert interval_over_seeds([0.4]).low == interval_over_seeds([0.4]).high == 0.4


def test_two_seeds_have_a_wide_interval_of_both_sides() -> None:
    found = interval_over_seeds(
        [0.0, 4.0]
    )  # t with one degree of freedom times the deviation 8 ** 0.5 over 2 ** 0.5
    half = 12.706205 * 2.0
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0 - half, 2.0 + half), rel=1e-6)


def test_share_interval_equals_statsmodels_wilson() -> None:
    found = share_interval(8, 10)  # statsmodels.stats.proportion.proportion_confint(8, 10, method="wilson")
    assert found.low == pytest.approx(0.490162, abs=1e-5)
    assert found.high == pytest.approx(0.943318, abs=1e-5)


def test_a_share_of_none_or_all_stays_a_share() -> None:
    none, half, everything = share_interval(0, 5), share_interval(5, 10), share_interval(5, 5)
    assert (none.value, none.low, everything.value, everything.high) == (0.0, 0.0, 1.0, 1.0)
    assert none.high == pytest.approx(1 - everything.low)  # successes and failures change places
    assert half.high - 0.5 == pytest.approx(0.5 - half.low)


def test_as_many_groups_are_drawn_as_there_are_and_each_can_be() -> None:
    drawn = resampled_rows(np.arange(5), 200, 0)
    assert len(drawn) == 200
    assert {len(rows) for rows in drawn} == {5}
    assert set(np.concatenate(drawn).tolist()) == set(range(5))
    assert any(len(set(rows.tolist())) < 5 for rows in drawn)  # with replacement
    again, other = resampled_rows(np.arange(5), 200, 0), resampled_rows(np.arange(5), 200, 1)
    assert all(np.array_equal(*pair) for pair in zip(drawn, again, strict=True))
    assert not all(np.array_equal(*pair) for pair in zip(drawn, other, strict=True))


def test_the_interval_is_the_estimate_and_two_deviations_of_its_replicates() -> None:
    found = around(5.0, [0.0, 2.0])  # their deviation is the root of 2
    assert (found.value, found.low, found.high) == pytest.approx(
        (5.0, 5.0 - 1.959964 * np.sqrt(2), 5.0 + 1.959964 * np.sqrt(2))
    )


def test_numbers_go_to_metrics_by_name() -> None:
    estimate = Estimate(Interval(0.5, 0.4, 0.6), Interval(0.5, 0.45, 0.55), 0.1, 0.2, 7)
    assert estimate.to_dict() == {
        "value": 0.5, "low": 0.4, "high": 0.6, "seed_low": 0.45, "seed_high": 0.55, "chance": 0.1, "chance_high": 0.2, "n": 7,
    }  # fmt: skip


def test_difference_of_means_has_the_spread_of_both() -> None:
    generator = np.random.default_rng(4)
    first, second = 3.0 + generator.standard_normal(100), 2.0 * generator.standard_normal(400)
    found = difference_of_means(first, second, 2000, 0)
    half = 1.96 * np.sqrt(first.var() / 100 + second.var() / 400)
    assert found.value == pytest.approx(first.mean() - second.mean())
    assert found.high - found.value == pytest.approx(half, rel=0.06)
    assert found.value - found.low == pytest.approx(half, rel=0.06)
    assert found == difference_of_means(first, second, 2000, 0)
    assert found != difference_of_means(first, second, 2000, 1)


def test_difference_of_equal_samples_holds_zero() -> None:
    generator = np.random.default_rng(2)
    found = difference_of_means(generator.standard_normal(200), generator.standard_normal(200), 200, 0)
    assert found.low < 0 < found.high


def world(share_right: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    reference = np.repeat(np.arange(5), 40)
    clusters = np.where(generator.uniform(size=200) < share_right, reference, generator.integers(0, 5, 200))
    return reference, clusters, np.arange(200)


def test_random_clusters_lie_within_chance() -> None:
    reference, clusters, groups = world(0.0)
    found = clusterings.score(reference, [clusters], groups, Resampling(100, 200, 0))
    assert found["ami"].chance == pytest.approx(0.0, abs=0.01)
    assert found["ami"].tracks.low < found["ami"].chance_high
    assert found["nmi"].chance > 0.02  # NMI rises for no reason: why it never stands alone


def test_estimates_are_centred_on_the_score_and_not_on_the_resamples() -> None:
    reference, clusters, groups = world(0.6)
    resampling = Resampling(200, 50, 0)
    estimate = clusterings.score(reference, [clusters], groups, resampling)["ari"]
    resampled = clusterings.resampled(reference, [clusters], groups, resampling)["ari"]
    assert (estimate.tracks.low + estimate.tracks.high) / 2 == pytest.approx(estimate.tracks.value)
    assert resampled.mean() > estimate.tracks.value + 0.005  # copies of tracks flatter


def test_paired_difference_is_narrower_than_its_parts() -> None:
    reference, clusters, groups = world(0.6)
    other = clusters.copy()
    other[::20] = 0
    resampling = Resampling(200, 50, 0)
    gain = clusterings.difference(reference, [clusters], [other], groups, resampling)["ami"]
    alone = clusterings.score(reference, [clusters], groups, resampling)["ami"].tracks
    assert gain.high - gain.low < 0.7 * (alone.high - alone.low)
    assert gain.value > 0
