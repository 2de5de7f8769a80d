"""MusAV's annotation files: JSON lines, three files for each of arousal and valence.

``annotations.<dimension>.all`` has a line for each annotator's word on a pair: ``a``, ``b``, ``ab`` (equal), or
``not_selected``, which is no vote. ``….agreement`` has a line for each pair: who is higher by majority, and how far the
three agreed. ``….agreement.gt`` repeats the pairs without disagreement, and says whether the three answers of their
triplet fit together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from reprise.datasets.base import RawPair
from reprise.errors import BadInput

DIMENSIONS = ("arousal", "valence")
VOTES = ("a", "b", "ab", "not_selected")
HIGHER = ("a", "b", "ab", "undefined")
AGREEMENTS = ("full-agreement", "majority-agreement", "disagreement")
CONSISTENCIES = ("consistent", "inconsistent", "incomplete")
OUTSIDE_TRUTH = "incomplete"
"""Consistency of a pair that is not in the ground truth: its triplet lacks an answer, namely this one."""

Line = Mapping[str, Any]
T = TypeVar("T")


def annotation_files(dimension: str) -> tuple[str, str, str]:
    """Return the names of a dimension's files: single votes, pairs, pairs of the ground truth."""
    votes = f"annotations.{dimension}.all"
    return votes, f"{votes}.agreement", f"{votes}.agreement.gt"


def read_pairs(files: Mapping[str, Path]) -> list[RawPair]:
    """Return all judgements of both dimensions, disagreements among them; sources are song ids.

    Parameters
    ----------
    files : mapping of str to Path
        The six annotation files by name.

    Raises
    ------
    BadInput
        If a line is not of its form, or a pair has no votes; says which line of which file.
    """
    found: list[RawPair] = []
    for dimension in DIMENSIONS:
        votes_file, pairs_file, truth_file = (files[name] for name in annotation_files(dimension))
        votes: dict[str, Counter[str]] = {}
        for pair, vote in read_lines(votes_file, partial(_vote, dimension=dimension)):
            votes.setdefault(pair, Counter())[vote] += 1
        consistency = dict(read_lines(truth_file, _consistency))
        judge = _Judge(dimension, votes, consistency)
        found += read_lines(pairs_file, judge.pair)
    return found


def read_genres(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the genres of each song, which are those of its artists on Spotify.

    Raises
    ------
    BadInput
        If a line is not of its form.
    """
    return dict(read_lines(path, _genres))


def read_lines(path: Path, convert: Callable[[Line], T]) -> list[T]:
    """Return what a function makes of each line of a file of JSON objects.

    Raises
    ------
    BadInput
        If a line is no JSON object, or the function raises ValueError; names the line.
    """
    found: list[T] = []
    try:
        with path.open(encoding="utf-8") as file:
            for text in file:
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise ValueError("is no JSON object")
                found.append(convert(line))
    except ValueError as error:
        raise BadInput(f"{path}, line {len(found) + 1}: {error}") from error
    return found


class _Judge:
    """Puts together what the three files of a dimension say about a pair."""

    def __init__(
        self, dimension: str, votes: Mapping[str, Counter[str]], consistency: Mapping[str, str]
    ) -> None:
        self.dimension = dimension
        self.votes = votes
        self.consistency = consistency

    def pair(self, line: Line) -> RawPair:
        name = _text(line, "pairid")
        if name not in self.votes:
            raise ValueError(f"pair {name} has no votes in {annotation_files(self.dimension)[0]}")
        source_a, _, source_b = name.partition("-")
        votes = self.votes[name]
        return RawPair(
            triplet_id=_text(line, "tripletid"),
            source_a=source_a,
            source_b=source_b,
            dimension=self.dimension,
            higher_value=_text(line, "higher_value", HIGHER),
            agreement=_text(line, "agreement", AGREEMENTS),
            consistency=self.consistency.get(name, OUTSIDE_TRUTH),
            votes_a=votes["a"],
            votes_b=votes["b"],
            votes_tie=votes["ab"],
        )


def _vote(line: Line, dimension: str) -> tuple[str, str]:
    _text(line, "type", (dimension,))
    return f"{_text(line, 'songid_a')}-{_text(line, 'songid_b')}", _text(line, "higher_value", VOTES)


def _consistency(line: Line) -> tuple[str, str]:
    return _text(line, "pairid"), _text(line, "triplet_consistency", CONSISTENCIES)


def _genres(line: Line) -> tuple[str, tuple[str, ...]]:
    names = line.get("genres")
    if not isinstance(names, list):
        raise ValueError(f"genres = {names!r} must be a list")
    return _text(line, "id"), tuple(map(str, names))


def _text(line: Line, key: str, allowed: tuple[str, ...] = ()) -> str:
    value = line.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} = {value!r} must be text")
    if allowed and value not in allowed:
        raise ValueError(f"{key} = '{value}' must be one of {', '.join(allowed)}")
    return value
