"""Features that were computed before: one file for each track, named by what went into it.

An interrupted run finds what it had done, a collection that grew computes its new tracks only, and a parameter that does
not enter the numbers (workers, chunks, backend) computes nothing. A name is a hash of the audio file, the settings, the
code, the libraries and the processor, so nothing that is found can be out of date; each file begins with a hash of the
rest, so a damaged one is recomputed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save

DIGEST = 32  # bytes


class TrackStore:
    """The features of tracks under one recipe.

    Parameters
    ----------
    folder : Path or None
        Where the files are; ``None`` keeps nothing.
    recipe : str
        What the features depend on besides the audio.
    """

    def __init__(self, folder: Path | None, recipe: str) -> None:
        self._folder = folder
        self._recipe = recipe.encode()

    def load(self, audio: bytes) -> dict[str, npt.NDArray[Any]] | None:
        """Return what `save` was given for the same file; ``None`` if there is nothing, or nothing whole."""
        if self._folder is None:
            return None
        path = self._path(audio)
        try:
            data = path.read_bytes()
            os.utime(path)  # used now: the last to be dropped
        except OSError:
            return None
        if hashlib.sha256(data[DIGEST:]).digest() != data[:DIGEST]:
            return None
        arrays: dict[str, npt.NDArray[Any]] = load(data[DIGEST:])
        return arrays

    def save(self, audio: bytes, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        """Keep the features of a file; a full or missing disk is no reason to fail, for they can be computed again."""
        if self._folder is None:
            return
        payload = save({name: np.ascontiguousarray(array) for name, array in arrays.items()})
        path = self._path(audio)
        new = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with new.open("wb") as file:
                file.write(hashlib.sha256(payload).digest())
                file.write(payload)
            os.replace(new, path)
        except OSError:
            return

    def _path(self, audio: bytes) -> Path:
        assert self._folder is not None
        name = hashlib.sha256(hashlib.sha256(audio).digest() + self._recipe).hexdigest()
        return self._folder / name[:2] / name[2:32]


def trim(folder: Path | None, limit: float) -> None:
    """Drop the files that were not used for longest until at most ``limit`` bytes are left."""
    if folder is None or not folder.is_dir():
        return
    files = [(path.stat(), path) for path in folder.glob("*/*")]
    left = sum(state.st_size for state, _ in files)
    for state, path in sorted(files, key=lambda one: one[0].st_mtime_ns):
        if left <= limit:
            return
        path.unlink(missing_ok=True)
        left -= state.st_size
