"""An array file that is filled row by row, when it is not known before how many rows there will be."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt


class RowFile:
    """A ``.npy`` file of at most ``shape[0]`` rows, written in constant memory.

    Rows go to a partial file beside it, which takes the final name when the block is left without an error; so a
    file of that name is complete. They are written, not mapped: mapped pages would count as memory of the process.

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
        self._most, self._row, self._dtype = shape[0], shape[1:], np.dtype(dtype)
        self._used = 0
        self._partial = path.with_name(f".{path.stem}.partial{path.suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._partial.open("wb")
        self._data_starts = _write_header(self._file, shape, self._dtype)

    def append(self, row: npt.NDArray[np.generic]) -> None:
        """Write the next row."""
        if row.shape != self._row or self._used == self._most:
            raise ValueError(f"row {self._used} of {row.shape} in a file of {self._most} rows of {self._row}")
        self._file.write(np.ascontiguousarray(row, self._dtype).data)
        self._used += 1

    def __enter__(self) -> RowFile:
        """Return the open file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say how many rows there are and give the file its name; drop it after an error."""
        with self._file:
            if kind is None:
                self._file.seek(0)
                length = _write_header(self._file, (self._used, *self._row), self._dtype)
                assert length == self._data_starts, "numpy leaves room for the number of rows in its header"
        if kind is None:
            self._partial.rename(self._path)
        else:
            self._partial.unlink()


def _write_header(file: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> int:
    """Write the header of an array in C order and return where its data starts."""
    description = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, description)
    return file.tell()
