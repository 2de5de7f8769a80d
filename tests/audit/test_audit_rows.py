"""Rows of a representation against rows of its input and against the label, on values whose shares are computed by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tests.audit.classes import PLAN, by_class, noise

from reprise.audit.checks import label_columns as label_module
from reprise.audit.checks.label_columns import label_columns
from reprise.audit.checks.own_input import own_input
from reprise.audit.labelling import Labelling
from reprise.audit.probe import leave_one_out
from reprise.audit.within import compared, distances, orders, standardised, within_share

# what the checks share


def test_more_than_four_hundred_tracks_are_drawn_once_each_and_in_order() -> None:
    labels = by_class(300, 150)
    backwards = labels.ids[::-1]
    rows, position = compared(backwards, labels, np.random.default_rng(0))
    assert len(set(rows.tolist())) == 400
    assert (np.diff(rows) > 0).all()
    assert (backwards[rows] == labels.ids[position]).all()
    rows, _ = compared(labels.ids[:400], labels, np.random.default_rng(0))
    assert rows.tolist() == list(range(400))


def test_rows_are_exchanged_within_their_class_alone() -> None:
    codes = np.array([2, 5, 2, 5, 5, 2, 9])
    first, *others = orders(codes, 50, np.random.default_rng(0))
    assert first.tolist() == list(range(7))
    assert len(others) == 50
    for order in others:
        assert sorted(order.tolist()) == list(range(7))
        np.testing.assert_array_equal(codes[order], codes)
    assert len({tuple(order.tolist()) for order in others}) > 10


def test_shares_and_distances_do_not_depend_on_the_unit_or_on_the_zero() -> None:
    values = np.array([[0.0], [2], [4], [6]])
    codes = np.array([0, 0, 1, 1])
    for unit, zero in ((1e-100, 0.0), (1e100, 0.0), (1.0, 1e5)):
        assert within_share(unit * values + zero, codes)[0] == pytest.approx(0.2)
    assert within_share(values * 1e-9 + 1e5, codes)[0] == 1.0  # rounding is no variance
    near = 0.37 * values
    np.testing.assert_allclose(distances(near + 1e6), np.abs(near - near.T), atol=1e-6)
    np.testing.assert_array_equal(standardised(np.full((4, 1), 0.1)), np.zeros((4, 1)))


def test_a_probe_takes_columns_in_any_unit_and_none_of_zeros() -> None:
    values = np.random.default_rng(0).normal(size=(12, 3))
    expected = leave_one_out(values)
    np.testing.assert_allclose(leave_one_out(values * [1e-12, 1, 1e12]), expected, atol=1e-9)
    np.testing.assert_allclose(leave_one_out(np.c_[values, np.zeros(12)]), expected, atol=1e-9)


# the label among the columns


def test_of_many_tracks_some_are_looked_at_from_the_first_to_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of thirteen, rows 0, 3, 6, 9 and 12: classes of three and two, in which the only column is (0, 1, 2) and (10, 12)."""
    monkeypatch.setattr(label_module, "MOST_TRACKS", 5)
    labels = by_class(7, 6)
    column = np.full(13, 100.0)
    column[1::2] = -100.0
    column[[0, 3, 6, 9, 12]] = [0, 1, 2, 10, 12]
    found = label_columns("z", "s", labels.ids, column[:, None], labels, PLAN)
    within, total = 2 + 2, (25 + 16 + 9 + 25 + 49)  # the mean is 5
    assert found.statistic == pytest.approx(1 - within / total)
    assert f"by {within / total:.2g} of its variance within each genre" in found.evidence
    assert (found.severity, found.count) == ("ok", 0)


def test_a_label_is_told_among_any_units_and_beside_constant_columns() -> None:
    labels = by_class(20, 20)
    honest = np.random.default_rng(0).normal(size=(40, 3))
    mixed = np.c_[honest, honest[:, 0] + labels.codes]
    for units in (1e-9, 1e9, np.array([1e5, 1, 1, 1e-5])):
        found = label_columns("z", "s", labels.ids, np.c_[mixed * units, np.zeros(40)], labels, PLAN)
        assert (found.severity, found.count) == ("leak", 1)
        assert found.statistic == pytest.approx(1)
        assert found.evidence.startswith(
            "0 of 5 columns are constant within each genre; the combination that"
        )


def test_a_code_of_the_label_is_told_where_combinations_cannot_be() -> None:
    labels = by_class(20, 20, 20)
    wide = np.c_[np.random.default_rng(0).normal(size=(60, 48)), 3.0 - labels.codes]
    found = label_columns("z", "s", labels.ids, wide, labels, PLAN)
    assert (found.severity, found.count) == ("leak", 1)
    assert found.statistic == pytest.approx(1)
    assert found.evidence == (
        "1 of 49 columns are constant within each genre; combinations cannot be told: 49 columns for 60 tracks"
    )


def test_what_any_labels_would_show_is_no_label() -> None:
    """48 columns and twenty classes have a direction in common in 60 tracks, whatever the labels are."""
    names = np.repeat([f"genre {number:02d}" for number in range(20)], 3)
    ids = np.array([f"{row:04d}" for row in range(60)])
    labels = Labelling.build("genre", ids, names, ids)
    values = np.random.default_rng(0).normal(size=(60, 48))
    found = label_columns("z", "s", ids, values, labels, PLAN)
    assert (found.severity, found.count) == ("ok", 0)
    assert found.evidence.endswith("combinations cannot be told: 48 columns for 60 tracks")
    few = label_columns("z", "s", ids, values[:, :5], labels, PLAN)
    assert "the combination that varies least" in few.evidence


def test_of_constant_columns_all_variance_is_within_classes() -> None:
    labels = by_class(20, 20)
    found = label_columns("z", "s", labels.ids, np.ones((40, 2)), labels, PLAN)
    assert (found.severity, found.statistic, found.count) == ("ok", 0.0, 0)
    assert "varies least does so by 1 of its variance" in found.evidence


# a representation as a whole


def test_what_is_shared_with_the_input_does_not_depend_on_the_unit() -> None:
    labels = by_class(15, 15)
    source = np.random.default_rng(0).normal(size=(30, 4))
    found = own_input(("z", "x"), "s", labels.ids, 1e-6 * source, 1e-6 * source, labels, PLAN)
    assert found.statistic == pytest.approx(1)
    assert (found.severity, found.count) == ("ok", 30)
    assert found.evidence.startswith("within a genre, it shares 1.00 (RV) with x (p 0.002); ")


def test_nearness_is_a_mean_over_pairs_however_many_there_are() -> None:
    """One artist of 120 tracks is a class of its own: other labels have more pairs within a class, and are no nearer for that."""
    ids = np.array([f"{row:04d}" for row in range(240)])
    artists = np.where(np.arange(240) < 120, "prolific", ids)
    genre = np.repeat(["blues", "disco"], 120)
    labels = Labelling.build("genre", ids, genre, artists)
    generator = np.random.default_rng(0)
    values, source = generator.normal(size=(240, 3)), generator.normal(size=(240, 3))
    found = own_input(("z", "x"), "s", ids, values, source, labels, PLAN)
    assert found.severity == "warn"  # it tells neither
    p = float(found.evidence.rsplit("p ", 1)[1])
    assert 0.05 < p < 0.95


def test_both_p_are_shares_of_five_hundred_orders() -> None:
    labels = by_class(15, 15)
    for seed in range(6):
        found = own_input(("z", "x"), "s", labels.ids, noise(30, 3, seed), noise(30, 3, 9), labels, PLAN)
        follows, told = re.findall(r"p (\d\.\d{3})", found.evidence)
        assert [round(1000 * float(p)) % 2 for p in (follows, told)] == [0, 0]
