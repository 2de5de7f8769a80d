"""The table that a person may put beside their music: one row for each track, a column for whatever is known.

=============  =====================================================================================================
column         content
=============  =====================================================================================================
``file``       name of the audio file relative to the folder, with ``/`` (the one column that must be there)
``artist``     any text; tracks of one artist stay on one side of the split
``title``      any text
``year``       of release, four digits
``genre``      any text
``language``   any text, such as ``en``
``tags``       any number, separated by ``;``
``lyrics``     text, in quotes where it has several lines
``split``      ``train``, ``validation`` or ``test``
``arousal``    number from 0 to 1; together with ``valence``
``valence``    number from 0 to 1
=============  =====================================================================================================

and the 18 regression targets by their names (``dating``, ``violence`` …), all of them or none. Columns may stand in any order; an empty
cell is unknown. ``.csv`` is separated by commas (or semicolons, as some spreadsheets write it), ``.tsv`` by tabs; UTF-8. A mistake is an
error that names the line.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.datasets.fields import SPLITS
from reprise.errors import BadInput, MissingData
from reprise.tables import TARGETS

TEXTS = ("artist", "title", "genre", "language", "lyrics")
COLUMNS = ("file", *TEXTS, "year", "tags", "split", "arousal", "valence", *TARGETS)
TABS = (".tsv", ".tab")
LONGEST_CELL = 1 << 24  # characters

Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """What the table says, checked.

    Attributes
    ----------
    columns : tuple of str
        Its columns, of `COLUMNS`.
    fields : dict of str to dict
        By file, the fields of `reprise.datasets.base.RawTrack` that are known.
    """

    columns: tuple[str, ...]
    fields: dict[str, dict[str, Any]]


def read_table(path: Path, files: Iterable[str]) -> Table:
    """Read and check the table.

    Parameters
    ----------
    path : Path
        A ``.csv`` or ``.tsv`` file.
    files : iterable of str
        Names of the audio files that are there.

    Raises
    ------
    MissingData
        If it cannot be read.
    BadInput
        Naming file, line, value and rule, for the first mistake.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise MissingData(f"{path}: the table cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise BadInput(f"{path}, line {line}: is no UTF-8; save the table as UTF-8") from None
    rows = _rows(path, text)
    columns = _columns(path, *next(rows, (1, [])))
    names = _Names(files)
    fields: dict[str, dict[str, Any]] = {}
    line_of: dict[str, int] = {}
    for line, cells in rows:
        where = f"{path}, line {line}"
        if len(cells) != len(columns):
            raise BadInput(f"{where}: has {len(cells)} cells where the header has {len(columns)}")
        row = {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}
        file = names.find(row.pop("file", ""), where)
        if file in fields:
            raise BadInput(f"{where}: '{file}' stands in line {line_of[file]} already")
        fields[file], line_of[file] = _fields(row, where), line
    return Table(columns, fields)


class _Names:
    """The names of the files, found whatever way their accents are composed (macOS takes them apart)."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = list(files)
        self._exact = set(self._files)
        self._composed = {unicodedata.normalize("NFC", name): name for name in self._files}

    def find(self, name: str, where: str) -> str:
        """Return the file that a row means."""
        if not name:
            raise BadInput(f"{where}: the column 'file' is empty")
        name = name.removeprefix("./")
        found = name if name in self._exact else self._composed.get(unicodedata.normalize("NFC", name))
        if found is None:
            raise BadInput(
                f"{where}: there is no audio file '{name}' in the folder{_nearest(name, self._files)}"
            )
        return found


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the rows that are not blank, each with the line in which it begins."""
    head = text.split("\n", 1)[0]
    separator = "\t" if path.suffix.lower() in TABS else ";" if ";" in head and "," not in head else ","
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"{path}, line {line}: {error}") from None


def _columns(path: Path, line: int, cells: list[str]) -> tuple[str, ...]:
    columns = tuple(cell.strip().lower() for cell in cells)
    where = f"{path}, line {line}"
    for number, column in enumerate(columns):
        if column not in COLUMNS:
            nearest = _nearest(column, COLUMNS)
            raise BadInput(
                f"{where}: unknown column '{column}'{nearest}; known: {', '.join(COLUMNS[:11])}, and the 18 targets"
            )
        if column in columns[:number]:
            raise BadInput(f"{where}: the column '{column}' stands twice")
    if "file" not in columns:
        raise BadInput(f"{where}: the column 'file' is missing")
    for group in (("arousal", "valence"), TARGETS):
        missing = [column for column in group if column not in columns]
        if 0 < len(missing) < len(group):
            raise BadInput(
                f"{where}: {', '.join(missing)} must be there as well, or none of {', '.join(group)}"
            )
    return columns


def _fields(row: Row, where: str) -> dict[str, Any]:
    """Return the fields of a track that a row states."""
    fields: dict[str, Any] = {name: row[name] for name in TEXTS if name in row}
    if "year" in row:
        fields["year"] = _parsed(row, "year", _year, "a year of four digits", where)
    if "tags" in row:
        fields["tags"] = tuple(sorted({tag.strip() for tag in row["tags"].split(";")} - {""}))
    if "split" in row:
        if row["split"] not in SPLITS:
            raise BadInput(f"{where}: split = '{row['split']}' must be one of {', '.join(SPLITS)}")
        fields["official_split"] = row["split"]
    affect = _numbers(row, ("arousal", "valence"), _share, "a number from 0 to 1", where)
    targets = _numbers(row, TARGETS, _finite, "a number", where)
    return (
        fields
        | ({"affect": tuple(affect.values())} if affect else {})
        | ({"targets": targets} if targets else {})
    )


def _numbers(
    row: Row, names: tuple[str, ...], parse: Callable[[str], float], rule: str, where: str
) -> dict[str, float]:
    """Return the numbers of a group of columns, which are all there or none."""
    missing = [name for name in names if name not in row]
    if len(missing) == len(names):
        return {}
    if missing:
        raise BadInput(f"{where}: {', '.join(missing)} must be given as well, or none of {', '.join(names)}")
    return {name: _parsed(row, name, parse, rule, where) for name in names}


def _parsed(row: Mapping[str, str], name: str, parse: Callable[[str], Any], rule: str, where: str) -> Any:
    try:
        return parse(row[name])
    except ValueError:
        raise BadInput(f"{where}: {name} = '{row[name]}' must be {rule}") from None


def _year(text: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", text):
        raise ValueError(text)
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError(text)
    return value


def _nearest(name: str, valid: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
