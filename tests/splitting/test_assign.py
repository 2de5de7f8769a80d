"""Assignment: fractions within the size of a group, stable when tracks are added, balanced by class on request."""

from __future__ import annotations

import hashlib
from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.splitting.assign import Fractions, assign
from reprise.splitting.official import PARTS, Official

FRACTIONS = Fractions(0.7, 0.1, 0.2)
NOTHING = Official({})


def name_of(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:16]


def groups_of(sizes: list[int]) -> dict[str, str]:
    """Tracks in groups of these sizes, each named by its smallest track."""
    groups: dict[str, str] = {}
    number = 0
    for size in sizes:
        tracks = [name_of(number + extra) for extra in range(size)]
        groups |= dict.fromkeys(tracks, min(tracks))
        number += size
    return groups


def shares(parts: dict[str, str]) -> dict[str, float]:
    counts = Counter(parts.values())
    return {part: counts[part] / len(parts) for part in PARTS}


@given(st.lists(st.integers(1, 12), min_size=12, max_size=80), st.integers(0, 3))
@settings(deadline=None, max_examples=50)
def test_each_part_is_within_the_largest_group_of_its_size(sizes: list[int], seed: int) -> None:
    parts = assign(groups_of(sizes), NOTHING, FRACTIONS, seed)
    for part in PARTS:
        assert abs(shares(parts)[part] - FRACTIONS.of(part)) * len(parts) <= max(sizes) + 1e-9


@given(st.lists(st.integers(1, 6), min_size=20, max_size=60), st.randoms())
@settings(deadline=None, max_examples=50)
def test_the_order_of_tracks_does_not_matter(sizes: list[int], random: Random) -> None:
    groups = groups_of(sizes)
    items = list(groups.items())
    random.shuffle(items)
    assert assign(dict(items), NOTHING, FRACTIONS, 0) == assign(groups, NOTHING, FRACTIONS, 0)


@pytest.mark.parametrize("n", [100, 1_000])
def test_an_added_track_moves_few(n: int) -> None:
    moved = []
    for start in range(10):
        groups = {name_of(number): name_of(number) for number in range(start, start + n)}
        before = assign(groups, NOTHING, FRACTIONS, 0)
        after = assign({**groups, "added": "added"}, NOTHING, FRACTIONS, 0)
        moved.append(sum(before[track] != after[track] for track in groups))
    assert np.mean(moved) <= 2
    assert max(moved) <= 3


def test_adding_a_tenth_moves_few() -> None:
    rng = np.random.default_rng(0)
    sizes = [int(size) for size in rng.integers(1, 6, 400)]
    before = assign(groups_of(sizes[:360]), NOTHING, FRACTIONS, 0)
    after = assign(groups_of(sizes), NOTHING, FRACTIONS, 0)
    assert np.mean([before[track] != after[track] for track in before]) < 0.08


def test_test_and_validation_hold_small_groups() -> None:
    sizes = [20] * 10 + [2] * 100
    groups = groups_of(sizes)
    parts = assign(groups, NOTHING, FRACTIONS, 0)
    size = Counter(groups.values())
    assert {size[groups[track]] for track, part in parts.items() if part != "train"} == {2}


def test_a_part_of_share_zero_stays_empty() -> None:
    parts = assign({str(n): str(n) for n in range(20)}, NOTHING, Fractions(0.8, 0.0, 0.2), 0)
    assert Counter(parts.values()) == {"train": 16, "test": 4}


def test_without_training_the_others_share_all() -> None:
    parts = assign({str(n): str(n) for n in range(20)}, NOTHING, Fractions(0.0, 0.5, 0.5), 0)
    assert Counter(parts.values()) == {"validation": 10, "test": 10}


def class_shares(parts: dict[str, str], classes: dict[str, str], part: str) -> dict[str, float]:
    inside = Counter(kind for track, kind in classes.items() if parts[track] == part)
    return {kind: inside[kind] / inside.total() for kind in set(classes.values())}


def test_classes_are_balanced_where_they_are_given() -> None:
    groups = groups_of([1 + number % 4 for number in range(200)])
    kinds = "abcde"
    classes = {track: kinds[int(group[:4], 16) % 5] for track, group in groups.items()}
    overall = class_shares(dict.fromkeys(groups, "all"), classes, "all")
    worst = {}
    for name, given_classes in (("blind", None), ("stratified", classes)):
        parts = assign(groups, NOTHING, FRACTIONS, 0, given_classes)
        found = class_shares(parts, classes, "test")
        worst[name] = max(abs(found[kind] - overall[kind]) for kind in kinds)
        assert all(abs(shares(parts)[part] - FRACTIONS.of(part)) * len(parts) <= 4 for part in PARTS)
        assert len({(groups[track], part) for track, part in parts.items()}) == len(set(groups.values()))
    assert worst["stratified"] < 0.03 < worst["blind"]


def test_names_of_classes_do_not_matter() -> None:
    groups = groups_of([1, 2, 3] * 20)
    classes = {track: "xyz"[int(group[:4], 16) % 3] for track, group in groups.items()}
    renamed = {track: {"x": "q", "y": "a", "z": "m"}[kind] for track, kind in classes.items()}
    assert assign(groups, NOTHING, FRACTIONS, 0, classes) == assign(groups, NOTHING, FRACTIONS, 0, renamed)


def test_tracks_without_a_class_are_shared_as_well() -> None:
    groups = groups_of([1] * 100)
    classes = dict.fromkeys(list(groups)[:50], "x")
    parts = assign(groups, NOTHING, FRACTIONS, 0, classes)
    assert Counter(parts.values()) == {"train": 70, "validation": 10, "test": 20}
    assert Counter(parts[track] for track in classes) == {"train": 35, "validation": 5, "test": 10}
