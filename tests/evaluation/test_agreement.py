from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from reprise.errors import BadInput
from reprise.evaluation import agreement

LABELLINGS = st.integers(2, 40).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)])
)


@settings(deadline=None)  # on a busy machine it says nothing
@given(LABELLINGS)
def test_scores_equal_scikit_learn(labellings: tuple[list[int], list[int]]) -> None:
    reference, estimated = labellings
    assert agreement.nmi(reference, estimated) == pytest.approx(
        oracle.normalized_mutual_info_score(reference, estimated), abs=1e-9
    )
    assert agreement.ami(reference, estimated) == pytest.approx(
        oracle.adjusted_mutual_info_score(reference, estimated), abs=1e-9
    )
    assert agreement.ari(reference, estimated) == pytest.approx(
        oracle.adjusted_rand_score(reference, estimated), abs=1e-9
    )


@settings(deadline=None)  # on a busy machine it says nothing
@given(LABELLINGS)
def test_purity_and_accuracy_equal_brute_force(labellings: tuple[list[int], list[int]]) -> None:
    reference, estimated = (np.array(labels) for labels in labellings)
    majority = sum(np.bincount(reference[estimated == c]).max() for c in np.unique(estimated))
    assert agreement.purity(reference, estimated) == pytest.approx(majority / len(reference))
    names = list(range(5))
    best = max(
        (np.array(renamed)[estimated] == reference).mean() for renamed in itertools.permutations(names)
    )
    assert agreement.accuracy(reference, estimated) == pytest.approx(best)


@settings(deadline=None)  # on a busy machine it says nothing
@given(LABELLINGS, st.permutations(range(5)))
def test_names_of_clusters_mean_nothing(labellings: tuple[list[int], list[int]], names: list[int]) -> None:
    reference, estimated = labellings
    renamed = [f"cluster {names[cluster]}" for cluster in estimated]
    for metric, value in agreement.evaluate(reference, estimated).items():
        assert agreement.evaluate(reference, renamed)[metric] == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("metric", ["accuracy", "ami", "ari", "nmi", "purity"])
def test_identity_scores_one(metric: str) -> None:
    labels = ["a", "b", "b", "c", "c", "c"]
    assert agreement.evaluate(labels, labels)[metric] == pytest.approx(1.0)


def test_random_labels_reach_the_published_chance_level() -> None:
    generator = np.random.default_rng(0)
    reference = np.repeat(np.arange(10), 10)
    scores = [agreement.evaluate(reference, generator.integers(0, 10, 100)) for _ in range(300)]
    mean = {name: np.mean([row[name] for row in scores]) for name in scores[0]}
    assert mean["nmi"] == pytest.approx(0.203, abs=0.01)
    assert mean["purity"] == pytest.approx(0.27, abs=0.02)
    assert mean["ami"] == pytest.approx(0.0, abs=0.01)
    assert mean["ari"] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(("reference", "estimated"), [([], []), ([1, 2], [1]), ([[1, 2]], [[1, 2]])])
def test_labellings_that_do_not_belong_together_are_refused(reference: Any, estimated: Any) -> None:
    with pytest.raises(BadInput, match="labelling"):
        agreement.evaluate(reference, estimated)


@pytest.mark.parametrize(
    ("reference", "estimated"),
    [(["a"], [7]), ([0, 0, 0], [1, 1, 1]), ([0, 1, 2], [2, 0, 1]), ([0, 1], [1, 0])],
    ids=["one track", "one class, one cluster", "singletons", "two singletons"],
)
def test_identical_partitions_score_one_even_without_any_information(
    reference: list[Any], estimated: list[Any]
) -> None:
    assert set(agreement.evaluate(reference, estimated).values()) == {1.0}


def test_one_cluster_tells_nothing_of_two_classes() -> None:
    scores = agreement.evaluate([0, 0, 1, 1], [3, 3, 3, 3])
    assert scores == {"accuracy": 0.5, "ami": 0.0, "ari": 0.0, "nmi": 0.0, "purity": 0.5}


def test_each_score_equals_its_place_in_the_summary() -> None:
    reference, estimated = [0, 0, 0, 1, 1, 2], [1, 1, 0, 0, 0, 0]
    alone = {name: getattr(agreement, name)(reference, estimated) for name in agreement.evaluate([0], [0])}
    assert agreement.evaluate(reference, estimated) == pytest.approx(alone)


def test_disagreement_beyond_chance_is_below_zero() -> None:
    reference, estimated = [0, 0, 1, 1], [0, 1, 0, 1]
    assert agreement.ari(reference, estimated) == pytest.approx(-0.5)
    assert agreement.ami(reference, estimated) == pytest.approx(
        oracle.adjusted_mutual_info_score(reference, estimated)
    )


def test_the_contingency_table_counts_classes_by_clusters() -> None:
    table = agreement.contingency(["b", "a", "b", "b"], [5, 5, 2, 9])
    assert table.tolist() == [[0, 1, 0], [1, 1, 1]]
    assert table.dtype == np.int64
