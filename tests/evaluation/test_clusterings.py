"""Scores of several clusterings against the scores of each, and a permutation test worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.evaluation import agreement, clusterings
from reprise.evaluation.uncertainty import Resampling, interval_over_seeds, resampled_rows

RESAMPLING = Resampling(30, 40, 5)


@pytest.fixture
def runs() -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Return classes, three clusterings of different quality, and groups of two tracks."""
    generator = np.random.default_rng(0)
    reference = np.repeat(["a", "b", "c"], 20)
    codes = np.repeat(np.arange(3), 20)
    found = [
        np.where(generator.uniform(size=60) < share, codes, generator.integers(0, 3, 60))
        for share in (0.9, 0.6, 0.3)
    ]
    return reference, found, np.repeat(np.arange(30), 2)


def test_a_score_is_the_mean_over_seeds(runs: tuple[np.ndarray, list[np.ndarray], np.ndarray]) -> None:
    reference, found, groups = runs
    scores = clusterings.score(reference, found, groups, RESAMPLING)
    for metric, estimate in scores.items():
        single = [agreement.evaluate(reference, clusters)[metric] for clusters in found]
        assert estimate.seeds == interval_over_seeds(single)
        assert estimate.tracks.value == estimate.seeds.value
        assert estimate.n == 60


def test_resamples_are_scored_as_their_tracks_are(
    runs: tuple[np.ndarray, list[np.ndarray], np.ndarray],
) -> None:
    reference, found, groups = runs
    rows = resampled_rows(groups, 30, 5)
    made = clusterings.resampled(reference, found, groups, RESAMPLING)
    for metric, values in made.items():
        third = [agreement.evaluate(reference[rows[3]], run[rows[3]])[metric] for run in found]
        assert len(values) == 30
        assert values[3] == pytest.approx(np.mean(third))


def test_chance_is_the_level_of_permuted_labels(
    runs: tuple[np.ndarray, list[np.ndarray], np.ndarray],
) -> None:
    reference, found, groups = runs
    permuted = clusterings.permuted(reference, found, RESAMPLING)
    scores = clusterings.score(reference, found, groups, RESAMPLING)
    for metric, values in permuted.items():
        assert len(values) == 40
        assert scores[metric].chance == pytest.approx(values.mean())
        assert (
            np.mean(values > scores[metric].chance_high)
            <= 1 / 40
            <= np.mean(values >= scores[metric].chance_high - 0.01)
        )
    assert permuted["ami"].mean() == pytest.approx(0.0, abs=0.02)


def test_a_gain_is_the_difference_of_means_and_its_sign_turns_with_the_sides(
    runs: tuple[np.ndarray, list[np.ndarray], np.ndarray],
) -> None:
    reference, (good, middle, poor), groups = runs
    gained = clusterings.difference(reference, [good, middle], [poor], groups, RESAMPLING)
    lost = clusterings.difference(reference, [poor], [good, middle], groups, RESAMPLING)
    for metric in clusterings.METRICS:
        better = np.mean([agreement.evaluate(reference, run)[metric] for run in (good, middle)])
        assert gained[metric].value == pytest.approx(better - agreement.evaluate(reference, poor)[metric])
        assert lost[metric].low == pytest.approx(-gained[metric].high)
    same = clusterings.difference(reference, [good], [good], groups, RESAMPLING)
    assert {(one.low, one.value, one.high) for one in same.values()} == {(0.0, 0.0, 0.0)}


def test_a_clustering_of_other_tracks_is_refused(
    runs: tuple[np.ndarray, list[np.ndarray], np.ndarray],
) -> None:
    reference, found, groups = runs
    with pytest.raises(BadInput, match="one label per track"):
        clusterings.score(reference, [*found, np.zeros(61, int)], groups, RESAMPLING)
