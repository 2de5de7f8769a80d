"""Where a check begins to speak: the last value that passes, and the first that does not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kruskal
from tests.audit.classes import PLAN, by_check, by_class

from reprise.audit.checks.pseudo_labels import class_in_name, nearest_centre, same_partition
from reprise.audit.checks.row_order import row_order
from reprise.audit.checks.splits import duplicates
from reprise.audit.differences import difference
from reprise.audit.finding import Finding, decide
from reprise.audit.labelling import Labelling, Plan, p_value
from reprise.audit.recompute.agree import agreed, granular
from reprise.audit.report import metrics

WHERE = ("ami", "vae", "evaluate")

# the order of rows


def ordered(labels: Labelling, rows: list[int], plan: Plan = PLAN) -> dict[str, Finding]:
    return by_check(row_order("rows", "s", labels.ids[rows], labels, plan))


def test_rows_sorted_by_class_have_the_largest_trend_there_is() -> None:
    labels = by_class(10, 10)
    found = ordered(labels, list(range(20)))["trend"]
    assert found.p == 1 / 100
    assert found.statistic == pytest.approx(kruskal(range(10), range(10, 20)).statistic)
    mixed = ordered(labels, [row + 10 * side for row in range(10) for side in (0, 1)])["trend"]
    assert mixed.p is not None
    assert mixed.p > 1 / 2


def test_a_class_of_one_row_has_a_rank_as_the_others_have() -> None:
    labels = by_class(5, 1)
    expected = kruskal([1, 2, 4, 5, 6], [3]).statistic
    assert ordered(labels, [0, 1, 5, 2, 3, 4])["trend"].statistic == pytest.approx(expected)


def test_neighbours_are_measured_in_deviations_of_the_permutations() -> None:
    """Of three rows AAB, ABA and BAA are the orders: ABA has no equal neighbours, which is √2 deviations from the mean of 1/3."""
    labels = by_class(2, 1)
    odd = ordered(labels, [0, 2, 1], Plan(999, 0))["neighbours"]
    assert odd.statistic == pytest.approx(np.sqrt(2), abs=0.1)
    assert odd.p == pytest.approx(1 / 3, abs=0.06)
    usual = ordered(labels, [0, 1, 2], Plan(999, 0))["neighbours"]
    assert usual.statistic == pytest.approx(np.sqrt(1 / 2), abs=0.1)
    assert usual.p == 1.0
    two = by_class(1, 1)  # one lag, at which nothing can vary
    assert ordered(two, [0, 1])["neighbours"].statistic == 0.0


# parts and acoustic labels


def test_a_cosine_at_the_limit_is_one_recording() -> None:
    prints = np.array([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]])
    parts = {"a": "train", "b": "test", "c": "test"}
    ids = np.array(list("abc"))
    assert duplicates("split", "tracks", ids, prints, parts, 1.0).count == 1
    assert duplicates("split", "tracks", ids, prints, parts, 1.0001).count == 0


def test_a_class_of_one_track_is_a_class() -> None:
    labels = by_class(19, 1)
    found = same_partition("relabel", labels.ids, np.repeat(["x", "y"], [19, 1]), labels)
    assert (found.severity, found.statistic) == ("leak", 1.0)


def test_names_of_two_letters_are_in_too_many_words() -> None:
    ids = np.array(list("abcd"))
    labels = Labelling.build("genre", ids, np.array(["ab", "pop", "ab", "pop"]), ids)
    found = class_in_name("relabel", np.array(["slow ab", "slow pop"]), labels)
    assert found.evidence.endswith("1 of 2 names of acoustic labels contain the name of a genre: slow pop")


def test_a_track_belongs_to_the_centre_that_is_nearest() -> None:
    clusters = np.repeat([0, 1], 2)
    values = np.array([[-4.9], [4.9], [5.1], [14.9]])  # centres at 0 and 10
    what = ("clusters", "vectors", "cluster")
    assert nearest_centre(what, clusters, values, np.ones(4, dtype=bool)).count == 0
    moved = np.array([[-5.1], [5.1], [5.1], [14.9]])
    found = nearest_centre(what, clusters, moved, np.ones(4, dtype=bool))
    assert (found.count, found.statistic, found.severity) == (1, 0.25, "leak")
    assert found.evidence.startswith(
        "25.0% of 4 tracks lie nearer to another cluster's centre in the vectors"
    )


# numbers


def test_a_cell_is_measured_by_the_wider_of_two_runs() -> None:
    """One outlier of twenty makes a deviation of 4.4, of which 0.01 is a five-hundredth."""
    wide, narrow = np.zeros((20, 1)), np.tile([[0.01], [-0.01]], (10, 1))
    wide[3] = 20.0
    for made, expected in ((wide, narrow), (narrow, wide)):
        assert difference(made, expected).moved == 0.05


def test_a_number_at_the_tolerance_agrees() -> None:
    assert agreed(WHERE, 2e-5, 0.0).severity == "ok"
    assert agreed(WHERE, 2.001e-5, 0.0).severity == "leak"
    two = agreed(WHERE, 2e-5, -0.5, [-1.0, 0.0])
    assert two.evidence == (
        "ami reported 0.00002, computed again -0.50000 as the mean of 2 runs: the reported one is the best run"
    )
    assert "best run" not in agreed(WHERE, 2.001e-5, -0.5, [-1.0, 0.0]).evidence


@pytest.mark.parametrize(
    ("share", "n", "severity"),
    [(0.33333, 3, "ok"), (0.333333, 300, "ok"), (0.33332, 300, "leak"), (1e-5, 1, "ok"), (1.2e-5, 1, "leak"), (0.6666, 3, "leak")],
)  # fmt: skip
def test_a_share_of_n_is_whole_to_five_digits(share: float, n: int, severity: str) -> None:
    assert granular(WHERE, share, n).severity == severity


def test_a_permutation_that_reaches_the_observed_value_counts() -> None:
    assert p_value(1.0, np.array([1.0, 1.0 - 1e-13, 1.0 - 1e-9])) == 0.75
    assert p_value(-1e-13, np.array([0.0, 0.0, -1.0])) == 0.75


def test_an_entry_has_its_p_where_it_was_tested() -> None:
    fact = Finding("a.b", "fact", "stage", "warn", 0.5, "e", "r", count=3)
    test = Finding("a.b", "test", "stage", "leak", 0.5, "e", "r", p=0.5)
    entries = metrics(decide([fact, test], 0.01, 99), 0.01, {})["checks"]["a"]["b"]
    assert entries["fact"] == {
        "severity": "warn", "stage": "stage", "statistic": 0.5, "evidence": "e", "count": 3, "remedy": "r",
    }  # fmt: skip
    assert entries["test"] == {
        "severity": "ok", "stage": "stage", "statistic": 0.5, "evidence": "e", "p": 0.5, "p_corrected": 0.5,
    }  # fmt: skip
    undecided = metrics([test], 0.01, {})["checks"]["a"]["b"]["test"]
    assert "p" not in undecided  # no p without its correction
