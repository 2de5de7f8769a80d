from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reprise.audio.settings import AudioSettings
from reprise.evaluation.reference import Reference
from reprise.report.listening import Listening, _chosen, _title, listen
from reprise.report.reconstruction import Window
from reprise.report.sounds import sounds


def reference(genre: list[str], split: list[str]) -> Reference:
    number = len(split)
    ids = np.array([f"{row:02d}" for row in range(number)], dtype=np.str_)
    return Reference(ids, {"genre": np.array(genre, np.str_)}, np.array(split, np.str_), ids, {})


@pytest.mark.parametrize(
    ("genre", "split", "rows"),
    [
        (["a", "a", "", "b", "a"], ["train", "test", "test", "test", "test"], [1, 3]),
        (["a", "", "", ""], ["train", "test", "test", "test"], [1, 2]),  # no test track has a label
        (["a", "a", "b"], ["train", "train", "validation"], [0, 2]),  # split.test is 0
        (["", "", ""], ["train", "train", "train"], [0, 1]),
        ([], [], []),
    ],
)
def test_there_is_something_to_listen_to_where_there_are_tracks(
    genre: list[str], split: list[str], rows: list[int]
) -> None:
    assert _chosen(reference(genre, split), "genre") == rows


def test_without_a_class_the_first_test_tracks_are_heard() -> None:
    assert _chosen(reference(["", "", ""], ["train", "test", "test"]), None) == [1, 2]


def test_a_title_says_which_part_a_track_is_of() -> None:
    said = reference(["a", "b"], ["validation", "test"])
    assert _title(Window(0, 0, 8, "a"), 1, said) == "validation track 1 (a)"
    assert _title(Window(1, 0, 8, ""), 2, said) == "test track 2"


def test_no_tracks_are_silence_and_no_section() -> None:
    audio = AudioSettings(sample_rate=22050, n_fft=512, hop_length=128, n_mels=16, n_mfcc=8)
    nothing: Any = None
    found = listen(Path("none"), ["cvae"], nothing, reference([], []), audio)
    assert found == Listening((), {}, {})
    assert sounds(found) == ""
