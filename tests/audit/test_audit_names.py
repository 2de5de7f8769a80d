"""Names of tracks and lyrics that say the label, and words that only one class has."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from tests.audit.classes import PLAN, by_check, by_class

from reprise.audit.checks import lyrics_vocabulary as vocabulary_module
from reprise.audit.checks.identifiers import identifiers
from reprise.audit.checks.lyrics_names import label_names, repeated_lyrics
from reprise.audit.checks.lyrics_vocabulary import exclusive_vocabulary
from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling, Plan

# names


def test_names_of_classes_have_three_letters_or_more() -> None:
    ids = np.array(["pop.1", "pop.2", "ab.1", "x.POP", "ab.2", "y"])
    labels = Labelling.build("genre", ids, np.array(["pop", "pop", "ab", "pop", "ab", "ab"]), ids)
    found = by_check(identifiers("track_id", "s", labels, PLAN))["class_name"]
    assert (found.severity, found.count, found.statistic) == ("leak", 3, 3.0)
    assert found.evidence == "3 of 6 names contain the name of their genre"
    assert found.remedy == "name tracks by a hash of their content"


def test_a_character_that_is_the_class_tells_its_entropy() -> None:
    labels = by_class(10, 10)
    ids = np.array([f"{'ab'[code]}{row % 2}" + "c" * (row == 3) for row, code in enumerate(labels.codes)])
    found = by_check(identifiers("artist_id", "s", replace(labels, ids=ids), PLAN))["characters"]
    assert found.statistic == pytest.approx(np.log(2), abs=1e-6)
    assert (found.p, found.count) == (1 / 100, 20)
    assert "largest mutual information of a character with genre 0.693 nats; " in found.evidence
    assert float(found.evidence.split("; ")[1].split()[0]) < 0.2


# names in lyrics


def named(labels: Labelling, rows: list[int], name: str) -> list[Finding]:
    texts = {
        track: f"song {row}" + f" {name}" * (row in rows) for row, track in enumerate(labels.ids.tolist())
    }
    return label_names("lyrics", texts, labels, PLAN)


def test_a_name_is_pure_up_to_three_of_a_hundred_lyrics_of_others() -> None:
    labels = by_class(97, 60)
    for strangers, severity in ((3, "leak"), (4, "warn")):
        [found] = named(labels, [*range(97), *range(97, 97 + strangers)], "blues")
        assert found.severity == severity
        assert found.statistic == pytest.approx(97 / (97 + strangers))
    assert found.evidence == "'blues' stands in 101 lyrics, 97 of them of genre blues (100% of the class)"


def test_the_name_of_a_class_without_lyrics_is_told_among_the_others() -> None:
    labels = by_class(1, 8)
    texts = dict.fromkeys(labels.ids.tolist()[1:], "blues")
    [found] = label_names("lyrics", texts, labels, PLAN)
    assert (found.severity, found.statistic, found.count, found.p) == ("warn", 0.0, 8, 1.0)
    assert found.evidence.endswith("0 of them of genre blues (0% of the class)")
    [own] = label_names("lyrics", texts | {"0000": "the blues"}, labels, PLAN)
    assert own.evidence.endswith("1 of them of genre blues (100% of the class)")


def test_a_name_that_stands_in_all_lyrics_is_no_rarer_when_permuted() -> None:
    labels = by_class(6, 6)
    [found] = named(labels, list(range(12)), "disco")
    assert (found.subject, found.statistic, found.p) == ("'disco' in lyrics", 0.5, 1.0)
    few = by_class(15, 5)
    [found] = named(few, list(range(15, 20)), "disco")
    assert (found.statistic, found.p) == (1.0, 1 / 100)


# lyrics that are repeated


def repeated(labels: Labelling, rows: list[int]) -> Finding:
    texts = {track: "la la" if row in rows else f"own {row}" for row, track in enumerate(labels.ids.tolist())}
    return repeated_lyrics("lyrics", texts, labels, PLAN)


def test_repeated_lyrics_of_two_classes_are_less_than_chance_where_one_is_large() -> None:
    found = repeated(by_class(2, 18), [0, 5])
    assert (found.count, found.statistic, found.p) == (1, 0.0, 1.0)
    assert found.evidence == (
        "1 pairs of different artists with the same lyrics, 0 within one genre; 1 when permuted"
    )


def test_repeated_lyrics_of_one_class_are_as_rare_as_can_be() -> None:
    found = repeated(by_class(10, 10), list(range(10)))
    assert (found.count, found.statistic, found.p) == (45, 1.0, 1 / 100)
    assert "45 within one genre" in found.evidence
    assert int(found.evidence.split("; ")[1].split()[0]) in range(
        18, 24
    )  # of ten tracks: 20 at best, 25 at worst
    alone = repeated(by_class(10, 10), [3])
    assert (alone.severity, alone.statistic, alone.count) == ("ok", 0.0, 0)


def test_of_lyrics_that_all_repeat_some_pairs_are_enough() -> None:
    found = repeated(by_class(105, 105), list(range(210)))
    assert found.count == 20_000  # of 21945


# words of one class


def sung(labels: Labelling, words: dict[int, str], plan: Plan = PLAN) -> Finding:
    """Let all tracks sing the same, and those of some rows one line more."""
    texts = {track: "la\n" + words.get(row, "") for row, track in enumerate(labels.ids.tolist())}
    return exclusive_vocabulary("lyrics", texts, {}, labels, plan)


def test_words_of_a_tenth_of_all_lyrics_are_a_leak() -> None:
    for size, severity in ((3, "leak"), (4, "leak")):
        labels = by_class(size, 30 - size)
        found = sung(labels, dict.fromkeys(range(size), "mine"))
        assert found.severity == severity
        assert found.statistic == pytest.approx(size / 30)
    few = by_class(3, 28)
    found = sung(few, dict.fromkeys(range(3), "mine"))
    assert (found.severity, found.count) == ("ok", 1)
    assert found.evidence.startswith("10% of 31 lyrics are of a genre with words or lines of its own")
    assert found.evidence.endswith("in at least 80% of its lyrics and at most 3% of others: mine")


def trios(*chosen: set[int]) -> dict[int, str]:
    """Give each of some sets of tracks a word of its own."""
    return {row: " ".join(f"w{n}" for n, trio in enumerate(chosen) if row in trio) for row in range(6)}


def test_where_any_three_lyrics_have_a_word_every_labelling_has_as_much() -> None:
    labels = by_class(3, 3)
    every = [set(trio) for trio in combinations(range(6), 3)]
    texts = {t: trios(*every)[row].replace(" ", "\n") for row, t in enumerate(labels.ids.tolist())}
    for permutations in (99, 399):
        found = exclusive_vocabulary("lyrics", texts, {}, labels, Plan(permutations, 0))
        assert (found.statistic, found.p) == (1.0, 1.0)


def test_a_labelling_of_which_half_is_covered_is_less_than_one_that_is_covered_whole() -> None:
    """Each trio of the first track has a word, of the others only the class itself: the label covers six lyrics, all other labels three."""
    labels = by_class(3, 3)
    some = [set(trio) for trio in combinations(range(6), 3) if 0 in trio] + [{3, 4, 5}]
    texts = {t: trios(*some)[row].replace(" ", "\n") for row, t in enumerate(labels.ids.tolist())}
    found = exclusive_vocabulary("lyrics", texts, {}, labels, Plan(399, 0))
    assert found.statistic == 1.0
    assert found.p == pytest.approx(0.1, abs=0.05)  # two of twenty labellings are this one


def test_what_two_of_three_classes_sing_is_of_neither() -> None:
    labels = by_class(10, 10, 10)
    found = sung(labels, dict.fromkeys(range(20), "ours"))
    assert (found.statistic, found.count) == (0.0, 0)


@pytest.mark.parametrize(
    ("others", "strangers", "told"), [(1, 0, True), (100, 3, True), (100, 4, False), (99, 3, False)]
)
def test_three_of_a_hundred_others_may_sing_it_too(others: int, strangers: int, told: bool) -> None:
    labels = by_class(10, others)
    words = dict.fromkeys(range(10 + strangers), "mine")
    assert sung(labels, words).count == int(told)


def test_words_that_are_everywhere_a_little_are_not_named() -> None:
    labels = by_class(10, 30)
    texts = {
        t: "la\nx\nmine" if row < 10 else ("la\nx" if row % 2 else "la\ny")
        for row, t in enumerate(labels.ids.tolist())
    }
    found = exclusive_vocabulary("lyrics", texts, {}, labels, PLAN)
    assert (found.count, found.statistic) == (1, 0.25)
    assert found.evidence.endswith(": mine")


def test_four_of_five_lyrics_of_a_class_carry_its_word() -> None:
    labels = by_class(10, 90)
    for own, share in ((8, 0.1), (7, 0.0)):
        assert sung(labels, dict.fromkeys(range(own), "mine")).statistic == pytest.approx(share)


def test_the_first_words_are_named_three_of_each_language_and_five_in_all() -> None:
    labels = by_class(10, 90)
    texts = {t: "la" + " ee dd cc bb" * (row < 10) for row, t in enumerate(labels.ids.tolist())}
    one = exclusive_vocabulary("lyrics", texts, {}, labels, PLAN)
    # lines are terms as well, and stand after the words
    assert one.evidence.endswith(": bb, cc, dd")
    assert one.count == 3
    spoken = {t: "en" if row % 2 else "bn" for row, t in enumerate(labels.ids.tolist())}
    two = exclusive_vocabulary("lyrics", texts, spoken, labels, PLAN)
    assert two.evidence.endswith(": bb, cc, dd, bb, cc")
    assert two.count == 6


def test_a_word_of_all_lyrics_or_of_two_is_of_nobody() -> None:
    labels = by_class(3, 27)
    assert sung(labels, dict.fromkeys(range(30), "mine")).count == 0
    assert sung(labels, dict.fromkeys(range(2), "mine")).count == 0
    found = sung(labels, {})
    assert (found.severity, found.statistic, found.p, found.count) == ("ok", 0.0, 1.0, 0)


def test_where_all_sing_for_one_class_there_are_no_others() -> None:
    labels = by_class(10, 10)
    ids = labels.ids.tolist()
    texts = {track: "la\n" + "mine" * (row < 9) for row, track in enumerate(ids[:10])}
    found = exclusive_vocabulary("lyrics", texts, {}, labels, PLAN)
    assert (found.severity, found.statistic) == ("ok", 0.0)


def test_the_commonest_terms_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary_module, "MOST_TERMS", 1)
    labels = by_class(10, 10)
    words = dict.fromkeys(range(10, 20), "theirs") | dict.fromkeys(range(9), "mine")
    found = sung(labels, words)
    assert found.evidence.endswith(": theirs")
    assert found.statistic == 0.5
