"""One run, ready to answer: the catalogue with what is derived from it, and the watch that reads a changed run anew."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from reprise.errors import RepriseError
from reprise.web.catalogue import Catalogue
from reprise.web.filters import TrackFilter, mask_of, order_by
from reprise.web.load import load_catalogue
from reprise.web.near import Near, Space
from reprise.web.run_files import RunFiles
from reprise.web.text_search import TextSearch

V = TypeVar("V")
KEPT = 24
CHECK_EVERY = 1.0
"""Seconds between two looks at whether the run has changed."""


class Kept(Generic[V]):
    """The last results of something that is asked often, the oldest dropped first.

    Parameters
    ----------
    size
        How many are kept.
    """

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._found: OrderedDict[Hashable, V] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return what is kept under a key, made if need be."""
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        value = self._found[key] = make()
        if len(self._found) > self._size:
            self._found.popitem(last=False)
        return value


@dataclass
class Run:
    """A run as it was read.

    Attributes
    ----------
    files, catalogue
        Where it is, and its tracks.
    signature
        State of its files when it was read; names this run in ETags and to the page.
    """

    files: RunFiles
    catalogue: Catalogue
    signature: str
    _selections: Kept[NDArray[np.int32]] = field(default_factory=Kept)
    _orders: Kept[NDArray[np.int32]] = field(default_factory=Kept)
    _results: Kept[Any] = field(default_factory=Kept)

    @cached_property
    def space(self) -> Space | None:
        """The latent space, ``None`` where the selected model has none."""
        return None if self.catalogue.latents is None else Space(self.catalogue.latents)

    @cached_property
    def text(self) -> TextSearch:
        """The text of all tracks; made at the first search."""
        return TextSearch(self.catalogue)

    def mask(self, asked: TrackFilter) -> NDArray[np.bool_]:
        """Return which tracks fulfil all conditions, words included."""
        mask = mask_of(self.catalogue, asked)
        if asked.q:
            found = np.zeros(len(mask), np.bool_)
            found[self.text.search(asked.q)] = True
            mask &= found
        return mask

    def select(self, asked: TrackFilter, sort: str | None) -> NDArray[np.int32]:
        """Return the rows that fulfil the conditions, in order."""
        return self._selections.get((asked.key(), sort), lambda: self._select(asked, sort))

    def _select(self, asked: TrackFilter, sort: str | None) -> NDArray[np.int32]:
        if asked.q and sort is None:
            rows = self.text.search(asked.q)
            return np.asarray(rows[mask_of(self.catalogue, asked)[rows]], dtype=np.int32)
        order = self._orders.get(sort, lambda: order_by(self.catalogue, sort or "track_id").astype(np.int32))
        kept = self.mask(asked).take(order)  # take and compress need half the time of brackets
        return np.asarray(order.compress(kept), dtype=np.int32)

    def result(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return something derived from the run, made once."""
        value: V = self._results.get(key, make)
        return value

    def neighbours(self, row: int, k: int, allowed: NDArray[np.bool_] | None = None) -> Near | None:
        """Return the nearest other tracks of a track: as the lookup table lists them as far as it does, else found anew.

        Returns
        -------
        Near or None
            ``None`` where the track has neither a listed neighbour nor a latent.
        """
        listed, near = int(self.catalogue.listed[row]), self.catalogue.neighbours
        if allowed is None and listed >= 0 and k <= near.rows.shape[1]:
            rows = near.rows[listed, :k]
            if len(rows) and (rows >= 0).all():
                return Near(rows.astype(np.int64), near.distances[listed, :k].astype(np.float64))
        point = self.space.point(row) if self.space else None
        if self.space is None or point is None:
            return self._listed(listed, k, allowed)
        return self.space.nearest(point, k, allowed, besides=row)

    def _listed(self, listed: int, k: int, allowed: NDArray[np.bool_] | None) -> Near | None:
        """Return the listed neighbours that are in the catalogue: all that is known without latents."""
        if listed < 0:
            return None
        rows, far = self.catalogue.neighbours.rows[listed], self.catalogue.neighbours.distances[listed]
        kept = (rows >= 0) if allowed is None else (rows >= 0) & allowed[rows]
        return Near(rows[kept][:k].astype(np.int64), far[kept][:k].astype(np.float64))


class LiveRun:
    """The run of a folder; when its files change, it is read anew in the background, and the old one answers until then.

    Parameters
    ----------
    files
        Where the run is.
    libraries
        Named sets of track ids.

    Raises
    ------
    RepriseError
        If there is no readable run.
    """

    def __init__(self, files: RunFiles, libraries: dict[str, frozenset[str]] | None = None) -> None:
        self.files, self.libraries = files, libraries or {}
        self.trouble = ""
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        signature = files.signature()
        self.run = Run(files, load_catalogue(files, self.libraries), signature)

    def due(self) -> bool:
        """Return whether it is time to look for changes."""
        return time.monotonic() - self._looked >= CHECK_EVERY

    def postpone(self) -> None:
        """Note that somebody is about to look."""
        self._looked = time.monotonic()

    def refresh(self) -> Run:
        """Return the run, read anew if its files have changed. A run that cannot be read (being computed) leaves the old one in place."""
        with self._lock:
            self._looked = time.monotonic()
            signature = self.files.signature()
            if signature != self.run.signature:
                try:
                    self.run = Run(self.files, load_catalogue(self.files, self.libraries), signature)
                    self.trouble = ""
                except (RepriseError, OSError, ValueError, KeyError) as error:
                    self.trouble = (
                        str(error) if isinstance(error, RepriseError) else "the run is being changed"
                    )
            else:
                self.trouble = ""
            return self.run
