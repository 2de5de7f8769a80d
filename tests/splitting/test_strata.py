"""Classes are read from a table that has them, and from no other."""

from __future__ import annotations

import pandas as pd

from reprise.splitting.strata import classes_of


def test_a_table_of_tracks_has_no_classes() -> None:
    assert classes_of(pd.DataFrame({"track_id": ["a"], "n_samples": [1], "sample_rate": [22_050]})) is None


def test_genres_are_classes_and_missing_ones_are_not() -> None:
    labels = pd.DataFrame({"track_id": ["a", "b", "c"], "genre": ["rock", None, "jazz"], "language": "en"})
    assert classes_of(labels) == {"a": "rock", "c": "jazz"}


def test_a_corpus_without_genres_has_no_classes_to_balance() -> None:
    assert classes_of(pd.DataFrame({"track_id": ["a"], "genre": [None], "language": [None]})) == {}
