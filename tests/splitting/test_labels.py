"""Labels of training and test tracks never share a file."""

from __future__ import annotations

import pandas as pd
import pytest

from reprise.errors import BadInput
from reprise.splitting.labels import divide

SPLITS = pd.DataFrame({"track_id": ["a", "b", "c"], "split": ["train", "validation", "test"]})


def test_validation_goes_with_training() -> None:
    tags = pd.DataFrame({"track_id": ["a", "a", "b", "c"], "tag": ["w", "x", "y", "z"]})
    sides = divide(tags, SPLITS, "tags.parquet")
    assert sides["train"]["tag"].tolist() == ["w", "x", "y"]
    assert sides["test"]["tag"].tolist() == ["z"]


def test_every_row_is_on_one_side() -> None:
    labels = pd.DataFrame({"track_id": ["c", "b", "a"], "genre": ["x", None, "y"]})
    sides = divide(labels, SPLITS, "labels.parquet")
    assert sorted([*sides["train"]["track_id"], *sides["test"]["track_id"]]) == ["a", "b", "c"]


def test_an_unknown_track_is_refused() -> None:
    labels = pd.DataFrame({"track_id": ["a", "z", "q"], "genre": "x"})
    with pytest.raises(
        BadInput, match=r"labels\.parquet: track 'z' is in no part of the split \(2 such rows\)"
    ):
        divide(labels, SPLITS, "labels.parquet")


def test_no_labels_give_empty_tables() -> None:
    sides = divide(pd.DataFrame({"track_id": [], "tag": []}), SPLITS, "tags.parquet")
    assert [len(rows) for rows in sides.values()] == [0, 0]
