"""From a specification to samples, one track or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed

from reprise.corpus.composition import compose
from reprise.corpus.factors import TrackSpec
from reprise.corpus.mastering import master
from reprise.corpus.mixing import mix
from reprise.errors import BadParameter
from reprise.workers import ending_with_this_process

TRACKS_PER_WORKER = 12
"""Tracks that each worker renders between two deliveries: bounds what waits in memory."""

A = TypeVar("A")
B = TypeVar("B")


def render(spec: TrackSpec) -> npt.NDArray[np.int16]:
    """Compose, perform, mix and master a track.

    Parameters
    ----------
    spec : TrackSpec
        From `factors.draw_spec` or `factors.draw_probe_spec`.

    Returns
    -------
    ndarray of int16, shape (661794,)
        Mono, 22,050 Hz; the same bytes whenever the same specification is rendered with the same libraries.
    """
    return master(spec, mix(spec, compose(spec)))


def map_in_order(function: Callable[[A], B], items: Sequence[A], workers: int) -> Iterator[B]:
    """Apply a function that renders to all items in some processes; results come in order, a bounded number ahead.

    Raises
    ------
    BadParameter
        If ``workers`` is below 1.
    """
    if workers < 1:
        raise BadParameter(f"workers is {workers}: rule: at least 1")
    return _map_in_order(function, items, workers)


def _map_in_order(function: Callable[[A], B], items: Sequence[A], workers: int) -> Iterator[B]:
    """Yield what `map_in_order` promises, once its arguments are checked."""
    if workers == 1:
        yield from map(function, items)
        return
    at_once = workers * TRACKS_PER_WORKER
    with Parallel(n_jobs=workers, backend="loky", **ending_with_this_process()) as pool:
        for first in range(0, len(items), at_once):
            yield from pool(delayed(function)(item) for item in items[first : first + at_once])
