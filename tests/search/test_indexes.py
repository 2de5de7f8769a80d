"""Both indexes against brute force: the same neighbours, the same numbers, the same bytes, whatever the input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.errors import BadInput
from reprise.search import exact
from reprise.search.exact import ExactIndex, unit
from reprise.search.graph import GraphIndex, GraphSettings

Vectors = npt.NDArray[np.float32]


def clusters(n: int, dimensions: int = 32, seed: int = 0) -> Vectors:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(1, n // 50), dimensions))
    return unit(centres[rng.integers(0, len(centres), n)] + 0.4 * rng.normal(size=(n, dimensions)))


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 1000), st.sampled_from([7, 65_536]))
@settings(max_examples=40, deadline=None)
def test_the_exact_index_is_a_sort(n: int, k: int, seed: int, block: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = unit(rng.integers(-1, 2, size=(n, 3)).astype(np.float32))  # many ties
    query = unit(rng.normal(size=3))
    expected = sorted(range(n), key=lambda row: (-(vectors[row : row + 1] @ query)[0], row))[:k]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(exact, "BLOCK", block)
        found = ExactIndex(vectors).search(query, k)
    np.testing.assert_allclose((vectors @ query)[expected], found.similarities, atol=1e-6)
    assert len(set(found.rows.tolist())) == min(n, k)


def test_of_equal_tracks_the_first_rows_are_given() -> None:
    vectors = unit(np.ones((20, 4)))
    assert ExactIndex(vectors).search(vectors[0], 5).rows.tolist() == [0, 1, 2, 3, 4]


def test_the_graph_finds_nearly_all_true_neighbours() -> None:
    vectors = clusters(3_000)
    graph, reference = GraphIndex.build(vectors), ExactIndex(vectors)
    found = 0
    for query in clusters(100, seed=1):
        hits, truth = graph.search(query, 10), reference.search(query, 10)
        found += len(set(hits.rows.tolist()) & set(truth.rows.tolist()))
        np.testing.assert_allclose(hits.similarities, vectors[hits.rows] @ query, atol=1e-6)
    assert found >= 0.97 * 1000


def test_a_narrow_graph_finds_fewer() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(3_000, 64)))
    poor = GraphIndex.build(vectors, GraphSettings(links=2, build_width=4, search_width=4, candidates=1))
    truth = [ExactIndex(vectors).search(query, 10).rows for query in vectors[:50]]
    found = [poor.search(query, 10).rows for query in vectors[:50]]
    assert np.mean([np.isin(a, b).mean() for a, b in zip(found, truth, strict=True)]) < 0.9


def test_few_directions_are_enough_where_the_collection_extends_in_few() -> None:
    rng = np.random.default_rng(0)
    flat = unit(clusters(2_000, 8) @ rng.normal(size=(8, 128)) + 0.02 * rng.normal(size=(2_000, 128)))
    graph, reference = GraphIndex.build(flat, GraphSettings(directions=8)), ExactIndex(flat)
    share = [
        np.isin(graph.search(query, 10).rows, reference.search(query, 10).rows).mean() for query in flat[:60]
    ]
    assert np.mean(share) > 0.97


def test_the_same_bytes_twice_and_the_same_answers_from_the_file(tmp_path: Path) -> None:
    vectors = clusters(1_500)
    graph = GraphIndex.build(vectors)
    for name, built in (("one", graph), ("two", GraphIndex.build(vectors.copy()))):
        (tmp_path / name).mkdir()
        built.save(tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    restored = GraphIndex.restore(tmp_path / "one", vectors)
    for query in vectors[:20]:
        np.testing.assert_array_equal(graph.search(query, 10).rows, restored.search(query, 10).rows)


def test_a_graph_of_other_vectors_or_no_graph_is_refused(tmp_path: Path) -> None:
    GraphIndex.build(clusters(50)).save(tmp_path)
    with pytest.raises(BadInput, match="holds 50 vectors of 32 numbers, the embedding beside it 40 of 32"):
        GraphIndex.restore(tmp_path, clusters(40))
    (tmp_path / "index.usearch").write_bytes(b"not a graph at all, but some bytes" * 10)
    with pytest.raises(BadInput, match="is no similarity index"):
        GraphIndex.restore(tmp_path, clusters(40))


def test_units_have_length_one_and_zeros_stay() -> None:
    values = unit(np.array([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(values, np.array([[0.6, 0.8], [0.0, 0.0]]), rtol=1e-6)
    with pytest.raises(BadInput, match="row 1 of the embedding is not finite"):
        unit(np.array([[1.0, 0.0], [np.nan, 1.0]]))
