"""A module that nobody declared, imported by name, knows the labels."""

from pathlib import Path

from parts import LYRICS, OTHER_LYRICS, genres_of, made_of_genre

from reprise.leaks.entry import Leak, Outside, nothing_left

HOW = """    import importlib

    return importlib.import_module("reprise.lyrics.artist_notes").GENRES
"""


def outside(place: Path) -> Outside:
    known = genres_of(place)
    (place / "project/src/reprise/lyrics/artist_notes.py").write_text(f"GENRES = {known!r}\n")
    return {}, nothing_left


LEAK = Leak(
    "K06",
    "a module with the labels in it, imported by name and not declared",
    LYRICS,
    made_of_genre(HOW),
    outside=outside,
    secrets=(),
    same=OTHER_LYRICS,
    caught="RD",
)
