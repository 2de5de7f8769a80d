"""Music Dataset 1950-2019: 28,372 songs with lyrics, artist, title, year, genre and the 18 targets, without audio.

One table, ``tcc_ceds_music.csv`` (27.7 MB): seven genres, release years from 1950 to 2019, lyrics as lists of lemmas without
stop words, the shares of 16 topics that a topic model (LDA) finds in the same lyrics, and six audio features of Spotify's
scaled to [0, 1], of which danceability and loudness are targets. Mendeley Data is reported to answer programs with 403, so
the table is fetched from a copy on the Hugging Face hub whose SHA-256 the hub states; that it is Mendeley's file bit for
bit is not established, so its columns and its 28,372 rows are checked here. Option ``path``: your own copy of the table
(from the homepage below, or a part of it) in place of the download. Option ``limit``: at most so many songs, 0 for all; a
hash of the row decides, since the table is ordered by genre and year.

A song's id is a hash of its artist, title, year and lyrics. The columns ``topic`` (the largest of the targets), ``age`` (a
function of the year) and ``len`` (the number of words), and the four audio features that are no targets, never leave
this file.

Paper: L. Moura, E. Fontelles, V. Sampaio, M. França: Music Dataset: Lyrics and Metadata from 1950 to 2019. Mendeley
Data, version 3, 2020, doi 10.17632/3t9vbwxgr5.3.

Licence: CC BY 4.0.

Known faults: many rows carry another song's lyrics. Measured on 1,000 rows: a word of the title stands in the lyrics of 81 %
of them, of 73 % of those from the 1950s (13 % where titles and lyrics are shuffled). Rows with equal lyrics under
different titles are all turned away (``disputed_lyrics``), since at most one is right; of rows with equal lyrics under one
title (covers, reissues) the first stays (``repeated_lyrics``), since their topics are equal as well. Covers whose lyrics
differ by a few words stay (5 pairs in the 1,000 rows): the split knows artists, not covers. Topic shares are a function of
the lyrics, so that predicting them from lyrics says little about music.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.datasets.base import Info, RawTrack, Reject, Remote, Request
from reprise.errors import BadInput, MissingData
from reprise.tables import TARGETS

TABLE = "tcc_ceds_music.csv"
HOMEPAGE = "https://data.mendeley.com/datasets/3t9vbwxgr5/3"
ROWS = 28_372
USED = ("artist_name", "track_name", "release_date", "genre", "lyrics", *TARGETS)
REMOTE = Remote(
    TABLE,
    "https://huggingface.co/datasets/chloeliu/lyrics/resolve/39e8d041a477f1b06fff8c335bc13304fb4b350c/tcc_ceds_music.csv",
    "sha256:046b8e714bb037b5960429a9a4bdfc205530c81e0617ef39a328307c9f9e1173",
)

INFO = Info(
    title="Music Dataset 1950-2019",
    licence="CC BY 4.0",
    source="Mendeley Data 10.17632/3t9vbwxgr5.3, by a copy on the Hugging Face hub (chloeliu/lyrics)",
    homepage=HOMEPAGE,
    n_samples=0,
    roles=("songs",),
    provides=frozenset({"lyrics", "genre", "targets", "year"}),
    missing={
        "language": "the table does not name the language of the lyrics",
        "tags": "the table has one genre for each song and no other tag",
        "factors": "true generative factors exist for rendered music only",
        "affect": "the songs were not judged for arousal and valence",
        "pairs": "the songs were not judged for arousal and valence",
    },
    remotes=(REMOTE,),
    n_tracks=ROWS,
    n_bytes=27_655_251,
)


@dataclass(frozen=True)
class Row:
    """The columns of a row that are used, and where it stands."""

    source: str
    cells: Mapping[str, str]

    @property
    def lyrics(self) -> str:
        """The words, with single spaces."""
        return " ".join(self.cells["lyrics"].split())

    def key(self) -> str:
        """Return what orders rows without telling anything about them."""
        named = "\0".join(
            self.cells[name] for name in ("artist_name", "track_name", "release_date", "lyrics")
        )
        return hashlib.sha256(named.encode()).hexdigest()


def remotes(options: Mapping[str, Any]) -> tuple[Remote, ...]:
    """Return what is fetched: nothing where the option ``path`` names a copy."""
    return () if options.get("path") else (REMOTE,)


def load(request: Request) -> Iterator[RawTrack | Reject]:
    """Iterate over the songs that can be used in the order of a hash, after the rows that cannot."""
    path = request.options.get("path")
    rows = read_rows(_own_copy(path)) if path else read_rows(request.files[TABLE], ROWS)
    rejects = unusable(rows)
    yield from rejects.values()
    usable = sorted((row for row in rows if row.source not in rejects), key=Row.key)
    for row in usable[: int(request.options.get("limit") or len(usable))]:
        cells = row.cells
        yield RawTrack(
            source=row.source,
            audio=None,
            genre=cells["genre"],
            lyrics=row.lyrics,
            artist=cells["artist_name"],
            title=cells["track_name"],
            year=int(cells["release_date"]),
            targets={name: float(cells[name]) for name in TARGETS},
        )


def read_rows(path: Path, expected: int = 0) -> list[Row]:
    """Return the rows of the table, with the columns that are used.

    Parameters
    ----------
    path : Path
        The table.
    expected : int
        How many rows it must have; 0 for any.

    Raises
    ------
    BadInput
        If it has not the columns or the rows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in USED if name not in (reader.fieldnames or ())]
            if missing:
                raise BadInput(
                    f"{path}: has no column {', '.join(missing)}; {TABLE} of {HOMEPAGE} has them all"
                )
            rows = [
                Row(f"row {number}", {name: cells[name] or "" for name in USED})
                for number, cells in enumerate(reader, 1)
            ]
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: is no table of comma-separated values ({error})") from error
    if expected and len(rows) != expected:
        raise BadInput(f"{path}: has {len(rows)} rows, upstream's has {expected}; delete it and run again")
    return rows


def unusable(rows: list[Row]) -> dict[str, Reject]:
    """Return the rows that cannot be used, by source: bad numbers, no lyrics, or lyrics that stand elsewhere as well."""
    rejects = {}
    same: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        problem = _problem(row)
        if problem:
            rejects[row.source] = Reject(row.source, *problem)
        else:
            same[row.lyrics].append(row)
    for group in same.values():
        titles = {plain_title(row.cells["track_name"]) for row in group}
        if len(titles) > 1:
            detail = f"{len(group)} rows with {len(titles)} titles have the same lyrics"
            rejects |= {row.source: Reject(row.source, "disputed_lyrics", detail) for row in group}
        else:
            detail = f"same title and lyrics as {group[0].source}"
            rejects |= {row.source: Reject(row.source, "repeated_lyrics", detail) for row in group[1:]}
    return rejects


def plain_title(title: str) -> str:
    """Return a title without what follows in brackets or after a dash: ``no diggity (remastered)`` is ``no diggity``."""
    return re.sub(r"(?<=\S)\s*([(\[].*| - .*)$", "", title.casefold()).strip()


def _problem(row: Row) -> tuple[str, str] | None:
    if not row.lyrics:
        return "no_lyrics", "the column lyrics is empty"
    for name, kind in (("release_date", int), *((name, float) for name in TARGETS)):
        try:
            kind(row.cells[name])
        except ValueError:
            return "bad_number", f"{name} = '{row.cells[name]}'"
    return None


def _own_copy(path: Any) -> Path:
    own = Path(path)
    if not own.is_file():
        raise MissingData(
            f"songs_1950_2019: datasets.songs_1950_2019.path = '{path}' is no file; put {TABLE} of {HOMEPAGE} there, "
            f"or leave path empty to have it fetched"
        )
    return own
