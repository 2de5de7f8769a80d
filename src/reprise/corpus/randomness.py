"""Independent random streams, named by what they are for.

Every choice of the corpus is drawn from a stream of its own (``stream(seed, "rock", 3, "drums")``), so that adding a
choice in one place moves nothing elsewhere, and no global generator is ever used.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *path: int | str) -> np.random.Generator:
    """Return the generator that belongs to ``path`` under ``seed``.

    Parameters
    ----------
    seed : int
        Non-negative seed of the corpus.
    *path : int or str
        Names and non-negative numbers that identify the purpose, e.g. ``"jazz", 7, "bass"``.

    Returns
    -------
    numpy.random.Generator
        The same stream in every process and on every platform.
    """
    return np.random.default_rng(np.random.SeedSequence([seed, *(_word(step) for step in path)]))


def derive_seed(seed: int, *path: int | str) -> int:
    """Return a 32-bit seed that belongs to ``path`` under ``seed``."""
    return int(np.random.SeedSequence([seed, *(_word(step) for step in path)]).generate_state(1)[0])


def _word(step: int | str) -> int:
    """Return a non-negative integer for a step: numbers stand for themselves, names for their checksum."""
    return step if isinstance(step, int) else zlib.crc32(step.encode())
