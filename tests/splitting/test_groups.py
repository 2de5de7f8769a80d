"""Groups: near-duplicates found in tiles, and joined whatever the order."""

from __future__ import annotations

import networkx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprise.splitting import groups
from reprise.splitting.groups import group, near_duplicates, same_key_links


def unit_rows(n: int, seed: int = 0) -> npt.NDArray[np.float32]:
    rows = np.random.default_rng(seed).standard_normal((n, 64))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


@pytest.mark.parametrize("tile", [3, 7, 1_024])
def test_tiles_find_what_the_full_matrix_holds(tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "TILE", tile)
    rows = unit_rows(20)
    rows[17] = rows[2]
    rows[9] = rows[8]
    found = near_duplicates(rows, 0.9)
    assert {tuple(pair) for pair in found.pairs.tolist()} == {(2, 17), (8, 9)}
    cosine = np.triu(rows @ rows.T, 1)
    assert found.next_similarity == pytest.approx(cosine[cosine < 0.9].max(), abs=1e-5)


def test_a_blank_fingerprint_is_near_nothing() -> None:
    rows = unit_rows(3)
    rows[:2] = 0.0
    assert len(near_duplicates(rows, 0.5).pairs) == 0


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_tracks_have_no_pairs(n: int) -> None:
    found = near_duplicates(unit_rows(n).reshape(n, 64), 0.5)
    assert found.pairs.shape == (0, 2)
    assert found.next_similarity == 0.0


LINKS = st.lists(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("abcdefghij")), max_size=12)


@given(LINKS, st.permutations(range(12)))
def test_groups_are_connected_components_named_by_their_smallest(
    links: list[tuple[str, str]], order: list[int]
) -> None:
    graph = networkx.Graph(links)
    graph.add_nodes_from("abcdefghij")
    expected = {track: min(part) for part in networkx.connected_components(graph) for track in part}
    assert group("abcdefghij", links) == expected
    turned = [links[number][::-1] for number in order if number < len(links)]
    assert group("jihgfedcba", turned) == expected


def test_the_same_artist_links() -> None:
    links = same_key_links(["a", "b", "c", "d"], ["x", "y", "x", "x"])
    assert group(["a", "b", "c", "d"], links) == {"a": "a", "b": "b", "c": "a", "d": "a"}
