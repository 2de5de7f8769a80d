"""Single columns of a representation: which are asked whether they follow the input, and what is said where they do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.audit.classes import PLAN, by_class, noise

from reprise.audit.checks.own_columns import own_columns
from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling
from reprise.audit.within import deviations


def wave(rows: int, shift: int = 0) -> np.ndarray:
    """Values -3, 0 and 3 in turn: of mean 0 and variance 6 in each class of a multiple of three tracks."""
    return 3.0 * ((np.arange(rows) + shift) % 3 - 1)


def asked(values: Sequence[np.ndarray], inputs: Sequence[np.ndarray], labels: Labelling) -> Finding:
    columns = np.stack(values, axis=1)
    return own_columns(("z", "x"), "train", labels.ids, columns, list(inputs), labels, PLAN)


SOURCE, STRANGE = noise(60, 2), noise(60, 2, 5)
"""An input, and columns of which any permutation has as much in common with it: every p is above a half."""


def test_columns_of_fewer_than_thirty_tracks_are_not_asked() -> None:
    for rows, severity in ((29, "skipped"), (30, "ok")):
        labels = by_class(rows - 15, 15)
        found = asked([noise(rows, 1)[:, 0]], [noise(rows, 2)], labels)
        assert found.severity == severity
    few = by_class(14, 15)
    assert asked([noise(29, 1)[:, 0]], [noise(29, 2)], few).evidence == "only 29 tracks"


def test_a_column_is_asked_from_three_fifths_between_classes() -> None:
    labels = by_class(30, 30)
    side = np.where(labels.codes == 0, 1.0, -1.0)
    source = wave(60)[:, None]
    for mean, telling, most in ((3.0, 1, "60%"), (2.999, 0, "60%"), (2.0, 0, "40%")):
        found = asked([mean * side + wave(60)], [source], labels)
        between = mean**2 / (mean**2 + 6)
        assert found.statistic == pytest.approx(between)
        assert (found.severity, found.count) == ("ok", 0)  # it follows: it is its input
        assert found.evidence == (
            f"{telling} of 1 columns have 60% of their variance between genre classes (most: {most}); "
            "0 of them have nothing in common with x within a genre"
        )


def test_a_column_that_tells_and_does_not_follow_is_a_leak_unless_it_is_one_of_some() -> None:
    labels = by_class(30, 30)
    side = 9.0 * labels.codes
    source, strange = SOURCE, STRANGE
    one = asked([side + strange[:, 0]], [source], labels)
    assert (one.severity, one.count) == ("leak", 1)
    assert (
        "1 of them have nothing in common with x within a genre (as many by chance: p 0.100)" in one.evidence
    )
    half = asked([side + strange[:, 0], side + source[:, 0]], [source], labels)
    assert (half.severity, half.count) == ("ok", 1)
    assert "(as many by chance: p 0.190)" in half.evidence  # 1 - 0.9²
    both = asked([side + strange[:, 0], side + strange[:, 1]], [source], labels)
    assert (both.severity, both.count) == ("leak", 2)
    assert "2 of 2 columns" in both.evidence
    assert "(as many by chance: p 0.010)" in both.evidence


@pytest.mark.parametrize("varied", [29, 30])
def test_a_column_that_varies_on_fewer_than_thirty_tracks_is_not_asked(varied: int) -> None:
    labels = by_class(30, 30)
    column = 100.0 * labels.codes
    rows = np.r_[np.arange(15), 30 + np.arange(varied - 15)]
    column[rows] += STRANGE[rows, 0]
    found = asked([column], [SOURCE], labels)
    assert ("; 1 vary on too few tracks to be asked" in found.evidence) is (varied == 29)
    assert found.severity == ("ok" if varied == 29 else "leak")
    assert found.evidence.startswith("1 of 1 columns")


def test_a_column_follows_where_it_bends_one_part_of_the_input() -> None:
    labels = by_class(40, 40)
    sound, words = noise(80, 1), noise(80, 30, 1)
    bent = 9.0 * labels.codes + np.abs(sound[:, 0])
    assert asked([bent], [sound, words], labels).count == 0
    assert asked([bent], [words], labels).count == 1
    narrow = 9.0 * labels.codes + (np.abs(sound[:, 0]) < 0.5) + 0.2 * noise(80, 1, 2)[:, 0]
    assert asked([narrow], [sound, words], labels).count == 0
    assert asked([narrow], [words], labels).count == 1


def test_the_commonest_value_is_that_of_each_class() -> None:
    """Two classes of one value each, and one of 31 values: it varies on thirty tracks."""
    labels = by_class(30, 30, 31)
    column = np.r_[np.zeros(30), np.full(30, 100.0), 200 + np.arange(31)]
    found = asked([column], [noise(91, 2)], labels)
    assert found.evidence.startswith("1 of 1 columns")
    assert "too few tracks" not in found.evidence


def witnesses(follow: int, strange: int, source: np.ndarray, columns: np.ndarray) -> list[np.ndarray]:
    """Return columns of which the label explains little: some are the input, some are not."""
    return [source[:, number % 2] for number in range(follow)] + [
        columns[:, number % columns.shape[1]] for number in range(strange)
    ]


@pytest.mark.parametrize(
    ("follow", "strange", "heard"),
    [(0, 3, ""), (0, 4, "0%"), (4, 0, ""), (2, 2, "50%"), (9, 1, ""), (8, 1, "89%")],
)
def test_nothing_is_said_where_fewer_than_nine_of_ten_witnesses_follow(
    follow: int, strange: int, heard: str
) -> None:
    labels = by_class(30, 30)
    source, other = SOURCE, STRANGE
    columns = [9.0 * labels.codes + other[:, 0], *witnesses(follow, strange, source, other[:, :1])]
    found = asked(columns, [source], labels)
    silent = f"; not asked: of the other columns {heard} are seen to follow on so few tracks"
    assert ("not asked" in found.evidence, found.evidence.endswith(silent)) == (heard != "", heard != "")
    assert (found.severity, found.count) == (("ok", 0) if heard else ("leak", 1))


def test_sixteen_witnesses_are_heard_those_of_which_the_label_explains_most() -> None:
    """Fifteen follow and one does not, so much is enough; a seventeenth that does not is not heard."""
    labels = by_class(30, 30)
    source, other = SOURCE, STRANGE
    follow = [0.5 * labels.codes + deviations(source[:, :1], labels.codes)[:, 0]] * 15
    away = deviations(other, labels.codes)[:, 0]
    strange = [0.4 * labels.codes + away, away, away]
    found = asked([9.0 * labels.codes + other[:, 0], *strange, *follow], [source], labels)
    assert (found.severity, found.count) == ("leak", 1)


def test_a_column_of_which_the_label_explains_half_is_no_witness() -> None:
    labels = by_class(30, 30)
    source, other = SOURCE, STRANGE
    sides = np.tile([1.0, -1.0], 30)
    half = np.where(labels.codes == 0, 1.0, -1.0) + sides
    witness = [other[:, 0]] * 3
    for share, severity in ((1.0, "leak"), (0.999, "ok")):
        column = share * (half - sides) + sides
        found = asked([9.0 * labels.codes + other[:, 0], *witness, column], [source], labels)
        assert found.severity == severity


def test_a_witness_varies_on_thirty_tracks() -> None:
    labels = by_class(30, 30)
    source, other = SOURCE, STRANGE
    for varied, severity in ((29, "leak"), (30, "ok")):
        rows = np.r_[np.arange(15), 30 + np.arange(varied - 15)]
        rare = np.zeros(60)
        rare[rows] = other[rows, 0]
        found = asked([9.0 * labels.codes + other[:, 0], *[other[:, 0]] * 3, rare], [source], labels)
        assert found.severity == severity
