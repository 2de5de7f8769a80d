"""Loops compiled by numba, once per machine, and the layout they share.

`LANES` consecutive frames lie side by side in the last axis of every block (``block[bin, frame]``), and the innermost loop
of every kernel runs over them. The processor then works on eight or sixteen frames with one instruction, no order of
additions has to be given up for speed, and a frame's result depends on nothing but its own samples. Short loops are written
out where numpy would assign a slice: numba makes a call of that, which takes longer than the copying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba

from reprise.audio.kept import kept_folder

Function = TypeVar("Function", bound=Callable[..., Any])

LANES = 32  # frames of a block: their spectra and what the transform needs fit into the second-level cache
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}


def kernel(function: Function) -> Function:
    """Compile a function at its first call and keep the machine code on disk.

    The code is kept in ``NUMBA_CACHE_DIR``, in the folder that outlives a stage, or beside the source, whichever is the
    first to be known, under a hash of this file: numba notices a change of the function's own file, but not of the
    options here. For the same reason a kernel may call kernels of its own file only.
    """
    config: Any = numba.config
    before = config.CACHE_DIR
    config.CACHE_DIR = str(_folder(before))
    try:
        compiled: Function = numba.njit(cache=True, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = before  # other users of numba keep theirs
    return compiled


def inlined(function: Function) -> Function:
    """Make a function part of each kernel of the same file that calls it, so that their loops can run on vectors."""
    compiled: Function = numba.njit(forceinline=True, **OPTIONS)(function)
    return compiled


def _folder(chosen: str) -> Path:
    """Return the folder for machine code made with the present options."""
    source = Path(__file__)
    kept = kept_folder()
    base = Path(chosen) if chosen else kept / "numba" if kept else source.parent / "__pycache__"
    return base / f"numba-{hashlib.sha256(source.read_bytes()).hexdigest()[:8]}"
