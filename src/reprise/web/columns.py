"""Columns of the catalogue: categories as codes, numbers with NaN for what is missing, rows aligned by track."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]
Rows = NDArray[np.int64]

DIGITS = 6
"""Decimals that are shown; artefacts hold six significant digits."""


@dataclass(frozen=True)
class Category:
    """A text column with few distinct values.

    Attributes
    ----------
    codes
        Index into `names` of each track, -1 where there is no value; shape (n,).
    names
        The distinct values.
    """

    codes: Codes
    names: list[str]

    def of(self, rows: NDArray[np.integer[Any]]) -> list[str | None]:
        """Return the values of some tracks."""
        names = self.names
        return [names[code] if code >= 0 else None for code in self.codes[rows].tolist()]

    def having(self, wanted: list[str]) -> NDArray[np.bool_]:
        """Return which tracks have one of the values, in any case of letters."""
        asked = {value.casefold() for value in wanted}
        found = [index for index, name in enumerate(self.names) if name.casefold() in asked]
        if len(found) == 1:
            return np.asarray(self.codes == found[0])
        return np.asarray(np.isin(self.codes, found))

    def counts(self) -> dict[str, int]:
        """Return the number of tracks by value."""
        found = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        return {name: int(count) for name, count in zip(self.names, found, strict=True)}


@dataclass(frozen=True)
class Lists:
    """A column of several texts a track, without a Python object for each.

    Attributes
    ----------
    starts
        Where the codes of each track start, and their number; shape (n + 1,).
    codes
        Index into `names` of each text.
    names
        The distinct texts.
    """

    starts: NDArray[np.int64]
    codes: Codes
    names: list[str]

    def of(self, row: int) -> list[str]:
        """Return the texts of a track."""
        return [self.names[code] for code in self.codes[self.starts[row] : self.starts[row + 1]].tolist()]


def lists(values: Any, rows: Rows, size: int) -> Lists:
    """Gather texts by track, in the order of the table; arguments as of `category`."""
    import pyarrow

    encoded = values.cast(pyarrow.string()).dictionary_encode()
    indices = plain(encoded.indices, "int64", -1)
    order = np.argsort(rows, kind="stable")
    order = order[(rows[order] >= 0) & (indices[order] >= 0)]
    starts = np.searchsorted(rows[order], np.arange(size + 1))
    return Lists(starts, indices[order].astype(np.int32), encoded.dictionary.to_pylist())


def empty_category(size: int) -> Category:
    """Return a category without any value."""
    return Category(np.full(size, -1, np.int32), [])


def plain(array: Any, kind: str, missing: float) -> NDArray[Any]:
    """Return a pyarrow array of numbers as a numpy array, read from its buffers: ``to_numpy`` imports pandas, which takes a second and 70 MB.

    Parameters
    ----------
    array
        Numbers, null where there is none.
    kind
        Name of the type, to pyarrow and to numpy: int64 or float64.
    missing
        What stands for null.
    """
    import pyarrow

    given = array.cast(getattr(pyarrow, kind)())
    size, start, dtype = len(given), given.offset, np.dtype(kind)
    validity, content = given.buffers()
    if not size:
        return np.empty(0, dtype)
    values = np.frombuffer(content, dtype, count=size, offset=start * dtype.itemsize)
    if not given.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")[start : start + size]
    return np.where(bits.astype(np.bool_), values, np.asarray(missing, dtype))


def category(values: Any, rows: Rows, size: int, names: list[str] | None = None) -> Category:
    """Spread a text column over all tracks.

    Parameters
    ----------
    values
        pyarrow array of text (or integers); null and "" count as no value.
    rows
        Track of each value, -1 for one that is not in the catalogue.
    size
        Number of tracks.
    names
        Order of the distinct values; sorted by name where it is not given.
    """
    import pyarrow

    encoded = values.cast(pyarrow.string()).dictionary_encode()
    given = [value or "" for value in encoded.dictionary.to_pylist()]
    order = names if names is not None else sorted({value for value in given if value}, key=str.casefold)
    order = [*order, *sorted({value for value in given if value} - set(order))]
    index = {name: code for code, name in enumerate(order)}
    translate = np.array([*(index.get(value, -1) for value in given), -1], dtype=np.int32)
    indices = plain(encoded.indices, "int64", len(given))
    codes = np.full(size, -1, np.int32)
    known = rows >= 0
    codes[rows[known]] = translate[indices[known]]
    return Category(codes, order)


def numbers(values: Any, rows: Rows, size: int) -> Numbers:
    """Spread a column of numbers over all tracks, NaN where there is none."""
    given = plain(values, "float64", np.nan)
    spread = np.full(size, np.nan)
    known = rows >= 0
    spread[rows[known]] = given[known]
    return spread


def texts(values: Any, rows: Rows, size: int) -> list[str]:
    """Spread a text column over all tracks, "" where there is none."""
    spread = [""] * size
    for row, value in zip(rows.tolist(), values.to_pylist(), strict=True):
        if row >= 0 and value:
            spread[row] = str(value)
    return spread


def keys(asked: Any) -> NDArray[np.bytes_]:
    """Return a pyarrow array of ids as fixed-width bytes: read from its buffer where all are of one length, as the pipeline's are."""
    import pyarrow

    text = asked.cast(pyarrow.large_string())
    _, offsets, content = text.buffers()
    if len(text) and not text.null_count:
        starts = np.frombuffer(offsets, np.int64, count=len(text) + 1, offset=text.offset * 8)
        widths = np.diff(starts)
        if widths[0] and (widths == widths[0]).all():
            return np.frombuffer(content, f"S{widths[0]}", count=len(text), offset=int(starts[0]))
    return np.asarray(asked.to_pylist(), dtype=np.bytes_)


def positions(ids: NDArray[np.bytes_], asked: Any) -> Rows:
    """Return the row of each asked id among ascending ids, -1 for an unknown one.

    Parameters
    ----------
    ids
        Ascending, shape (n,).
    asked
        pyarrow array of text.
    """
    if not len(ids) or not len(asked):
        return np.full(len(asked), -1, np.int64)
    given = keys(asked)
    if len(given) == len(ids) and (given == ids).all():  # most tables list all tracks in order
        return np.arange(len(ids))
    found = np.searchsorted(ids, given).astype(np.int64)
    found[found == len(ids)] = 0
    return np.asarray(np.where(ids[found] == given, found, -1), dtype=np.int64)


def shown_all(values: NDArray[np.floating[Any]]) -> list[float | None]:
    """Return numbers as `shown` does."""
    rounded = np.round(values.astype(np.float64), DIGITS).tolist()
    return [None if value != value else value for value in rounded]


def shown(value: float) -> float | None:
    """Return a number as the API gives it: rounded, and null where it is missing."""
    return None if value != value else round(float(value), DIGITS)  # NaN differs from itself
