"""Official splits: kept to the letter, and never joined by tracks that would leak or dilute them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput
from reprise.splitting.assign import Fractions, assign
from reprise.splitting.official import Official
from reprise.splitting.split import Fingerprints, SplitSettings, split

FRACTIONS = Fractions(0.7, 0.1, 0.2)
LISTED = {
    **{f"t{n:02d}": "train" for n in range(20)},
    **{f"v{n}": "validation" for n in range(4)},
    **{f"e{n}": "test" for n in range(6)},
}
UNLISTED = [f"u{n:02d}" for n in range(30)]


def alone(*tracks: str) -> dict[str, str]:
    return {track: track for track in tracks}


def test_official_tracks_stay_and_the_unlisted_train() -> None:
    parts = assign(alone(*LISTED, *UNLISTED), Official(LISTED), FRACTIONS, 0)
    assert all(parts[track] == part for track, part in LISTED.items())
    assert {parts[track] for track in UNLISTED} == {"train"}


def test_an_unlisted_copy_of_a_test_track_is_not_trained_on() -> None:
    groups = alone(*LISTED, *UNLISTED) | {"u03": "e1", "u04": "v2", "u05": "t07"}
    parts = assign(groups, Official(LISTED), FRACTIONS, 0)
    assert [parts[track] for track in ("u03", "u04", "u05")] == ["test", "validation", "train"]


def test_validation_comes_out_of_training_where_upstream_has_none() -> None:
    listed = {track: part for track, part in LISTED.items() if part != "validation"}
    listed |= {f"t{n}": "train" for n in range(20, 80)}
    groups = alone(*listed)
    parts = assign(groups, Official(listed), FRACTIONS, 0)
    assert Counter(parts.values()) == {"train": 70, "validation": 10, "test": 6}
    assert all(listed[track] == "train" for track, part in parts.items() if part == "validation")


def test_a_prescribed_test_part_alone_leaves_the_rest_to_be_shared() -> None:
    listed = {track: part for track, part in LISTED.items() if part == "test"}
    parts = assign(alone(*listed, *UNLISTED, *(f"w{n}" for n in range(10))), Official(listed), FRACTIONS, 0)
    assert Counter(parts.values()) == {"train": 35, "validation": 5, "test": 6}


def test_prescribed_training_alone_leaves_the_rest_to_be_shared() -> None:
    listed = {track: part for track, part in LISTED.items() if part == "train"}
    parts = assign(alone(*listed, *UNLISTED), Official(listed), FRACTIONS, 0)
    assert all(parts[track] == "train" for track in listed)
    assert Counter(parts.values()) == {"train": 35, "validation": 5, "test": 10}


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(BadInput, match=r"official_split 'valid': it must be one of train, validation, test"):
        Official({"a": "valid"})


def make(
    official: dict[int, str], artists: list[str], copies: dict[int, int]
) -> tuple[pd.DataFrame, Fingerprints]:
    n = len(artists)
    ids = [f"{number:04d}" for number in range(n)]
    table = pd.DataFrame(
        {
            "track_id": ids,
            "artist_id": artists,
            "official_split": pd.Series([official.get(number) for number in range(n)], dtype="string"),
        }
    )
    rows = np.eye(n, dtype=np.float32)
    for copy, source in copies.items():
        rows[copy] = rows[source]
    return table, Fingerprints(ids, rows)


def test_what_an_official_split_tears_is_counted_and_said() -> None:
    artists = ["a", "a", "a", *(f"b{n}" for n in range(17))]
    official = {0: "test", 1: "train", 5: "train", 6: "test", 7: "validation"}
    table, prints = make(official, artists, {6: 5})
    done = split(table, prints, SplitSettings(FRACTIONS, 0.9, 0))
    assert done.rows.loc[[0, 1, 2], "split"].tolist() == ["test", "train", "test"]
    assert done.rows.loc[[5, 6], "split"].tolist() == ["train", "test"]
    assert done.metrics["official"] == {
        "n_tracks": 5,
        "n_torn_groups": 2,
        "n_tracks_in_torn_groups": 5,
        "n_torn_pairs": 1,
    }
    assert len(done.warnings) == 1
    assert "the official split tears 2 group(s) of 5 tracks apart" in done.warnings[0]
    assert "1 pairs of near-duplicates" in done.warnings[0]


def test_a_sound_official_split_raises_no_warning() -> None:
    table, prints = make({0: "test", 1: "train", 2: "validation"}, [f"b{n}" for n in range(20)], {7: 0, 8: 2})
    done = split(table, prints, SplitSettings(FRACTIONS, 0.9, 0))
    assert done.warnings == []
    assert done.metrics["official"]["n_torn_groups"] == 0
    assert done.rows.loc[[7, 8], "split"].tolist() == ["test", "validation"]
