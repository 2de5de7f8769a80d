"""The headline numbers of a run: few, each with its interval; what a change may not make worse, and what experiments are told apart by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Read = Callable[[str], "Mapping[str, Any] | None"]
"""Gives the content of a metrics file by its path, ``None`` where there is none."""

ROLES = {
    "evaluate.json": "dataset",
    "finetune.json": "dataset",
    "transfer.json": "emotion_dataset",
    "regress.json": "songs_dataset",
}
"""Which parameter chooses the data that a metrics file is about."""

FIGURES = (
    ("AMI with genre", "evaluate.json", "headline.ami"),
    ("ARI with genre", "evaluate.json", "headline.ari"),
    ("LoRA accuracy", "finetune.json", "methods.lora.accuracy"),
    ("arousal pairs", "transfer.json", "arousal.model.gt.accuracy"),
    ("valence pairs", "transfer.json", "valence.model.gt.accuracy"),
    ("R² audio targets", "regress.json", "groups.audio.regressor.r2"),
    ("R² lyric topics", "regress.json", "groups.lyric_topics.regressor.r2"),
)
"""Name, file and place of each; of all of them more is better."""


@dataclass(frozen=True)
class Figure:
    """A headline number.

    Attributes
    ----------
    name
        What it is, in words.
    source
        Its metrics file.
    value, low, high
        It, and the bounds of its 95 % interval (over artists, pairs or songs).
    """

    name: str
    source: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def figures(read: Read) -> Iterator[Figure]:
    """Yield the headline numbers that a run has; data without labels, moods or targets have fewer."""
    for name, source, place in FIGURES:
        entry: Any = read(f"metrics/{source}")
        for key in place.split("."):
            entry = entry.get(key) if isinstance(entry, Mapping) else None
        if isinstance(entry, Mapping) and {"value", "low", "high"} <= entry.keys():
            yield Figure(name, source, *(float(entry[key]) for key in ("value", "low", "high")))
