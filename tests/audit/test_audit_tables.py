"""Exact functions between columns: how exact, of how many rows, in any unit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reprise.audit.checks.functions import copies_of_inputs, functions_of_inputs
from reprise.audit.checks.hidden_targets import hidden_targets
from reprise.audit.finding import Finding


def music(rows: int = 24, columns: str = "abc") -> tuple[pd.DataFrame, pd.DataFrame]:
    generator = np.random.default_rng(0)
    inputs = pd.DataFrame(generator.normal(size=(rows, len(columns))), columns=list(columns))
    return inputs, pd.DataFrame(generator.normal(size=(rows, 2)), columns=["sad", "gay"])


def leaks(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(one.check, one.subject) for one in findings if one.severity != "ok"}


def test_twenty_rows_are_enough_and_what_is_exact_has_a_statistic_of_one() -> None:
    inputs, targets = music(20)
    found = functions_of_inputs("s", inputs.assign(d=-targets["sad"]), targets)
    assert [(one.check, one.subject, one.statistic) for one in found] == [
        ("functions.affine", "sad of d", 1.0), ("functions.linear", "sad", 1.0),
    ]  # fmt: skip
    assert functions_of_inputs("s", inputs[:19], targets[:19])[0].statistic == 0.0
    three = ["la la la"] * 10 + ["la la"] * 10
    [count] = copies_of_inputs("s", inputs.assign(n=[3] * 10 + [2] * 10), three)
    assert (count.check, count.statistic, count.count) == ("functions.word_count", 1.0, 20)


def test_a_constant_column_is_not_the_number_of_words() -> None:
    inputs, _ = music()
    assert leaks(copies_of_inputs("s", inputs.assign(n=3), ["la la la"] * 24)) == set()


def test_one_row_of_a_thousand_may_be_wrong() -> None:
    inputs, targets = music(1000)
    topic, words = targets.idxmax(axis=1), pd.Series(np.arange(1000) % 7 + 1)
    other = topic.map({"sad": "gay", "gay": "sad"})
    texts = [" ".join(["la"] * number) for number in words]
    for wrong, found in ((1, True), (2, False)):
        right = np.arange(1000) >= wrong
        named = functions_of_inputs("s", inputs.assign(t=topic.where(right, other)), targets)
        assert (leaks(named) == {("functions.largest", "t")}) is found
        counted = copies_of_inputs("s", inputs.assign(n=words.where(right, 99)), texts)
        assert (leaks(counted) == {("functions.word_count", "n")}) is found
    [one] = functions_of_inputs("s", inputs.assign(t=topic.where(np.arange(1000) > 0, other)), targets)
    assert "in 99.9% of the rows" in one.evidence
    assert one.statistic == pytest.approx(0.999)


def test_units_do_not_matter() -> None:
    inputs, targets = music()
    tiny = targets * 1e-100
    assert leaks(functions_of_inputs("s", inputs.assign(d=3 * tiny["sad"]), tiny)) >= {
        ("functions.affine", "sad of d")
    }
    small = targets.assign(sad=1e-9 * (inputs["a"] + inputs["b"]))
    assert leaks(functions_of_inputs("s", inputs, small)) == {("functions.linear", "sad")}


def test_two_inputs_have_a_sum_and_one_has_none() -> None:
    inputs, targets = music(24, "ab")
    total = targets.assign(sad=inputs["a"] + inputs["b"])
    assert leaks(functions_of_inputs("s", inputs, total)) == {("functions.linear", "sad")}
    one = functions_of_inputs("s", inputs[["a"]], targets.assign(sad=inputs["a"]))
    assert leaks(one) == {("functions.affine", "sad of a")}


@pytest.mark.parametrize(("noise", "found"), [(5e-4, True), (5e-3, False)])
def test_a_sum_is_exact_to_a_millionth_of_its_variance_wherever_its_zero_is(
    noise: float, found: bool
) -> None:
    inputs, targets = music()
    total = 1000 + inputs.sum(axis=1)
    blurred = targets.assign(sad=total + noise * targets["sad"])
    share = noise**2 * targets["sad"].var() / total.var()
    assert 1e-6 / 24 < share < 24e-6
    assert (share < 1e-6) == found
    assert leaks(functions_of_inputs("s", inputs, blurred)) == (
        {("functions.linear", "sad")} if found else set()
    )


def test_rows_that_stand_far_out_are_predicted_from_the_others() -> None:
    """Two outliers make up all the variance and the inputs fit them, but the other rows say nothing of them."""
    inputs, targets = music(24, "ab")
    inputs.loc[0, "a"] = inputs.loc[1, "b"] = targets.loc[0, "sad"] = targets.loc[1, "sad"] = 20_000.0
    design = np.c_[np.ones(24), inputs]
    weights = np.linalg.lstsq(design, targets["sad"].to_numpy(), rcond=None)[0]
    left = np.square(targets["sad"] - design @ weights).sum() / np.square(targets["sad"]).sum()
    assert left < 1e-6
    assert leaks(functions_of_inputs("s", inputs, targets)) == set()


def test_a_target_that_is_always_zero_is_no_function() -> None:
    inputs, targets = music()
    assert leaks(functions_of_inputs("s", inputs, targets.assign(sad=0.0))) == set()


# targets inside a representation


def secret(rows: int, values: int) -> pd.DataFrame:
    ids = [f"{row:03d}" for row in range(rows)]
    return pd.DataFrame({"mood": np.arange(rows, dtype=float) % values}, ids)


def ask(values: np.ndarray, secrets: pd.DataFrame) -> Finding:
    return hidden_targets("z", "train", secrets.index.to_numpy(dtype=str), values, secrets, "factors")


def test_a_secret_of_eight_values_is_asked_for_and_of_seven_is_not() -> None:
    for values, severity in ((8, "leak"), (7, "skipped")):
        secrets = secret(24, values)
        assert ask(1 - secrets.to_numpy(), secrets).severity == severity


def test_twenty_tracks_with_all_secrets_are_asked() -> None:
    secrets = secret(24, 24).assign(age=np.random.default_rng(0).normal(size=24))
    column = secrets[["mood"]].to_numpy() ** 3
    for lacking, severity in ((4, "leak"), (5, "skipped")):
        holes = secrets.assign(age=secrets["age"].where(np.arange(24) >= lacking))
        found = ask(column, holes)
        assert found.severity == severity
    assert "fewer than 20 tracks with factors" in found.evidence


def test_a_secret_is_found_in_any_unit_and_not_in_a_column_of_two_values() -> None:
    secrets = secret(24, 24)
    honest = np.random.default_rng(0).normal(size=(24, 1))
    found = ask(np.hstack([honest, 1e-9 * secrets.to_numpy()]), secrets)
    assert (found.severity, found.count) == ("leak", 1)
    assert found.statistic == pytest.approx(1)
    binary = ask(np.repeat([[0.0], [1.0]], 12, axis=0), secrets)
    assert (binary.severity, binary.count, binary.statistic) == ("ok", 0, 0.0)
    assert (
        binary.evidence
        == "0 of 1 columns are exact functions of factors; the nearest correlates by 0.000 with mood"
    )


def test_the_nearest_column_is_named_with_its_correlation_in_any_unit() -> None:
    """An outlier in both raises the correlation of the values above that of the ranks."""
    secrets = secret(24, 24)
    secrets.iloc[23, 0] = 500.0
    column = np.random.default_rng(0).permutation(24).astype(float)
    column[23] = 900.0
    expected = np.corrcoef(column, secrets["mood"])[0, 1]
    for unit in (1e-12, -1.0, 1e12):
        found = ask(unit * column[:, None], secrets)
        assert (found.severity, found.count) == ("ok", 0)
        assert found.statistic == pytest.approx(expected)
    assert found.evidence.endswith(f"the nearest correlates by {expected:.3f} with mood")
