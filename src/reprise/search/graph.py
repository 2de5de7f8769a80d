"""Approximate nearest neighbours by a hierarchical navigable small world graph, as usearch builds it.

The graph knows each vector by its coordinates along the directions in which the collection extends most, in half precision: a joint
embedding of some hundred numbers varies in far fewer directions, and a graph is slow because of the memory it touches. The candidates it
finds are compared again with all their numbers in single precision, so a similarity is the same number as that of the exact index.
The graph is grown by one thread, row after row, so that the same vectors give the same bytes; its files hold no time stamp.

References
----------
Malkov & Yashunin, Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs,
IEEE TPAMI 42(4), 2020: M (``links``), efConstruction (``build_width``), ef (``search_width``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from usearch.index import Index

from reprise.errors import BadInput
from reprise.search.exact import Hits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

GRAPH, DIRECTIONS = "index.usearch", "index_directions.npy"
SAMPLE = 20_000
"""Vectors that the directions are found from, at most about so many."""
STEP = 10_000
"""Rows that are handed over at a time: bounds the copy of a memory map."""


@dataclass(frozen=True)
class GraphSettings:
    """Size of the graph and effort of a search.

    Attributes
    ----------
    links
        Links of a vector on each layer; twice as many on the lowest.
    build_width, search_width
        Candidates that are kept while a vector is put in its place, and while one is looked for.
    directions
        Coordinates by which the graph knows a vector, at most.
    candidates
        Of the graph's candidates, so many times as many as are asked for are compared again.
    """

    links: int = 16
    build_width: int = 128
    search_width: int = 96
    directions: int = 64
    candidates: int = 4


class GraphIndex:
    """HNSW graph over unit vectors.

    Parameters
    ----------
    index
        The graph, as `build` or `restore` make it.
    directions
        Shape (d, at most d): what takes a vector to its coordinates.
    vectors
        Shape (n, d), rows of length 1: the vectors in full precision.
    settings
        Size and effort.
    """

    def __init__(self, index: Index, directions: Vectors, vectors: Vectors, settings: GraphSettings) -> None:
        self._index = index
        self._directions = directions
        self._vectors = vectors
        self._settings = settings

    @classmethod
    def build(cls, vectors: Vectors, settings: GraphSettings | None = None) -> GraphIndex:
        """Grow the graph, row after row.

        Parameters
        ----------
        vectors
            Shape (n, d), rows of length 1; a memory map will do.
        settings
            Size and effort.
        """
        settings = settings or GraphSettings()
        directions = _directions(vectors, settings.directions)
        index = _empty(directions.shape[1], settings)
        for start in range(0, len(vectors), STEP):
            part = np.ascontiguousarray(vectors[start : start + STEP] @ directions)
            index.add(np.arange(start, start + len(part)), part, threads=1)
        return cls(index, directions, vectors, settings)

    @classmethod
    def restore(cls, folder: Path, vectors: Vectors, settings: GraphSettings | None = None) -> GraphIndex:
        """Map the graph that `save` wrote into a folder, without reading all of it.

        Raises
        ------
        BadInput
            If it is no graph of these vectors.
        """
        settings, path = settings or GraphSettings(), folder / GRAPH
        try:
            directions = np.load(folder / DIRECTIONS, allow_pickle=False)
            index = _empty(directions.shape[-1], settings)
            index.view(str(path))
        except (OSError, RuntimeError, ValueError) as error:
            raise BadInput(
                f"{path}: is no similarity index ({error}); delete it, or run the stage again"
            ) from error
        if len(index) != len(vectors) or len(directions) != vectors.shape[1]:
            raise BadInput(
                f"{path}: holds {len(index)} vectors of {len(directions)} numbers, the embedding beside it "
                f"{len(vectors)} of {vectors.shape[1]}; delete it, or run the stage again"
            )
        return cls(index, directions, vectors, settings)

    def save(self, folder: Path) -> None:
        """Write the graph into a folder; the same vectors and settings give the same bytes."""
        (folder / GRAPH).write_bytes(self._index.save() or b"")
        with (folder / DIRECTIONS).open("wb") as file:
            np.save(file, self._directions, allow_pickle=False)

    def __len__(self) -> int:
        return len(self._index)

    def search(self, query: Vectors, k: int) -> Hits:
        """Return k rows among those most similar to a query; see `ExactIndex.search`."""
        most = min(k * self._settings.candidates, len(self))
        found = self._index.search(query @ self._directions, most, threads=1)
        rows = np.asarray(found.keys, dtype=np.int64)
        cosines = self._vectors[rows] @ query
        order = np.lexsort((rows, -cosines))[:k]
        return Hits(rows[order], cosines[order])


def _directions(vectors: Vectors, most: int) -> Vectors:
    """Return the eigenvectors of the second moments of (a sample of) the vectors, largest first: shape (d, min(d, most)).

    Inner products are kept as well as so many coordinates can keep them (Eckart & Young 1936).
    """
    sample = np.asarray(vectors[:: max(1, len(vectors) // SAMPLE)], dtype=np.float64)
    _, columns = np.linalg.eigh(sample.T @ sample)
    return np.ascontiguousarray(columns[:, ::-1][:, :most], dtype=np.float32)


def _empty(dimensions: int, settings: GraphSettings) -> Index:
    return Index(
        ndim=dimensions,
        metric="ip",
        dtype="f16",
        connectivity=settings.links,
        expansion_add=settings.build_width,
        expansion_search=settings.search_width,
        enable_key_lookups=False,
    )
