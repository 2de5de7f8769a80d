"""The split: whole groups, near the fractions, the same for any order, and blind to labels."""

from __future__ import annotations

import inspect
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.errors import BadInput, BadParameter
from reprise.splitting.assign import Fractions
from reprise.splitting.official import PARTS
from reprise.splitting.split import Fingerprints, SplitSettings, split

FRACTIONS = Fractions(0.7, 0.1, 0.2)
SETTINGS = SplitSettings(FRACTIONS, duplicate_similarity=0.8, seed=0)


def make_table(artists: list[str | None], official: dict[int, str] | None = None) -> pd.DataFrame:
    given_parts = official or {}
    return pd.DataFrame(
        {
            "track_id": [f"{number:04d}" for number in range(len(artists))],
            "artist_id": pd.Series(artists, dtype="string"),
            "official_split": pd.Series([given_parts.get(n) for n in range(len(artists))], dtype="string"),
        }
    )


def make_prints(n: int, copies: dict[int, int] | None = None) -> Fingerprints:
    rows = np.eye(n, max(n, 1), dtype=np.float32)
    for copy, source in (copies or {}).items():
        rows[copy] = rows[source]
    return Fingerprints([f"{number:04d}" for number in range(n)], rows)


def artists_of(sizes: list[int]) -> list[str | None]:
    return [f"artist-{number}" for number, size in enumerate(sizes) for _ in range(size)]


@given(st.lists(st.integers(1, 6), min_size=20, max_size=60), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_groups_stay_whole_and_fractions_are_near(sizes: list[int], seed: int) -> None:
    artists = artists_of(sizes)
    done = split(make_table(artists), make_prints(len(artists)), SplitSettings(FRACTIONS, 0.8, seed))
    parts = (
        pd.DataFrame({"artist": artists, "split": done.rows["split"]}).groupby("artist")["split"].nunique()
    )
    assert (parts == 1).all()
    for part in PARTS:
        off = abs(done.metrics["parts"][part]["share"] - FRACTIONS.of(part)) * len(artists)
        assert off <= max(sizes) + 1e-9
    assert done.metrics["n_groups"] == len(sizes)


@given(st.data())
@settings(deadline=None, max_examples=50)
def test_neither_artists_nor_near_duplicates_straddle(data: st.DataObject) -> None:
    n = data.draw(st.integers(30, 60))
    artists = data.draw(st.lists(st.sampled_from([*"abcdefghij", None]), min_size=n - 12, max_size=n - 12))
    artists += [f"other-{number}" for number in range(12)]
    copies = data.draw(st.dictionaries(st.integers(0, n - 1), st.integers(0, n - 1), max_size=6))
    prints = make_prints(n, copies)
    done = split(make_table(artists), prints, SETTINGS)
    part = dict(zip(done.rows["track_id"], done.rows["split"], strict=True))
    by_artist: dict[str, set[str]] = {}
    for track_id, artist in zip(done.rows["track_id"], artists, strict=True):
        if artist is not None:
            by_artist.setdefault(artist, set()).add(part[track_id])
    assert all(len(parts) == 1 for parts in by_artist.values())
    alike = np.argwhere(np.triu(prints.vectors @ prints.vectors.T, 1) > 0.99)
    assert all(part[f"{a:04d}"] == part[f"{b:04d}"] for a, b in alike)
    assert done.metrics["duplicates"]["n_pairs"] == len(alike)


def test_near_duplicates_of_other_artists_stay_together() -> None:
    done = split(make_table(artists_of([1] * 30)), make_prints(30, {5: 20, 6: 20}), SETTINGS)
    assert done.rows.loc[[5, 6, 20], "split"].nunique() == 1
    assert set(done.rows.loc[[5, 6, 20], "group_id"]) == {"0005"}
    assert done.metrics["duplicates"]["n_pairs"] == 3
    assert done.metrics["largest_group"] == 3


def test_the_order_of_rows_does_not_matter() -> None:
    table = make_table(artists_of([3, 2, 1] * 6))
    prints = make_prints(len(table), {4: 30})
    shuffled = table.sample(frac=1.0, random_state=1)
    turned = Fingerprints(list(reversed(prints.track_ids)), prints.vectors[::-1])
    pd.testing.assert_frame_equal(split(table, prints, SETTINGS).rows, split(shuffled, turned, SETTINGS).rows)


def test_the_seed_matters_and_repeats() -> None:
    table, prints = make_table(artists_of([1] * 40)), make_prints(40)
    first, again, other = (
        split(table, prints, SplitSettings(FRACTIONS, 0.8, seed)).rows["split"].tolist() for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_unknown_artists_are_not_one_artist() -> None:
    assert split(make_table([None] * 12), make_prints(12), SETTINGS).metrics["n_groups"] == 12


def test_one_artist_for_all_is_an_error_from_ten_tracks_on() -> None:
    with pytest.raises(BadInput, match=r"no track for validation: 10 tracks form 1 group\(s\)"):
        split(make_table(["a"] * 10), make_prints(10), SETTINGS)
    assert set(split(make_table(["a"] * 9), make_prints(9), SETTINGS).rows["split"]) == {"train"}


def test_a_giant_group_goes_to_training_and_leaves_the_rest_to_be_shared() -> None:
    done = split(make_table(artists_of([60] + [1] * 40)), make_prints(100), SETTINGS)
    assert {part: found["n"] for part, found in done.metrics["parts"].items()} == {
        "train": 70,
        "validation": 10,
        "test": 20,
    }
    assert set(done.rows["split"][:60]) == {"train"}


def test_two_giant_groups_cannot_make_three_parts() -> None:
    with pytest.raises(BadInput, match=r"no track for .*: 20 tracks form 2 group\(s\).*the largest of 10"):
        split(make_table(artists_of([10, 10])), make_prints(20), SETTINGS)


def test_ten_tracks_of_five_artists_fill_every_part() -> None:
    assert set(split(make_table(artists_of([2] * 5)), make_prints(10), SETTINGS).rows["split"]) == set(PARTS)


def test_no_tracks_give_an_empty_table() -> None:
    done = split(make_table([]), Fingerprints([], np.empty((0, 8), np.float32)), SETTINGS)
    assert list(done.rows.columns) == ["track_id", "split", "group_id"]
    assert len(done.rows) == done.metrics["n_tracks"] == done.metrics["largest_group"] == 0
    assert done.warnings == []


def test_tracks_without_audio_are_split_by_artist() -> None:
    done = split(make_table(artists_of([1] * 20)), Fingerprints([], np.empty((0, 8), np.float32)), SETTINGS)
    assert Counter(done.rows["split"]) == {"train": 14, "validation": 2, "test": 4}


def test_a_stranger_or_a_missing_fingerprint_is_refused() -> None:
    with pytest.raises(BadInput, match=r"fingerprints: track '0004' is not in groups\.parquet"):
        split(make_table(artists_of([1] * 4)), make_prints(5), SETTINGS)
    with pytest.raises(BadInput, match="2 rows for 1 tracks"):
        Fingerprints(["a"], np.zeros((2, 4), np.float32))


def test_a_threshold_that_different_tracks_reach_is_pointed_out() -> None:
    rows = np.random.default_rng(0).standard_normal((200, 64)).astype(np.float32)
    prints = Fingerprints(
        [f"{number:04d}" for number in range(200)], rows / np.linalg.norm(rows, axis=1, keepdims=True)
    )
    table = make_table(artists_of([1] * 200))
    fine = split(table, prints, SplitSettings(FRACTIONS, 0.8, 0))
    assert fine.warnings == []
    assert fine.metrics["duplicates"]["n_pairs_by_chance"] < 1e-3
    low = split(table, prints, SplitSettings(FRACTIONS, 0.4, 0))
    assert re.match(
        r"split.duplicate_similarity is 0.4, but different tracks .* are at -?0.00 ± 0.13", low.warnings[0]
    )
    found, expected = low.metrics["duplicates"]["n_pairs"], low.metrics["duplicates"]["n_pairs_by_chance"]
    assert 0.3 * expected < found < 3 * expected


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.1), (1.2, -0.2, 0.0), (0.5, 0.5, 0.5)])
def test_shares_must_sum_to_one(shares: tuple[float, float, float]) -> None:
    with pytest.raises(BadParameter, match="sum to"):
        Fractions(*shares)


@pytest.mark.parametrize("similarity", [0.0, 1.1, -0.5])
def test_the_threshold_is_a_cosine(similarity: float) -> None:
    with pytest.raises(BadParameter, match="duplicate_similarity"):
        SplitSettings(FRACTIONS, similarity, 0)


def test_no_label_is_read_unless_classes_are_handed_over() -> None:
    assert inspect.signature(split).parameters["classes"].default is None
    assert split(make_table(artists_of([1] * 12)), make_prints(12), SETTINGS).metrics["classes"] == {
        "read": False
    }
