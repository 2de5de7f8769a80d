"""Groups: near-duplicates found in tiles, and joined whatever the order."""

from __future__ import annotations

import networkx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.errors import BadParameter
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


@pytest.mark.parametrize("tile", [3, 7, 1_024])
def test_typical_and_spread_are_those_of_the_other_pairs(tile: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "TILE", tile)
    rows = unit_rows(40)
    rows[17], rows[20] = rows[2], 0.0
    found = near_duplicates(rows, 0.9)
    heard = np.delete(rows, 20, axis=0)
    others = (heard @ heard.T)[np.triu_indices(39, 1)]
    others = others[others < 0.9]
    assert found.n_others == len(others)
    assert found.typical == pytest.approx(others.mean(), abs=1e-6)
    assert found.spread == pytest.approx(others.std(), rel=1e-5)


def test_the_number_expected_by_chance_is_that_of_a_normal_distribution() -> None:
    rows = unit_rows(1_000)
    found = near_duplicates(rows, 1.0)
    for level in (0.1, 0.2, 0.3):
        cosine = (rows @ rows.T)[np.triu_indices(1_000, 1)]
        assert found.expected_by_chance(level) == pytest.approx(np.count_nonzero(cosine >= level), rel=0.1)


def test_a_threshold_that_everything_reaches_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST_PAIRS", 100)
    with pytest.raises(BadParameter, match=r"duplicate_similarity is 0\.001: more than 100 pairs"):
        near_duplicates(unit_rows(60), 0.001)


def test_a_blank_fingerprint_is_near_nothing() -> None:
    rows = unit_rows(3)
    rows[:2] = 0.0
    assert len(near_duplicates(rows, 0.5).pairs) == 0


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_tracks_have_no_pairs(n: int) -> None:
    found = near_duplicates(unit_rows(n).reshape(n, 64), 0.5)
    assert found.pairs.shape == (0, 2)
    assert found.next_similarity == found.expected_by_chance(0.5) == 0.0


LINKS = st.lists(st.tuples(st.sampled_from("abcdefghij"), st.sampled_from("abcdefghij")), max_size=12)


@given(LINKS, st.permutations(range(12)))
@settings(deadline=None, max_examples=50)
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
