from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as oracle

from reprise.errors import BadInput
from reprise.evaluation import separation
from reprise.evaluation.units import effective_dimensions, live_share
from reprise.evaluation.variance import chance_level, eta_squared


def blobs(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    clusters = np.arange(n) % 3
    return generator.standard_normal((n, 4)) + 3.0 * np.eye(3, 4)[clusters], clusters


def test_scores_equal_scikit_learn() -> None:
    latents, clusters = blobs()
    found = separation.evaluate(latents, clusters)
    assert found["silhouette"] == pytest.approx(oracle.silhouette_score(latents, clusters))
    assert found["davies_bouldin"] == pytest.approx(oracle.davies_bouldin_score(latents, clusters))


def test_many_tracks_are_sampled_and_the_sample_is_close(monkeypatch: pytest.MonkeyPatch) -> None:
    latents, clusters = blobs(3000)
    whole = separation.silhouette(latents, clusters)
    monkeypatch.setattr(separation, "SAMPLED_ABOVE", 2999)
    sampled = separation.silhouette(latents, clusters, seed=1)
    assert sampled != whole
    assert sampled == pytest.approx(whole, abs=0.02)
    assert sampled == separation.silhouette(latents, clusters, seed=1)


def test_a_sample_is_taken_above_the_limit_only_and_holds_each_track_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    latents, clusters = blobs(300)
    whole = separation.silhouette(latents, clusters)
    monkeypatch.setattr(separation, "SAMPLE", 100)
    monkeypatch.setattr(separation, "SAMPLED_ABOVE", 300)
    assert separation.silhouette(latents, clusters) == whole
    monkeypatch.setattr(separation, "SAMPLED_ABOVE", 299)
    assert separation.silhouette(latents, clusters) == separation.silhouette(latents, clusters, seed=0)
    assert separation.silhouette(latents, clusters) != separation.silhouette(latents, clusters, seed=1)
    monkeypatch.setattr(separation, "SAMPLE", 300)  # all of them, in another order
    assert separation.silhouette(latents, clusters) == pytest.approx(whole)


def test_a_sample_holds_rows_of_every_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separation, "SAMPLED_ABOVE", 299)
    monkeypatch.setattr(separation, "SAMPLE", 20)
    latents, clusters = blobs(300)
    clusters[clusters == 2] = 0
    latents[7] += 50.0  # far away, in a cluster of its own
    lone = np.where(np.arange(300) == 7, 9, 0)
    for seed in range(5):
        assert -1.0 <= separation.silhouette(latents, lone, seed=seed) <= 1.0
        assert set(clusters[separation._sample(clusters, seed)]) == {0, 1}
    every = np.maximum(np.arange(300), 1)  # one pair, all others alone
    assert len(separation._sample(every, 0)) == 300
    assert np.isfinite(separation.silhouette(latents, every))


def test_scores_over_seeds_are_their_mean_or_say_why_there_are_none() -> None:
    latents, clusters = blobs()
    found = separation.over_seeds(latents, [clusters, clusters])
    assert found["silhouette"]["value"] == pytest.approx(separation.silhouette(latents, clusters))
    absent = separation.over_seeds(latents, [clusters, np.zeros(60, int)])
    assert {name: row["available"] for name, row in absent.items()} == dict.fromkeys(found, False)


def test_silhouette_is_sampled_from_ten_thousand_tracks_on() -> None:
    assert (separation.SAMPLED_ABOVE, separation.SAMPLE) == (
        10_000,
        2_000,
    )  # as the docstrings and the pages say


@pytest.mark.parametrize(("rows", "labels"), [((60, 4), 59), ((60,), 60)])
def test_latents_and_clusters_of_other_lengths_are_refused(rows: tuple[int, ...], labels: int) -> None:
    with pytest.raises(BadInput, match="do not belong together"):
        separation.davies_bouldin(np.ones(rows), np.arange(labels) % 3)


def test_two_clusters_and_all_but_one_are_enough() -> None:
    latents, _ = blobs(6)
    for clusters in (np.arange(6) % 2, np.array([0, 0, 1, 2, 3, 4])):
        assert np.isfinite(separation.silhouette(latents, clusters))


@pytest.mark.parametrize("clusters", [np.zeros(60, int), np.arange(60)])
def test_one_cluster_and_singletons_are_refused(clusters: np.ndarray) -> None:
    with pytest.raises(BadInput, match="2 to n - 1 clusters"):
        separation.evaluate(blobs()[0], clusters)


def test_latents_that_are_not_finite_are_refused() -> None:
    latents, clusters = blobs()
    latents[0, 0] = np.nan
    with pytest.raises(BadInput, match="not finite"):
        separation.silhouette(latents, clusters)


def test_eta_squared_is_one_for_its_own_groups_and_chance_for_random_ones() -> None:
    generator = np.random.default_rng(2)
    clusters = generator.integers(0, 5, 400)
    assert eta_squared(clusters.astype(float), clusters) == pytest.approx(1.0)
    found = [eta_squared(generator.standard_normal(400), clusters) for _ in range(200)]
    assert np.mean(found) == pytest.approx(chance_level(5, 400), abs=0.002)
    assert eta_squared(np.ones(400), clusters) == 0.0


def test_eta_squared_equals_the_analysis_of_variance() -> None:
    from scipy.stats import f_oneway

    generator = np.random.default_rng(3)
    values, clusters = generator.standard_normal(90), np.arange(90) % 3
    eta = eta_squared(values, clusters)
    f_value = (eta / 2) / ((1 - eta) / 87)
    assert f_value == pytest.approx(f_oneway(*[values[clusters == c] for c in range(3)]).statistic)


def test_live_units_are_counted_whatever_the_scale() -> None:
    latents = np.random.default_rng(4).standard_normal((50, 8))
    latents[:, 6:] = 0.3
    assert live_share(latents) == live_share(1e-4 * latents) == 0.75
    assert live_share(np.ones((50, 8))) == 0.0


def test_effective_dimensions_are_one_for_a_line_and_d_for_a_ball() -> None:
    generator = np.random.default_rng(5)
    assert effective_dimensions(np.outer(generator.standard_normal(50), np.ones(8))) == pytest.approx(1.0)
    assert effective_dimensions(generator.standard_normal((20_000, 8))) == pytest.approx(8.0, abs=0.05)
