"""FMA's ``tracks.csv``: one row for each of 106,574 tracks, 53 columns under three lines of header, 260 MB.

It is read as it stands in the zip archive, row by row, so that memory holds the wanted rows only. The header names a
column by two lines (``track`` over ``title``, ``album`` over ``title``); the third names the index.
"""

from __future__ import annotations

import ast
import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reprise.datasets.archive import zip_members
from reprise.errors import BadInput

TABLE = "fma_metadata/tracks.csv"
SUBSET, SPLIT = ("set", "subset"), ("set", "split")
ARTIST_ID, ARTIST = ("artist", "id"), ("artist", "name")
TITLE, GENRE, TAGS = ("track", "title"), ("track", "genre_top"), ("track", "tags")
DATES = (("track", "date_recorded"), ("album", "date_released"))
COLUMNS = (SUBSET, SPLIT, ARTIST_ID, ARTIST, TITLE, GENRE, TAGS, *DATES)

SPLITS = {"training": "train", "validation": "validation", "test": "test"}
LONGEST_FIELD = 1 << 24  # characters; biographies and album notes are free text

Column = tuple[str, str]


@dataclass(frozen=True)
class FmaTrack:
    """A row: upstream's number, and what of it this project uses.

    Attributes
    ----------
    artist_id : str
        Upstream's number of the artist, who may have the name of another.
    year : int or None
        Of the recording where it is known, else of the album's release.
    split : str
        ``train``, ``validation`` or ``test``.
    """

    number: int
    artist_id: str
    artist: str
    title: str
    genre: str
    tags: tuple[str, ...]
    year: int | None
    split: str


def read_tracks(archive: Path, subset: str) -> list[FmaTrack]:
    """Return the rows of a subset, by number.

    Parameters
    ----------
    archive : Path
        ``fma_metadata.zip``.
    subset : str
        ``small``, ``medium`` or ``large``: tracks of that very mark, without those of smaller subsets.

    Raises
    ------
    BadInput
        If the archive lacks the table, or the table a column, or a row is not of its form; says which line.
    """
    member = zip_members(archive).get(TABLE)
    if member is None:
        raise BadInput(f"{archive}: holds no {TABLE}; delete it and run again")
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with member.archive.open(member.name) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
            found = list(_rows(text, subset, f"{archive.name}: {TABLE}"))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{archive}: {TABLE} is damaged ({error}); delete it and run again") from error
    return sorted(found, key=lambda track: track.number)


def _rows(text: Iterable[str], subset: str, where: str) -> Iterator[FmaTrack]:
    lines = csv.reader(text, strict=True)
    try:
        at = _columns([next(lines, []) for _ in range(3)])
        width = 1 + max(at.values())
        for cells in lines:
            if len(cells) < width:
                raise ValueError(f"{len(cells)} fields; at least {width} are needed")
            if cells[at[SUBSET]] == subset:
                yield _track(cells, at)
    except (csv.Error, ValueError) as error:
        raise BadInput(f"{where}, line {lines.line_num}: {error}") from error


def _columns(header: Sequence[Sequence[str]]) -> dict[Column, int]:
    """Return where the wanted columns stand."""
    above, below, index = header
    at = {column: place for place, column in enumerate(zip(above, below, strict=False))}
    missing = [".".join(column) for column in COLUMNS if column not in at]
    if missing or index[:1] != ["track_id"]:
        raise ValueError(f"the header lacks {', '.join(missing) or 'track_id'}")
    return {column: at[column] for column in COLUMNS}


def _track(cells: Sequence[str], at: Mapping[Column, int]) -> FmaTrack:
    split = cells[at[SPLIT]]
    if split not in SPLITS:
        raise ValueError(f"set.split = '{split}' must be one of {', '.join(SPLITS)}")
    if not cells[at[GENRE]]:
        raise ValueError("track.genre_top is blank")
    return FmaTrack(
        number=int(cells[0]),
        artist_id=cells[at[ARTIST_ID]],
        artist=cells[at[ARTIST]].strip(),
        title=cells[at[TITLE]],
        genre=cells[at[GENRE]],
        tags=_tags(cells[at[TAGS]]),
        year=_year([cells[at[column]] for column in DATES]),
        split=SPLITS[split],
    )


def _tags(text: str) -> tuple[str, ...]:
    """Read a list that stands as Python writes it: ``['drone', 'tape loop']``."""
    try:
        found = ast.literal_eval(text or "[]")
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"track.tags = {text!r} is no list") from error
    if not isinstance(found, list) or not all(isinstance(tag, str) for tag in found):
        raise ValueError(f"track.tags = {text!r} is no list of words")
    return tuple(tag.strip() for tag in found if tag.strip())


def _year(dates: Sequence[str]) -> int | None:
    """Return the year of the first date that is given; dates begin with it."""
    date = next(filter(None, dates), None)
    return int(date[:4]) if date else None
