"""An array file that is filled row by row, when it is not known before how many rows there will be."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from reprise.tables import create_array

ROWS_AT_ONCE = 64


class RowFile:
    """A ``.npy`` file of at most ``shape[0]`` rows, written in constant memory.

    Rows go to a partial file beside it, which takes the final name when the block is left without an error; so a
    file of that name is complete.

    Parameters
    ----------
    path : Path
        The final file.
    shape : tuple of int
        Largest number of rows, then the shape of one.
    dtype : dtype
        Type of the elements; rows are converted to it.
    """

    def __init__(self, path: Path, shape: tuple[int, ...], dtype: npt.DTypeLike) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.stem}.partial{path.suffix}")
        self._rows = create_array(self._partial, shape, dtype)
        self._used = 0

    def append(self, row: npt.NDArray[np.generic]) -> None:
        """Write the next row."""
        self._rows[self._used] = row
        self._used += 1

    def __enter__(self) -> RowFile:
        """Return the open file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the file its name, cut to the rows that were written; drop it after an error."""
        if kind is not None:
            self._partial.unlink()
            return
        if self._used == len(self._rows):
            if isinstance(self._rows, np.memmap):
                self._rows.flush()
            self._partial.rename(self._path)
            return
        shape = (self._used, *self._rows.shape[1:])
        final = create_array(self._path, shape, self._rows.dtype)
        for start in range(0, self._used, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, self._used)
            final[start:stop] = self._rows[start:stop]
        if isinstance(final, np.memmap):
            final.flush()
        self._partial.unlink()
