"""Checks and their arithmetic on tables that are counted by hand, or against another definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import kruskal
from tests.audit.classes import PLAN, by_class
from tests.audit.conftest import indicators

from reprise.audit import within
from reprise.audit.checks import lyrics_names as names_module
from reprise.audit.checks.functions import copies_of_inputs, functions_of_inputs
from reprise.audit.checks.identifiers import by_name, identifiers
from reprise.audit.checks.label_columns import label_columns
from reprise.audit.checks.lyrics_names import label_names, repeated_lyrics, with_text
from reprise.audit.checks.lyrics_vocabulary import exclusive_vocabulary
from reprise.audit.checks.own_input import own_input, word_vectors
from reprise.audit.checks.placebo import remaining_label, same_function
from reprise.audit.checks.pseudo_labels import class_in_name, nearest_centre, same_partition
from reprise.audit.checks.row_order import row_order
from reprise.audit.differences import Difference, difference
from reprise.audit.finding import Finding, decide, holm, skipped
from reprise.audit.labelling import Labelling, Plan, p_value
from reprise.audit.placebo_store import Placebo, load_placebo, save_placebo
from reprise.audit.probe import leave_one_out, probe
from reprise.audit.report import metrics, table
from reprise.audit.within import deviations, distances, joined, leading, standardised, within_share
from reprise.audit.words import plain, words
from reprise.errors import BadInput

Labelled = Callable[[int], Labelling]


# rows


@pytest.mark.parametrize("period", [1, 7, 12])
def test_labels_that_repeat_at_a_distance_are_found_up_to_twelve(period: int) -> None:
    generator = np.random.default_rng(0)
    deal = generator.permutation(np.repeat(np.arange(4), 4))[:period]
    codes = np.sort(np.arange(130) % 4) if period == 1 else np.resize(deal, 130)
    ids = np.array([f"{row:04d}" for row in range(130)])
    labels = Labelling.build("genre", ids, np.array(list("abcd"))[codes], ids)
    neighbours, trend = row_order("rows", "s", ids, labels, PLAN)
    assert neighbours.p == 1 / 100
    assert f"over 12 lags {neighbours.statistic:.1f} sd" in neighbours.evidence
    assert trend.evidence.endswith(f"by genre {trend.statistic:.1f}")


def test_few_rows_of_one_class_say_nothing() -> None:
    labels = by_class(5, 4)
    for order in (labels.ids[:5], labels.ids[[0, 8]]):
        neighbours, trend = row_order("rows", "s", order, labels, PLAN)
        codes = labels.codes[labels.at(order)[1]]
        assert neighbours.count == np.count_nonzero(codes[1:] == codes[:-1])
        assert np.isfinite([neighbours.statistic, trend.statistic]).all()
    part = labels.ids[[0, 5, 1, 6, 2]]
    expected = kruskal([1, 3, 5], [2, 4]).statistic
    assert row_order("rows", "s", part, labels, PLAN)[1].statistic == pytest.approx(expected)
    one = by_class(6)  # nothing varies between permutations
    neighbours, trend = row_order("rows", "s", one.ids, one, PLAN)
    assert (neighbours.statistic, neighbours.p, trend.p) == (0.0, 1.0, 1.0)
    assert neighbours.count == 5


# a representation and its input


def test_standardised_columns_have_mean_0_and_variance_1() -> None:
    values = np.c_[np.random.default_rng(0).normal(5, 3, (40, 2)), np.full(40, 7.0)]
    found = standardised(values)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0), [1, 1, 0])
    assert (found[:, 0] * (values[:, 0] - values[:, 0].mean()) >= 0).all()


def test_words_are_weighted_by_how_few_texts_have_them() -> None:
    found = word_vectors(["a a b", "a b", "", "c c c", "a"])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [1, 1, 0, 1, 1])
    weight = {"a": np.log(6 / 4), "b": np.log(6 / 3)}
    first = np.array([np.log(3) * weight["a"], np.log(2) * weight["b"]])
    second = np.array([weight["a"], weight["b"]])
    expected = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert found[0] @ found[1] == pytest.approx(expected)
    assert found[0] @ found[3] == 0
    assert found[3].max() == pytest.approx(1)


def test_distances_are_euclidean_and_deviations_leave_the_class_means() -> None:
    values = np.random.default_rng(0).normal(3, 2, (12, 4))
    np.testing.assert_allclose(distances(values), cdist(values, values), atol=1e-6)
    codes = np.array([4, 4, 4, 4, 9, 9, 9, 9, 9, 9, 9, 9])
    away = deviations(values, codes)
    for code in (4, 9):
        np.testing.assert_allclose(away[codes == code].mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(np.ptp((values - away)[codes == code], axis=0), 0, atol=1e-12)
    full, first = leading(values, codes, 64), leading(values, codes, 2)
    np.testing.assert_allclose(full @ full.T, away @ away.T, atol=1e-9)
    np.testing.assert_allclose(first, full[:, :2])
    sizes = np.square(full).sum(axis=0)
    assert (np.diff(sizes) <= 0).all()


def test_parts_of_an_input_get_the_variance_of_the_first() -> None:
    generator = np.random.default_rng(0)
    first, second, third = (
        size * generator.normal(size=(50, width)) for size, width in ((2, 3), (9, 2), (0, 4))
    )
    found = joined([first, second, third])
    np.testing.assert_allclose(found[:, :3], first)
    assert found[:, 3:5].var(axis=0).sum() == pytest.approx(first.var(axis=0).sum())
    np.testing.assert_allclose(found[:, 5:], 0)
    assert found.shape == (50, 9)


def test_what_is_shared_with_the_input_is_one_for_a_rotated_copy() -> None:
    labels = by_class(15, 15)
    generator = np.random.default_rng(0)
    source = generator.normal(size=(30, 4))
    turn = np.linalg.qr(generator.normal(size=(4, 4)))[0]
    copy = own_input(
        ("z", "x"), "s", labels.ids, 3 * source @ turn + labels.codes[:, None], source, labels, PLAN
    )
    assert (copy.severity, copy.count) == ("ok", 30)
    assert copy.statistic == pytest.approx(1)
    few = own_input(("z", "x"), "s", labels.ids[:29], source[:29], source[:29], labels, PLAN)
    assert (few.severity, few.evidence) == ("skipped", "only 29 tracks")
    other = generator.normal(size=(30, 4))
    alone = own_input(("z", "x"), "s", labels.ids, other, source, labels, PLAN)
    assert alone.severity == "warn"
    assert alone.statistic < 0.3
    made = own_input(
        ("z", "x"), "s", labels.ids, other + 20 * indicators(labels)[:, :1], source, labels, PLAN
    )
    assert made.severity == "leak"
    assert "it tells the genre with p 0.002" in made.evidence
    nothing = own_input(("z", "x"), "s", labels.ids, np.ones((30, 2)), source, labels, PLAN)
    assert (nothing.statistic, nothing.severity) == (0.0, "warn")


def test_at_most_so_many_tracks_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = by_class(20, 20)
    source = np.random.default_rng(0).normal(size=(40, 3))
    for most, count in ((39, 39), (40, 40), (100, 40)):
        monkeypatch.setattr(within, "MOST_TRACKS", most)
        found = own_input(("z", "x"), "s", labels.ids, source, source, labels, PLAN)
        assert (found.count, found.severity) == (count, "ok")
        assert found.statistic == pytest.approx(1)


# lyrics


def test_lyrics_with_the_name_are_counted_by_class() -> None:
    labels = by_class(30, 10, 10)
    texts = {track: f"song {number}" for number, track in enumerate(labels.ids.tolist())}
    assert with_text(dict.fromkeys(labels.ids[[3, 1]], ""), labels).tolist() == [1, 3]
    [silent] = label_names("s", texts, labels, PLAN)
    assert (silent.severity, silent.count, silent.statistic) == ("ok", 0, 0.0)
    assert "stands in 3 or more of 50 lyrics" in silent.evidence

    def named(*rows: int) -> list[Finding]:
        return label_names(
            "s", {t: x + " BLUES" * (n in rows) for n, (t, x) in enumerate(texts.items())}, labels, PLAN
        )

    assert [one.severity for one in named(0, 1)] == ["ok"]
    [found] = named(0, 1, 2)
    assert (found.severity, found.statistic, found.count, found.subject) == (
        "leak",
        1.0,
        3,
        "'blues' in lyrics",
    )
    assert "3 of them of genre blues (10% of the class)" in found.evidence
    [mixed] = named(0, 1, 2, 49)
    assert (mixed.severity, mixed.statistic, mixed.count) == ("warn", 0.75, 4)
    [whole] = named(*range(30))
    assert (whole.statistic, whole.p) == (1.0, 1 / 100)
    other = label_names("s", {t: f"{x} rebluesed" for t, x in texts.items()}, labels, PLAN)
    assert other[0].count == 0  # no part of a word
    rare = by_class(31, 19)
    found = label_names(
        "s", {t: "disco blues"[6 * (n < 3) :][:5] * (n < 3) for n, t in enumerate(rare.ids)}, rare, PLAN
    )[0]
    assert (found.severity, found.count) == ("warn", 3)  # pure, but 3 of 31 are less than a tenth


def test_pairs_of_equal_lyrics_by_different_artists_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = by_class(6, 6, each=2)
    texts = {track: f"own {track}" for track in labels.ids.tolist()}
    alone = repeated_lyrics("s", texts | {"0000": "One!", "0001": "one"}, labels, PLAN)
    assert (alone.severity, alone.count) == ("ok", 0)  # two tracks of one artist
    assert "(12 lyrics)" in alone.evidence
    shared = (
        texts | dict.fromkeys(["0000", "0001", "0002", "0006"], "La la") | {"0009": "x y", "0011": "X, y"}
    )
    found = repeated_lyrics("s", shared, labels, PLAN)
    # 0000 and 0001 with 0002 and 0006, 0002 with 0006, and 0009 with 0011: six pairs, of which three are of one class
    assert (found.severity, found.count, found.statistic) == ("leak", 6, 0.5)
    assert "3 within one genre" in found.evidence
    none = repeated_lyrics("s", {}, labels, PLAN)
    assert (none.severity, "(0 lyrics)" in none.evidence) == ("ok", True)
    monkeypatch.setattr(names_module, "MOST_PAIRS", 4)
    assert repeated_lyrics("s", shared, labels, PLAN).count == 4
    assert repeated_lyrics("s", shared, replace(labels, name="language"), PLAN).severity == "skipped"


def test_lyrics_with_words_of_their_class_alone_are_counted() -> None:
    labels = by_class(20, 80)
    plainly = {track: f"song {row % 50}" for row, track in enumerate(labels.ids.tolist())}

    def told(own: int, others: int = 0, spoken: dict[str, str] | None = None) -> Finding:
        carry = {*range(own), *range(20, 20 + others)}
        texts = {t: x + " thee" * (row in carry) for row, (t, x) in enumerate(plainly.items())}
        return exclusive_vocabulary("s", texts, spoken or {}, labels, PLAN)

    assert (told(20).severity, told(20).count) == ("leak", 1)
    assert told(20).statistic == pytest.approx(0.2)
    assert told(20).evidence.endswith(": thee")
    assert [told(own).statistic for own in (0, 15, 16)] == pytest.approx([0, 0, 0.2])
    assert [told(20, others).statistic for others in (2, 3)] == pytest.approx([0.2, 0])  # three of a hundred
    assert told(0).p == 1.0
    assert told(20).p == 1 / 100
    twice = told(20, 0, {track: "en" if row % 2 else "" for row, track in enumerate(labels.ids.tolist())})
    assert twice.count == 2
    assert twice.statistic == pytest.approx(0.2)
    half = told(
        20, 0, {track: "en" if 10 <= row < 60 else "" for row, track in enumerate(labels.ids.tolist())}
    )
    assert half.statistic == pytest.approx(0.2)


@pytest.mark.parametrize(("size", "each", "told"), [(2, 1, 0.0), (3, 1, 0.1), (3, 3, 0.0), (4, 2, 4 / 30)])
def test_a_class_of_three_lyrics_by_two_artists_may_have_words(size: int, each: int, told: float) -> None:
    rest = 30 - size
    labels = by_class(size, rest)
    artists = [f"a{row // each}" if row < size else f"b{row}" for row in range(30)]
    values = np.array(labels.classes)[labels.codes]
    labels = Labelling.build("genre", labels.ids, values, np.array(artists))
    texts = {track: "la" + " mine" * (row < size) for row, track in enumerate(labels.ids.tolist())}
    assert exclusive_vocabulary("s", texts, {}, labels, PLAN).statistic == pytest.approx(told)


def test_lines_count_as_words_do() -> None:
    labels = by_class(10, 40)
    lines = {t: "b a\na c" if row < 10 else "a b\nc a" for row, t in enumerate(labels.ids.tolist())}
    found = exclusive_vocabulary("s", lines, {}, labels, PLAN)
    assert found.severity == "leak"
    assert found.statistic == pytest.approx(1.0)  # of both classes
    alone = exclusive_vocabulary("s", dict.fromkeys(labels.ids.tolist(), "a b"), {}, labels, PLAN)
    assert (alone.statistic, alone.count) == (0.0, 0)


def test_words_of_any_script_are_folded_and_keep_their_marks() -> None:
    assert words("Don't STOP—2x!") == ["don", "t", "stop", "2x"]
    assert words("हिन्दी, ब्লুজ") == ["हिन्दी", "ब्লুজ"]
    assert plain("  A\tb ") == "a b"
    assert words("e\u0301") == words("\u00e9")


# tables


def music(rows: int = 24) -> tuple[pd.DataFrame, pd.DataFrame]:
    generator = np.random.default_rng(0)
    inputs = pd.DataFrame(generator.normal(size=(rows, 3)), columns=list("abc"))
    return inputs, pd.DataFrame(generator.normal(size=(rows, 2)), columns=["sad", "gay"])


def named(findings: list[Finding]) -> set[tuple[str, str, str]]:
    return {(one.severity, one.check, one.subject) for one in findings}


def test_functions_of_columns_are_told_by_their_kind() -> None:
    inputs, targets = music()
    [clean] = functions_of_inputs("s", inputs, targets)
    assert (clean.severity, clean.count, clean.statistic) == ("ok", 0, 0.0)
    holes = (5 - 2 * targets["sad"]).where(np.arange(24) > 3)  # twenty rows are enough
    assert named(functions_of_inputs("s", inputs.assign(x=holes), targets)) == {
        ("leak", "functions.affine", "sad of x")
    }
    assert functions_of_inputs("s", inputs.assign(x=holes), targets)[0].count == 20
    fewer = holes.where(np.arange(24) > 4)
    assert named(functions_of_inputs("s", inputs.assign(x=fewer), targets)) == {
        ("ok", "functions.any", "targets of inputs")
    }
    bent = -np.exp(targets["gay"])
    assert named(functions_of_inputs("s", inputs.assign(x=bent), targets)) == {
        ("leak", "functions.monotone", "gay of x")
    }
    [short] = functions_of_inputs("s", inputs[:19], targets[:19])
    assert (short.severity, short.evidence) == ("skipped", "only 19 rows with targets")


@pytest.mark.parametrize(("values", "found"), [(7, False), (8, True)])
def test_a_column_of_eight_values_may_be_a_function(values: int, found: bool) -> None:
    inputs, targets = music(40)
    steps = targets.assign(sad=np.arange(40) % values)
    checks = {one.check for one in functions_of_inputs("s", inputs.assign(x=3 * steps["sad"]), steps)}
    assert ("functions.affine" in checks) is found


def test_sums_of_all_inputs_are_told_and_sums_of_too_many_are_not() -> None:
    inputs, targets = music()
    total = targets.assign(sad=4 + inputs["a"] - 2 * inputs["b"], gay=inputs["c"] + 0.01 * targets["gay"])
    found = functions_of_inputs("s", inputs, total)
    assert named(found) == {("leak", "functions.linear", "sad")}
    assert found[0].count == 24
    wide = pd.DataFrame(np.random.default_rng(1).normal(size=(24, 9)))
    assert named(functions_of_inputs("s", wide, targets.assign(sad=wide.sum(axis=1)))) == {
        ("ok", "functions.any", "targets of inputs")
    }
    eight = wide.iloc[:, :8]
    assert ("leak", "functions.linear", "sad") in named(
        functions_of_inputs("s", eight, targets.assign(sad=eight.sum(axis=1)))
    )
    constant = functions_of_inputs("s", inputs, targets.assign(sad=3.0))
    assert named(constant) == {("ok", "functions.any", "targets of inputs")}


def test_names_of_the_largest_target_are_told() -> None:
    inputs, targets = music()
    topic = targets.idxmax(axis=1)
    [found] = functions_of_inputs("s", inputs.assign(topic=topic), targets)
    assert (found.check, found.statistic, found.count) == ("functions.largest", 1.0, 24)
    assert "in 100.0% of the rows" in found.evidence
    wrong = topic.where(np.arange(24) != 5, topic.map({"sad": "gay", "gay": "sad"}))
    assert named(functions_of_inputs("s", inputs.assign(topic=wrong), targets)) == {
        ("ok", "functions.any", "targets of inputs")
    }
    for known, found_too in ((20, True), (19, False)):
        some = topic.where(np.arange(24) < known, "other")
        assert (
            "leak" in {one.severity for one in functions_of_inputs("s", inputs.assign(t=some), targets)}
        ) is found_too
    one_name = inputs.assign(topic="sad")
    assert functions_of_inputs("s", one_name, targets)[0].severity == "ok"


def test_inputs_that_are_others_once_more_are_told() -> None:
    inputs, _ = music()
    generator = np.random.default_rng(2)
    texts = [" ".join(["la"] * number) for number in generator.integers(1, 30, 24)]
    count = np.array([len(text.split()) for text in texts])
    found = copies_of_inputs("s", inputs.assign(d=2 * inputs["b"] + 1, e=inputs["c"] ** 3, f=count), texts)
    assert named(found) == {
        ("warn", "functions.affine", "d of b"), ("warn", "functions.monotone", "e of c"), ("warn", "functions.word_count", "f"),
    }  # fmt: skip
    assert {one.count for one in found} == {24}
    [clean] = copies_of_inputs("s", inputs, texts)
    assert (clean.severity, clean.count) == ("ok", 0)
    off = count + (np.arange(24) == 0)
    assert named(copies_of_inputs("s", inputs.assign(f=off), texts)) == {
        ("ok", "functions.any", "inputs of inputs")
    }
    assert copies_of_inputs("s", inputs.assign(f=count), texts[:-1])[0].severity == "ok"
    assert copies_of_inputs("s", inputs[:19].assign(f=count[:19]), texts[:19])[0].severity == "ok"
    assert copies_of_inputs("s", inputs[:20].assign(f=count[:20]), texts[:20])[0].severity == "warn"


# labels inside columns


def test_variance_within_classes_by_hand() -> None:
    matrix = np.array([[0.0, 1, 5, 0], [2, 1, 5, 0], [4, 3, 5, 0], [6, 3, 5, 0]])
    found = within_share(matrix, np.array([3, 3, 7, 7]))
    np.testing.assert_allclose(found, [4 / 20, 0, 1, 1])


def test_columns_that_are_codes_of_the_label_are_counted() -> None:
    labels = by_class(20, 20, 20)
    honest = np.random.default_rng(0).normal(size=(60, 5))
    clean = label_columns("z", "s", labels.ids, honest, labels, PLAN)
    assert (clean.severity, clean.count) == ("ok", 0)
    assert clean.evidence.startswith("0 of 5 columns are constant within each genre")
    basis = np.linalg.svd(honest - honest.mean(axis=0), full_matrices=False)[0]
    indicator = indicators(labels) / np.sqrt(20)
    correlation = np.linalg.svd(basis.T @ indicator, compute_uv=False)[0]
    assert clean.statistic == pytest.approx(correlation**2)
    code = np.array([2.0, 9.0, 4.0])[labels.codes]
    two = label_columns("z", "s", labels.ids, np.c_[honest, code, labels.codes == 1], labels, PLAN)
    assert (two.severity, two.count) == ("leak", 2)
    assert two.statistic == pytest.approx(1)
    hidden = label_columns("z", "s", labels.ids, np.c_[honest[:, 0] + code, honest], labels, PLAN)
    assert (hidden.severity, hidden.count) == ("leak", 1)
    assert hidden.evidence.startswith("0 of 6 columns")
    wide = np.random.default_rng(1).normal(size=(60, 49))
    assert (
        "combinations cannot be told: 49 columns for 60 tracks"
        in label_columns("z", "s", labels.ids, wide, labels, PLAN).evidence
    )
    for columns in (48, 47):
        told = label_columns("z", "s", labels.ids, wide[:, :columns], labels, PLAN)
        assert (told.severity, "the combination that varies least" in told.evidence) == ("ok", True)
    assert label_columns("z", "s", labels.ids, np.zeros((60, 0)), labels, PLAN).severity == "skipped"
    assert label_columns("z", "s", labels.ids, np.ones((60, 3)), labels, PLAN).statistic == 0.0


def test_classes_of_two_tracks_are_left_out() -> None:
    values = np.random.default_rng(0).normal(size=(25, 2))
    assert label_columns("z", "s", by_class(23, 2).ids, values, by_class(23, 2), PLAN).severity == "skipped"
    assert label_columns("z", "s", by_class(22, 3).ids, values, by_class(22, 3), PLAN).severity == "ok"
    three = by_class(12, 11, 2)
    marked = np.c_[values, np.r_[np.full(12, 1.0), np.full(11, 2.0), 5.0, 6.0]]
    assert label_columns("z", "s", three.ids, marked, three, PLAN).count == 1


def test_names_of_one_class_are_told_where_every_name_carries_them() -> None:
    labels = by_class(20, 20)
    found = {one.check: one for one in identifiers("track_id", "s", labels, PLAN)}
    assert found["identifiers.characters"].p == 1 / 100  # numbers in the order of the classes
    assert found["identifiers.class_name"].severity == "ok"
    ids = np.array([f"{row}-{'disco' if row >= 38 else 'x'}" for row in range(40)])
    marked = {one.check: one for one in identifiers("track_id", "s", replace(labels, ids=ids), PLAN)}
    assert (marked["identifiers.class_name"].severity, marked["identifiers.class_name"].count) == ("leak", 2)
    tracks = labels.ids[::-1]
    artists = by_name(labels, tracks, np.array([f"a{int(track) // 4}" for track in tracks]))
    assert sorted(artists.ids.tolist()) == sorted({f"a{number}" for number in range(10)})
    assert len(artists.codes) == 10


# acoustic labels


def test_acoustic_labels_that_are_a_function_of_the_label_are_told() -> None:
    labels = by_class(10, 10)
    same = same_partition("relabel", labels.ids, np.repeat(["x", "y"], 10), labels)
    assert (same.severity, same.statistic, same.count) == ("leak", 1.0, 20)
    coarse = np.repeat(["x", "y", "z", "y"], 5)
    found = same_partition("relabel", labels.ids, coarse, labels)  # x 5, y 5 and 5, z 5
    assert (found.severity, found.statistic) == ("ok", 0.75)
    assert "tells the acoustic label of 50% of 20 tracks" in found.evidence
    assert "the genre of 75%" in found.evidence
    finer = same_partition("relabel", labels.ids, np.repeat(["x", "u", "z", "y"], 5), labels)
    assert (finer.severity, finer.statistic) == ("leak", 1.0)
    for names in (np.repeat(["x"], 20), np.repeat(["x", "y"], [1, 19])):
        assert same_partition("relabel", labels.ids, names, labels).severity == "ok"
    assert same_partition("relabel", labels.ids[:10], coarse[:10], labels).severity == "skipped"
    assert same_partition("relabel", labels.ids[1:], coarse[1:], labels).evidence == "only 19 labelled tracks"
    part = by_class(5, 20)  # of the first class there is no acoustic label
    assert same_partition("relabel", part.ids[5:], np.repeat(["x", "y"], 10), part).severity == "ok"


def test_names_of_clusters_that_say_a_class_are_counted() -> None:
    labels = by_class(3, 3)
    found = class_in_name("relabel", np.array(["slow Blues", "slow Blues", "discography", "bright"]), labels)
    assert (found.severity, found.count, found.statistic) == ("warn", 1, 1.0)
    assert found.evidence == "1 of 3 names of acoustic labels contain the name of a genre: slow Blues"
    assert class_in_name("relabel", np.array(["bright"]), labels).severity == "ok"


def test_tracks_nearer_to_another_centre_are_counted() -> None:
    clusters = np.repeat([2, 5], 50)
    values = np.c_[np.where(clusters == 2, 1.0, 4.0) + np.tile([-0.5, 0.5], 50), np.full(100, 3.0)]
    everyone = np.ones(100, dtype=bool)
    what = ("clusters", "vectors", "cluster")
    right = nearest_centre(what, clusters, values, everyone)
    assert (right.severity, right.statistic, right.count) == ("ok", 0.0, 0)
    for wrong, severity in ((2, "ok"), (3, "leak")):
        moved = clusters.copy()
        moved[:wrong] = 5
        found = nearest_centre(what, moved, values, everyone)
        assert (found.severity, found.count) == (severity, wrong)
        assert found.statistic == pytest.approx(wrong / 100)
    fitted = everyone.copy()
    fitted[3:50] = False
    far = values.copy()
    far[10, 0] = 3.9  # nearer to the other centre, of which it is none of the fitted
    assert nearest_centre(what, clusters, far, fitted).count == 1
    assert nearest_centre(what, clusters, values, clusters == 2).severity == "skipped"


# the placebo


def test_the_placebo_says_which_rows_moved_and_whether_the_label_is_left() -> None:
    labels = by_class(8, 8)
    rows = np.random.default_rng(0).normal(size=(16, 3))
    differences = {"x": Difference(16, 3, 0.1), "y": Difference(16, 3, 0.11)}
    found = Placebo("audio", "features", labels.ids, rows + 5 * indicators(labels)[:, :1], differences)
    assert [(one.severity, one.statistic, one.count) for one in same_function(found)] == [
        ("ok", 0.1, 16), ("leak", 0.11, 16),
    ]  # fmt: skip
    left = remaining_label(found, labels, PLAN)
    assert (left.p, left.count, left.severity) == (1 / 100, 16, "leak")
    assert "names the genre of 100% of 16 tracks" in left.evidence
    assert 0.2 < left.statistic < 0.8
    clean = remaining_label(replace(found, rows=rows), labels, PLAN)
    assert clean.p is not None
    assert clean.p > 0.05
    fewer = replace(found, receivers=labels.ids[:15], rows=rows[:15])
    assert remaining_label(fewer, labels, PLAN).severity == "skipped"
    one = by_class(16)
    assert remaining_label(found, one, PLAN).severity == "skipped"
    assert same_function(replace(found, why="none"))[0].evidence == "none"


def test_a_move_is_measured_by_the_cells_own_spread() -> None:
    rows = np.random.default_rng(0).normal(size=(20, 3)) * np.array([1.0, 100.0, 1.0])
    for size, moved in ((0.005, 0.0), (0.05, 0.25)):
        other = rows.copy()
        other[:5, 1] += size * 100
        assert difference(other, rows).moved == difference(rows, other).moved == moved
    wide = rows.copy()
    wide[:, 0] *= 100  # the spread of the wider of the two runs
    other = wide.copy()
    other[:, 0] = rows[:, 0]
    assert difference(other, wide).moved == difference(wide, other).moved > 0.5
    still = np.c_[rows[:, :2], np.full(20, 7.0)]  # no spread of its own: a thousandth of the others' median
    for size, moved in ((2e-6, 0.0), (2e-3, 1.0)):
        other = still.copy()
        other[:, 2] += size
        assert difference(other, still).moved == moved
    constant = np.zeros((20, 1))
    assert difference(constant + 1e-9, constant).moved == 0.0
    assert difference(constant + 1e-6, constant).moved == 1.0


def test_an_outcome_is_written_and_read(tmp_path: Path) -> None:
    folder = tmp_path
    rows = np.arange(6.0).reshape(2, 3)
    found = Placebo("audio", "features", np.array(["a", "b"]), rows, {"x": Difference(2, 3, 0.5)}, "")
    save_placebo(folder, {"audio": found, "lyrics": replace(found, modality="lyrics", why="none")})
    again = load_placebo(folder, "audio")
    assert (again.receivers.tolist(), again.differences, again.stage) == (
        ["a", "b"],
        found.differences,
        "features",
    )
    np.testing.assert_array_equal(again.rows, rows)
    assert load_placebo(folder, "lyrics").why == "none"


def test_a_probe_tells_accuracy_chance_and_rank() -> None:
    generator = np.random.default_rng(0)
    codes = np.repeat([1, 4], 10)
    permuted = generator.permuted(np.tile(codes, (9, 1)), axis=1)
    values = np.c_[generator.normal(size=(20, 2)), 9 * (codes == 4)]
    accuracy, chance, p = probe(values, codes, permuted)
    each = [probe(values, one, permuted)[0] for one in permuted]
    assert (accuracy, p) == (1.0, 0.1)
    assert chance == pytest.approx(np.median(each))
    assert probe(values, codes, np.tile(codes, (4, 1)))[2] == 1.0
    three = np.r_[permuted[:5], np.tile(codes, (3, 1))]
    assert probe(values, codes, three)[2] == pytest.approx(4 / 9)


def test_constant_columns_and_units_do_not_matter_to_the_probe() -> None:
    values = np.random.default_rng(0).normal(size=(12, 3))
    expected = leave_one_out(values)
    np.testing.assert_allclose(leave_one_out(np.c_[values, np.full(12, 1e6 / 3)]), expected, atol=1e-9)
    np.testing.assert_allclose(leave_one_out(values * [1e-5, 1, 1e5] + 3), expected, atol=1e-6)
    mean = leave_one_out(np.ones((12, 2)))  # of nothing, the mean of the others is the prediction
    np.testing.assert_allclose(mean, (1 - np.eye(12)) / 11, atol=1e-9)


# what is said of many tests


def with_p(p: float | None, severity: str = "leak") -> Finding:
    return Finding("a.b", "s", "stage", severity, 1.0, "e", "r", p=p)  # type: ignore[arg-type]


def test_a_test_at_the_level_is_rejected() -> None:
    [found, resolution] = decide([with_p(0.01)], 0.01, 99)
    assert (found.severity, found.adjusted) == ("leak", 0.01)
    assert (resolution.severity, resolution.statistic, resolution.count) == ("ok", 0.01, 1)
    assert decide([with_p(0.0101)], 0.01, 99)[0].severity == "ok"
    found, fact, other, resolution = decide([with_p(0.004), with_p(None), with_p(0.6)], 0.01, 198)
    assert (found.adjusted, fact.adjusted, other.adjusted) == (0.008, None, 0.6)
    assert (resolution.severity, resolution.count) == ("warn", 2)
    assert resolution.statistic == pytest.approx(2 / 199)
    assert resolution.remedy == "raise audit.permutations to at least 200"
    np.testing.assert_allclose(holm(np.array([0.5, 0.01, 0.02])), [0.5, 0.03, 0.04])
    assert holm(np.array([0.9, 0.8])).tolist() == [1.0, 1.0]
    assert (skipped("a.b", "s", "t", "why").severity, skipped("a.b", "s", "t", "why").statistic) == (
        "skipped",
        0.0,
    )


def test_findings_become_metrics_and_a_table() -> None:
    found = decide(
        [
            with_p(0.001), replace(with_p(None, "ok"), subject="z", count=4), replace(with_p(None, "warn"), check="a.c.d"),
            replace(with_p(None), stage="another"), replace(with_p(0.9), subject="y"),
        ],
        0.01,
        9999,
    )  # fmt: skip
    report = metrics(found, 0.01, {"cvae": "genre"})
    summary = report["summary"]
    assert [summary[name] for name in ("leak", "warn", "control", "skipped", "ok")] == [2, 1, 0, 0, 3]
    assert (summary["checks"], summary["tests"], summary["smallest_corrected_p"]) == (6, 2, 0.002)
    assert (report["stages_at_fault"], report["available"]) == ({"another": 1, "stage": 1}, True)
    assert set(report["checks"]["a"]) == {"b", "c.d"}
    entries = report["checks"]["a"]["b"]
    assert "p" not in entries["s"]
    assert (entries["y"]["p"], entries["y"]["p_corrected"]) == (0.9, 0.9)
    assert (entries["z"]["count"], "remedy" in entries["z"], "count" in entries["y"]) == (4, False, False)
    assert report["checks"]["a"]["c.d"]["s"]["remedy"] == "r"
    assert metrics([with_p(None, "ok")], 0.01, {})["stages_at_fault"] == {"none": 0}
    assert metrics([with_p(None, "ok")], 0.01, {})["summary"]["smallest_corrected_p"] == 1.0
    rows = table(found)
    assert rows["severity"].tolist() == ["leak", "leak", "warn", "ok", "ok", "ok"]
    assert rows["count"].isna().sum() == 4
    assert "_grave" not in rows


def test_labels_are_kept_by_artist_and_permuted_as_blocks() -> None:
    labels = Labelling.build(
        "genre", np.array(list("dcba")), np.array(["x", "y", "x", "x"]), np.array(["p", "p", "q", "q"])
    )
    assert (labels.ids.tolist(), labels.codes.tolist(), labels.classes) == (
        list("abcd"),
        [0, 0, 1, 0],
        ("x", "y"),
    )
    assert labels.blocks[0] == labels.blocks[1]
    assert len(set(labels.blocks.tolist())) == 3  # an artist of two classes is two blocks
    rows, position = labels.at(np.array(["z", "c", "a", "y"]))
    assert (rows.tolist(), position.tolist()) == ([1, 2], [2, 0])
    permuted = labels.permutations(200, np.random.default_rng(0))
    assert (permuted[:, 0] == permuted[:, 1]).all()
    assert {tuple(row) for row in permuted.tolist()} == {(0, 0, 1, 0), (0, 0, 0, 1), (1, 1, 0, 0)}
    single = labels.exchanged(200, np.random.default_rng(0))
    assert single.shape == (200, 4)
    assert len({tuple(row) for row in single.tolist()}) == 4
    for lengths in ((3, 4, 4), (4, 3, 4), (4, 4, 3)):
        with pytest.raises(BadInput):
            Labelling.build("genre", *(np.array(list("abcd"))[:n] for n in lengths))
    assert p_value(2.0, np.array([1.0, 2.0, 3.0])) == 0.75
    assert p_value(2.0 + 1e-13, np.array([1.0, 2.0, 3.0])) == 0.75  # rounding is no difference
    assert p_value(2.5, np.array([1.0, 2.0, 3.0])) == 0.5
    assert p_value(9.0, np.zeros(0)) == 1.0
    first, again, other = (Plan(9, seed).generator("a", "b").random() for seed in (0, 0, 1))
    assert first == again != other
