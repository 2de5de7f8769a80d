"""Whether two runs agree where their bytes may differ: on machines of different instruction sets.

Floating-point arithmetic rounds differently there, and training carries a last digit far. So the tolerance is not a number of digits: each headline number
must lie within the 95 % interval that the recorded run reports for it, which is what that run claims to know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.confine.made_by import recorded
from reprise.headline import Figure, figures
from reprise.machine import instruction_set

TOLERANCE = "each headline number lies within the 95 % interval on record"


@dataclass(frozen=True)
class Pair:
    """A headline number of two runs.

    Attributes
    ----------
    recorded, again
        As it is on record, and as it came out again.
    """

    recorded: Figure
    again: Figure

    @property
    def agrees(self) -> bool:
        """Whether the new value lies within the recorded interval."""
        return self.recorded.low <= self.again.value <= self.recorded.high

    def __str__(self) -> str:
        return f"{self.recorded.name}: {self.recorded} became {self.again.value:.3f}" + (
            "" if self.agrees else ", outside"
        )


def made_elsewhere(root: Path, stages: Collection[str]) -> dict[str, str]:
    """Return the stages whose results on record another instruction set made, and which."""
    here = instruction_set()
    return {stage: made for stage, made in recorded(root).items() if stage in stages and made != here}


def pairs(before: Path, after: Path, made: Collection[str]) -> Iterator[Pair]:
    """Yield the headline numbers of two projects that both have.

    Parameters
    ----------
    before, after
        The projects.
    made
        Metrics files that the second one made itself; the others are copies and say nothing.
    """
    old = {figure.name: figure for figure in figures(_reader(before, made))}
    for figure in figures(_reader(after, made)):
        if figure.name in old:
            yield Pair(old[figure.name], figure)


def _reader(root: Path, paths: Collection[str]) -> Callable[[str], Mapping[str, Any] | None]:
    def read(path: str) -> Mapping[str, Any] | None:
        if path not in paths or not (root / path).exists():
            return None
        content: Mapping[str, Any] = json.loads((root / path).read_text(encoding="utf-8"))
        return content

    return read
