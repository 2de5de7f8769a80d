"""The split: whole groups, near the fractions, the same for any order, and blind to labels."""

from __future__ import annotations

import inspect
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprise.errors import BadInput, BadParameter
from reprise.splitting.assign import PARTS, Fractions, assign
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
def test_groups_stay_whole_and_fractions_are_near(sizes: list[int], seed: int) -> None:
    artists = artists_of(sizes)
    settings = SplitSettings(FRACTIONS, 0.8, seed)
    rows, metrics = split(make_table(artists), make_prints(len(artists)), settings)
    parts = pd.DataFrame({"artist": artists, "split": rows["split"]}).groupby("artist")["split"].nunique()
    assert (parts == 1).all()
    for part in PARTS:
        assert abs(metrics["parts"][part]["share"] - FRACTIONS.of(part)) * len(artists) <= max(sizes) + 1e-9
    assert metrics["n_groups"] == len(sizes)


def test_near_duplicates_of_other_artists_stay_together() -> None:
    artists = artists_of([1] * 30)
    rows, metrics = split(make_table(artists), make_prints(30, {5: 20, 6: 20}), SETTINGS)
    assert rows.loc[[5, 6, 20], "split"].nunique() == 1
    assert set(rows.loc[[5, 6, 20], "group_id"]) == {"0005"}
    assert metrics["duplicates"]["n_pairs"] == 3
    assert metrics["largest_group"] == 3


def test_the_order_of_rows_does_not_matter() -> None:
    table = make_table(artists_of([3, 2, 1] * 6))
    prints = make_prints(len(table), {4: 30})
    shuffled = table.sample(frac=1.0, random_state=1)
    turned = Fingerprints(list(reversed(prints.track_ids)), prints.vectors[::-1])
    pd.testing.assert_frame_equal(split(table, prints, SETTINGS)[0], split(shuffled, turned, SETTINGS)[0])


def test_the_seed_matters_and_repeats() -> None:
    table, prints = make_table(artists_of([1] * 40)), make_prints(40)
    first, again, other = (
        split(table, prints, SplitSettings(FRACTIONS, 0.8, seed))[0]["split"].tolist() for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_official_parts_are_kept_and_draw_their_group_along() -> None:
    artists = ["a", "a", "b", "b", *artists_of([1] * 16)]
    table = make_table(artists, {0: "test", 2: "train", 4: "validation"})
    rows, metrics = split(table, make_prints(len(artists)), SETTINGS)
    assert rows.loc[[0, 1], "split"].tolist() == ["test", "test"]
    assert rows.loc[[2, 3], "split"].tolist() == ["train", "train"]
    assert rows.loc[4, "split"] == "validation"
    assert metrics["n_official"] == 3
    assert metrics["n_groups_torn_by_official"] == 0


def test_official_parts_that_tear_an_artist_are_counted() -> None:
    artists = ["a", "a", "a", *artists_of([1] * 17)]
    rows, metrics = split(make_table(artists, {0: "test", 1: "train"}), make_prints(20), SETTINGS)
    assert rows.loc[[0, 1, 2], "split"].tolist() == ["test", "train", "test"]
    assert metrics["n_groups_torn_by_official"] == 1


def test_an_unknown_official_part_is_refused() -> None:
    with pytest.raises(BadInput, match="official_split 'valid'"):
        split(make_table(artists_of([1] * 12), {3: "valid"}), make_prints(12), SETTINGS)


def test_unknown_artists_are_not_one_artist() -> None:
    _, metrics = split(make_table([None] * 12), make_prints(12), SETTINGS)
    assert metrics["n_groups"] == 12


def test_one_artist_for_all_is_an_error_from_ten_tracks_on() -> None:
    with pytest.raises(BadInput, match=r"no track for validation: 10 tracks form 1 group\(s\)"):
        split(make_table(["a"] * 10), make_prints(10), SETTINGS)
    rows, _ = split(make_table(["a"] * 9), make_prints(9), SETTINGS)
    assert set(rows["split"]) == {"train"}


def test_ten_tracks_of_five_artists_fill_every_part() -> None:
    rows, _ = split(make_table(artists_of([2] * 5)), make_prints(10), SETTINGS)
    assert set(rows["split"]) == set(PARTS)


def test_no_tracks_give_an_empty_table() -> None:
    rows, metrics = split(make_table([]), Fingerprints([], np.empty((0, 8), np.float32)), SETTINGS)
    assert list(rows.columns) == ["track_id", "split", "group_id"]
    assert len(rows) == metrics["n_tracks"] == metrics["largest_group"] == 0


def test_tracks_without_audio_are_split_by_artist() -> None:
    rows, _ = split(
        make_table(artists_of([1] * 20)), Fingerprints([], np.empty((0, 8), np.float32)), SETTINGS
    )
    assert Counter(rows["split"]) == {"train": 14, "validation": 2, "test": 4}


def test_a_stranger_or_a_missing_fingerprint_is_refused() -> None:
    with pytest.raises(BadInput, match="track '0004' is not in groups"):
        split(make_table(artists_of([1] * 4)), make_prints(5), SETTINGS)
    with pytest.raises(BadInput, match="2 rows for 1 tracks"):
        Fingerprints(["a"], np.zeros((2, 4), np.float32))


def test_a_part_of_share_zero_stays_empty() -> None:
    parts = assign({str(n): str(n) for n in range(20)}, {}, Fractions(0.8, 0.0, 0.2), 0)
    assert Counter(parts.values()) == {"train": 16, "test": 4}


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.1), (1.2, -0.2, 0.0), (0.5, 0.5, 0.5)])
def test_shares_must_sum_to_one(shares: tuple[float, float, float]) -> None:
    with pytest.raises(BadParameter, match="sum to"):
        Fractions(*shares)


@pytest.mark.parametrize("similarity", [0.0, 1.1, -0.5])
def test_the_threshold_is_a_cosine(similarity: float) -> None:
    with pytest.raises(BadParameter, match="duplicate_similarity"):
        SplitSettings(FRACTIONS, similarity, 0)


def test_no_label_is_an_argument() -> None:
    assert not {"labels", "genre", "language", "tags"} & set(inspect.signature(split).parameters)
