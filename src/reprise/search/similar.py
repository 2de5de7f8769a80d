"""Tracks that are similar to a track, or to a vector of the same embedding. Imports neither torch nor librosa, so a server may use it.

    from reprise.search.similar import open_similar

    tracks = open_similar(Path("data/regressor"))     # once; any folder with embeddings.npy or latents.npy and tracks.parquet
    tracks.to_track("09ab…", k=10)                    # [Similar(track_id="…", similarity=0.93), …], without the track itself
    tracks.to_vector(vector, k=10)                    # vector of the same embedding, shape (d,)

Up to `EXACT_BELOW` tracks every vector is looked at. Beyond, a graph is used: the one that the stage left beside the
embedding, or one that is built when the folder is opened. Both objects may be shared by threads that only search.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from reprise.errors import BadInput, MissingData
from reprise.search.exact import ExactIndex, Hits, unit
from reprise.tables import read_array, read_json, read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

EXACT_BELOW = 50_000
"""Fewer tracks than this are searched exactly."""
ARRAYS = ("embeddings.npy", "latents.npy")
TRACKS, GRAPH, CONFIG = "tracks.parquet", "index.usearch", "config.json"


class Searchable(Protocol):
    """An index over unit vectors."""

    def search(self, query: Vectors, k: int) -> Hits:
        """Return the k rows most similar to a query of length 1."""


@dataclass(frozen=True)
class Similar:
    """A track and how similar it is: the cosine of the two embeddings, in [-1, 1]."""

    track_id: str
    similarity: float


class SimilarTracks:
    """Tracks with one vector each, and an index over them.

    Parameters
    ----------
    track_ids
        Shape (n,).
    vectors
        Shape (n, d), of any length.
    index
        Over the rows of ``unit(vectors)``; made here where none is given.

    Raises
    ------
    BadInput
        If ids and vectors differ in number, or a number is not finite.
    """

    def __init__(
        self, track_ids: NDArray[np.str_], vectors: Vectors, index: Searchable | None = None
    ) -> None:
        if len(track_ids) != len(vectors):
            raise BadInput(
                f"similarity search: {len(vectors)} vectors for {len(track_ids)} ids; run the stage again"
            )
        self._ids = track_ids
        self._row = {track: row for row, track in enumerate(track_ids.tolist())}
        self._unit = unit(vectors)
        self._index = index or make_index(self._unit)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, track_id: str) -> bool:
        return track_id in self._row

    @property
    def exact(self) -> bool:
        """Whether every vector is looked at."""
        return isinstance(self._index, ExactIndex)

    @property
    def dimensions(self) -> int:
        """Numbers of a vector."""
        return int(self._unit.shape[1])

    def to_track(self, track_id: str, k: int = 10) -> list[Similar]:
        """Return the k tracks most similar to one of the collection, without itself.

        Raises
        ------
        MissingData
            If the collection does not hold the track.
        """
        if track_id not in self._row:
            raise MissingData(
                f"similarity search: there is no track '{track_id}' among the {len(self)} embedded ones"
            )
        row = self._row[track_id]
        hits = self._index.search(self._unit[row], k + 1)
        return self._named(hits, k, without=row)

    def to_vector(self, vector: NDArray[np.floating], k: int = 10) -> list[Similar]:
        """Return the k tracks most similar to a vector of the same embedding.

        Parameters
        ----------
        vector
            Shape (d,), of any length but 0.
        k
            How many; at most all are given.

        Raises
        ------
        BadInput
            If it has not the shape, is not finite or is all zeros.
        """
        values = np.asarray(vector)
        if values.shape != (self.dimensions,):
            raise BadInput(
                f"similarity search: the query has shape {values.shape}, the embedding ({self.dimensions},)"
            )
        query = unit(values)
        if not query.any():
            raise BadInput("similarity search: the query is all zeros, which is similar to nothing")
        return self._named(self._index.search(query, k), k)

    def _named(self, hits: Hits, k: int, without: int = -1) -> list[Similar]:
        pairs = zip(hits.rows.tolist(), hits.similarities.tolist(), strict=True)
        return [Similar(str(self._ids[row]), float(cosine)) for row, cosine in pairs if row != without][:k]


def make_index(vectors: Vectors) -> Searchable:
    """Return the index that suits the number of vectors, shape (n, d), rows of length 1."""
    if len(vectors) < EXACT_BELOW:
        return ExactIndex(vectors)
    from reprise.search.graph import GraphIndex  # usearch: spared where there are few tracks

    return GraphIndex.build(vectors)


def save_index(directory: Path, vectors: Vectors) -> bool:
    """Write the graph beside an embedding that is large enough to need one; return whether it was.

    Parameters
    ----------
    directory
        Folder of the embedding.
    vectors
        Shape (n, d), of any length.
    """
    if len(vectors) < EXACT_BELOW:
        return False
    from reprise.search.graph import GraphIndex

    GraphIndex.build(unit(vectors)).save(directory)
    return True


def open_similar(directory: Path) -> SimilarTracks:
    """Open the embedding of a stage for search.

    Parameters
    ----------
    directory
        Folder with ``embeddings.npy`` (or ``latents.npy``) and ``tracks.parquet``: ``data/regressor``, ``data/lyrics/<role>``,
        ``data/models/<model>``.

    Raises
    ------
    MissingData
        If there is no embedding, with the stage's own reason where it gave one.
    BadInput
        If its files do not belong together.
    """
    array = next((directory / name for name in ARRAYS if (directory / name).is_file()), None)
    if array is None or not (directory / TRACKS).is_file():
        raise MissingData(
            f"{directory}: there is no embedding to search{_why(directory)}; `dvc repro` makes it"
        )
    track_ids = read_table(directory / TRACKS)["track_id"].to_numpy(dtype=np.str_)
    vectors = np.asarray(read_array(array), dtype=np.float32)
    if len(vectors) < EXACT_BELOW or not (directory / GRAPH).is_file():
        return SimilarTracks(track_ids, vectors)
    from reprise.search.graph import GraphIndex

    graph = GraphIndex.restore(directory, unit(vectors))
    return SimilarTracks(track_ids, vectors, graph)


def _why(directory: Path) -> str:
    if not (directory / CONFIG).is_file():
        return ""
    why = read_json(directory / CONFIG).get("why")
    return f" ({why})" if why else ""
