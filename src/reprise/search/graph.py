"""Approximate nearest neighbours by a hierarchical navigable small world graph, as usearch builds it.

Vectors are kept in half precision. The graph is grown by one thread, row after row, so that the same vectors give the same
bytes; its file holds no time stamp. The candidates that the graph finds are compared again in full precision where the
vectors are at hand, so a similarity is the same number as that of the exact index.

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
    """

    links: int = 16
    build_width: int = 128
    search_width: int = 96


class GraphIndex:
    """HNSW graph over unit vectors.

    Parameters
    ----------
    index
        The graph, as `build` or `restore` make it.
    vectors
        Shape (n, d), rows of length 1: the vectors in full precision.
    """

    def __init__(self, index: Index, vectors: Vectors) -> None:
        self._index = index
        self._vectors = vectors

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
        index = _empty(vectors.shape[1], settings or GraphSettings())
        for start in range(0, len(vectors), STEP):
            part = np.ascontiguousarray(vectors[start : start + STEP])
            index.add(np.arange(start, start + len(part)), part, threads=1)
        return cls(index, vectors)

    @classmethod
    def restore(cls, path: Path, vectors: Vectors, settings: GraphSettings | None = None) -> GraphIndex:
        """Map the graph that `save` wrote, without reading all of it.

        Raises
        ------
        BadInput
            If it is no graph of these vectors.
        """
        index = _empty(vectors.shape[1], settings or GraphSettings())
        try:
            index.view(str(path))
        except (RuntimeError, ValueError) as error:
            raise BadInput(
                f"{path}: is no similarity index ({error}); delete it, or run the stage again"
            ) from error
        if len(index) != len(vectors) or index.ndim != vectors.shape[1]:
            raise BadInput(
                f"{path}: holds {len(index)} vectors of {index.ndim} numbers, the embedding beside it "
                f"{len(vectors)} of {vectors.shape[1]}; delete it, or run the stage again"
            )
        return cls(index, vectors)

    def save(self, path: Path) -> None:
        """Write the graph; the same vectors and settings give the same bytes."""
        path.write_bytes(self._index.save() or b"")

    def __len__(self) -> int:
        return len(self._index)

    def search(self, query: Vectors, k: int) -> Hits:
        """Return k rows among those most similar to a query; see `ExactIndex.search`."""
        found = self._index.search(query, min(k, len(self)), threads=1)
        rows = np.asarray(found.keys, dtype=np.int64)
        cosines = self._vectors[rows] @ query
        order = np.lexsort((rows, -cosines))
        return Hits(rows[order], cosines[order])


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
