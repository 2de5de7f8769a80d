"""Chords and scales: Roman numerals to pitches, in semitones above the tonic."""

from __future__ import annotations

from dataclasses import dataclass

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
}
DEGREES = {"i": 0, "ii": 2, "iii": 4, "iv": 5, "v": 7, "vi": 9, "vii": 11}
POWER = (0, 7, 12)
QUALITIES: dict[tuple[bool, str], tuple[int, ...]] = {
    (False, ""): (0, 4, 7),
    (False, "7"): (0, 4, 7, 10),
    (False, "M"): (0, 4, 7, 11),
    (False, "5"): POWER,
    (True, ""): (0, 3, 7),
    (True, "7"): (0, 3, 7, 10),
    (True, "5"): POWER,
}
"""Intervals of a chord by (minor, suffix)."""


@dataclass(frozen=True)
class Chord:
    """A chord: its root above the tonic and its intervals above the root, in semitones."""

    root: int
    intervals: tuple[int, ...]


def parse_chord(symbol: str) -> Chord:
    """Return the chord of a Roman numeral such as ``"bVII"``, ``"ii7"`` or ``"IVM"``."""
    flat = symbol.startswith("b")
    body = symbol.removeprefix("b")
    numeral = body.rstrip("57M")
    intervals = QUALITIES[numeral.islower(), body[len(numeral) :]]
    return Chord((DEGREES[numeral.lower()] - flat) % 12, intervals)


def parse_progression(progression: str) -> list[Chord]:
    """Return the chords of a progression, one a bar."""
    return [parse_chord(symbol) for symbol in progression.split()]


def is_minor(progression: str) -> bool:
    """Return whether a progression has a minor tonic chord."""
    return any(symbol.rstrip("57M") == "i" for symbol in progression.split())


def scale_of(style: str, mode: int) -> tuple[int, ...]:
    """Return the scale of a lead in a style and mode (0 major, 1 minor)."""
    if style == "blues":
        return SCALES["blues"]
    if mode == 1:
        return SCALES["minor pentatonic" if style in ("hiphop", "metal", "reggae", "rock") else "minor"]
    return SCALES["major pentatonic" if style in ("country", "rock") else "major"]
