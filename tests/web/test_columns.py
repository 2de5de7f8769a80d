"""Columns read from the buffers of pyarrow, against what pyarrow itself says."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from reprise.web.catalogue import Catalogue
from reprise.web.columns import category, keys, lists, positions, shown, shown_all

IDS = np.array([b"aa", b"bb", b"cc", b"dd"])


@pytest.mark.parametrize(
    "array",
    [pa.array(["aa", "bb"]), pa.array(["xx", "aa", "bb"]).slice(1), pa.array(["aa", "b", ""]), pa.array([], pa.string()),
     pa.array(["aa", "bb"], pa.large_string()), pa.array(["aa", "bb", "aa"]).dictionary_encode(), pa.array(["é", "ab"])],
)  # fmt: skip
def test_ids_are_read_whatever_their_layout(array: pa.Array) -> None:
    try:
        expected = [one.encode("ascii") for one in array.to_pylist()]
    except UnicodeEncodeError:
        expected = [one.encode() for one in array.to_pylist()]
    assert keys(array).tolist() == expected


def test_rows_are_found_in_any_order_and_unknown_ids_are_not() -> None:
    assert positions(IDS, pa.array(["aa", "bb", "cc", "dd"])).tolist() == [0, 1, 2, 3]
    assert positions(IDS, pa.array(["dd", "zz", "aa", "a", "ab"])).tolist() == [3, -1, 0, -1, -1]
    assert positions(IDS, pa.array([], pa.string())).tolist() == []


def test_texts_of_a_track_keep_the_order_of_the_table() -> None:
    rows = np.array([2, 0, 2, -1, 2])
    found = lists(pa.array(["z", "a", "y", "lost", None]), rows, 4)
    assert [found.of(row) for row in range(4)] == [["a"], [], ["z", "y"], []]


def test_values_of_several_tracks_are_those_of_each() -> None:
    genres = category(pa.array(["rock", None, "jazz", ""]), np.arange(4), 5)
    assert genres.of(np.array([2, 0, 4, 1, 3])) == ["jazz", "rock", None, None, None]


def test_numbers_are_shown_alike_one_by_one_and_together() -> None:
    values = np.array([0.1234565, 1e-9, -2.5, 2143.2699999, np.nan, 0.3])
    together = shown_all(values)
    assert together == pytest.approx([shown(value) for value in values], abs=1.1e-6)
    assert together[4] is None
    assert together[5] == 0.3


def test_a_track_is_found_by_its_id_alone() -> None:
    catalogue = object.__new__(Catalogue)
    object.__setattr__(catalogue, "ids", IDS)
    assert [catalogue.row(one) for one in ("aa", "dd")] == [0, 3]
    assert [catalogue.row(one) for one in ("", "a", "zz", "aaa", "é", "aa" * 30)] == [None] * 6
