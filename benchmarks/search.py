"""Similarity search at 1,000, 100,000 and 1,000,000 tracks: recall of the graph against the exact index, latency, memory, time to build.

    PYTHONPATH=src python benchmarks/search.py [--sizes 1000 100000 1000000] [--write]

Vectors are made as music is spread: artists of very unequal size (Zipf) around styles, songs around artists, 32 directions that
matter among 512, and noise in all of them. Queries are new songs by the same artists. Exact and graph are asked the same queries one
by one, as a server would; the graph is asked for what the exact index finds. Latency is the time on the clock, and beside it
the time of the processor alone, which other programs on the machine do not stretch.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reprise.search.exact import ExactIndex, Hits, unit
from reprise.search.graph import GRAPH, GraphIndex, GraphSettings
from reprise.search.similar import Searchable
from sections import machine, write_section

Vectors = npt.NDArray[np.float32]

DIMENSIONS, DIRECTIONS, K = 512, 32, 10
CHUNK = 50_000


@dataclass(frozen=True)
class Row:
    """One line of the table: milliseconds, megabytes, seconds."""

    tracks: int
    index: str
    recall: float
    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float
    build_cpu: float
    megabytes: float


class Collection:
    """Songs around artists around styles.

    Parameters
    ----------
    tracks
        Songs; one artist for about every 12.
    seed
        Of artists and of the map into the embedding.
    """

    def __init__(self, tracks: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        artists = max(8, tracks // 12)
        styles = 1.5 * rng.normal(size=(40, DIRECTIONS))
        self._artists = styles[rng.integers(0, len(styles), artists)] + rng.normal(size=(artists, DIRECTIONS))
        weight = 1 / (np.arange(artists) + 10.0)
        self._weight = np.cumsum(weight / weight.sum())
        self._map = rng.normal(size=(DIRECTIONS, DIMENSIONS)) / np.sqrt(DIRECTIONS)

    def draw(self, songs: int, rng: np.random.Generator) -> Vectors:
        """Draw songs: unit vectors, shape (songs, 512)."""
        artist = np.minimum(np.searchsorted(self._weight, rng.random(songs)), len(self._artists) - 1)
        place = self._artists[artist] + 0.5 * rng.normal(size=(songs, DIRECTIONS))
        noise = 0.1 * rng.standard_normal((songs, DIMENSIONS), dtype=np.float32)
        return unit((place @ self._map).astype(np.float32) + noise)


def main() -> None:
    parser = argparse.ArgumentParser(description="measure similarity search")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--keep", type=Path, help="folder that keeps vectors and graphs for another run")
    parser.add_argument("--build", action="store_true", help="only make what --keep keeps")
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    options = parser.parse_args()
    rows: list[Row] = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            place = (options.keep or Path(folder)) / str(size)
            made = make(size, place)
            for row in [] if options.build else measure(made, options.queries):
                rows.append(row)
                print(asdict(row), flush=True)
    if options.build:
        return
    body = page(rows, options.queries)
    print(body)
    if options.write:
        write_section("search", body)


@dataclass(frozen=True)
class Made:
    """A collection with both indexes, the processor seconds that the graph took, and the size of its file."""

    collection: Collection
    vectors: Vectors
    graph: GraphIndex
    seconds: float
    megabytes: float


def make(size: int, folder: Path) -> Made:
    """Draw a collection and grow its graph, or read both from where they were kept."""
    folder.mkdir(parents=True, exist_ok=True)
    collection, kept, record = Collection(size, seed=0), folder / "vectors.npy", folder / "build.json"
    if record.is_file():
        vectors = np.load(kept, mmap_mode="r")
        graph, seconds = GraphIndex.restore(folder, vectors), float(json.loads(record.read_text())["cpu"])
        return Made(collection, vectors, graph, seconds, (folder / GRAPH).stat().st_size / 1e6)
    vectors = np.lib.format.open_memmap(kept, "w+", np.float32, (size, DIMENSIONS))
    rng = np.random.default_rng(1)
    for start in range(0, size, CHUNK):
        stop = min(size, start + CHUNK)
        vectors[start:stop] = collection.draw(stop - start, rng)
    before = time.process_time()
    graph = GraphIndex.build(vectors, GraphSettings())
    seconds = time.process_time() - before
    graph.save(folder)
    record.write_text(json.dumps({"cpu": seconds}))
    return Made(collection, vectors, graph, seconds, (folder / GRAPH).stat().st_size / 1e6)


def measure(made: Made, queries: int) -> list[Row]:
    """Measure both indexes over one collection."""
    vectors, size = made.vectors, len(made.vectors)
    asked = made.collection.draw(queries, np.random.default_rng(2))
    ask(made.graph, asked[: queries // 2])  # warm: pages of a kept graph are read when they are first touched
    found, graph_time = ask(made.graph, asked)
    few = asked[: max(100, min(queries, 20_000_000 // size))]
    truth, exact_time = ask(ExactIndex(vectors), few)
    shares = [np.isin(hits.rows, true.rows).mean() for hits, true in zip(found, truth, strict=False)]
    exact = Row(size, "exact", 1.0, *percentiles(exact_time), 0.0, vectors.nbytes / 1e6)
    graph = Row(size, "graph", float(np.mean(shares)), *percentiles(graph_time), made.seconds, made.megabytes)
    return [exact, graph]


def ask(index: Searchable, queries: Vectors) -> tuple[list[Hits], npt.NDArray[np.float64]]:
    """Ask one by one; return the hits and, for each query, clock and processor time in ms."""
    hits, times = [], []
    for query in queries:
        clock, processor = time.perf_counter(), time.thread_time()
        hits.append(index.search(query, K))
        times.append((time.perf_counter() - clock, time.thread_time() - processor))
    return hits, np.array(times) * 1e3


def percentiles(times: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return p50 and p99 of clock and processor time."""
    p50, p99 = np.percentile(times, [50, 99], axis=0)
    return float(p50[0]), float(p99[0]), float(p50[1]), float(p99[1])


def page(rows: list[Row], queries: int) -> str:
    """Return the section."""
    settings = GraphSettings()
    lines = [
        "## Similarity search",
        "",
        "`PYTHONPATH=src python benchmarks/search.py --write`",
        "",
        (
            f"{machine()}; load {os.getloadavg()[0]:.1f} when it ended. {DIMENSIONS} numbers a track, {queries:,} queries one by one, "
            f"{K} neighbours, one thread. HNSW: {settings.links} links, width {settings.build_width} to build and "
            f"{settings.search_width} to search, {settings.directions} directions in half precision; {settings.candidates * K} candidates are compared "
            "again, all numbers in single precision. Recall is that of the neighbours the exact index finds, which is asked fewer of the queries "
            "where there are many tracks (at least 100)."
        ),
        "",
        "| tracks | index | recall@10 | p50 ms | p99 ms | p50 ms, processor | p99 ms, processor | to build, CPU s | MB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [line(row) for row in rows]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    lines += [
        "",
        f"Peak memory of the run: {peak:.1f} GB. MB is what has to be read: vectors, or the file of the graph. Below 50,000 tracks the exact index is used, above it the graph.",
    ]
    return "\n".join(lines)


def line(row: Row) -> str:
    values: dict[str, Any] = asdict(row)
    times = " | ".join(f"{values[name]:.2f}" for name in ("p50", "p99", "cpu_p50", "cpu_p99"))
    return f"| {row.tracks:,} | {row.index} | {row.recall:.3f} | {times} | {row.build_cpu:.0f} | {row.megabytes:,.0f} |"


if __name__ == "__main__":
    main()
