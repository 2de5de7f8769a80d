"""The API of similarity search: ids in, ids out; which index is used; what a server may rely on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from reprise import tables
from reprise.errors import BadInput, MissingData
from reprise.search import similar
from reprise.search.similar import SimilarTracks, open_similar, save_index


def collection(n: int = 30, dimensions: int = 8) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float32]]:
    ids = np.array([f"{number:016x}" for number in range(n)])
    return ids, np.random.default_rng(0).normal(size=(n, dimensions)).astype(np.float32)


def write(folder: Path, n: int = 30, array: str = "embeddings.npy") -> None:
    ids, vectors = collection(n)
    tables.write_array(folder / array, vectors)
    tables.write_table(folder / "tracks.parquet", pd.DataFrame({"track_id": ids}))


def test_a_track_is_not_its_own_neighbour_and_order_is_by_similarity() -> None:
    ids, vectors = collection()
    vectors[3] = 2 * vectors[7]  # the same direction
    tracks = SimilarTracks(ids, vectors)
    found = tracks.to_track(ids[7], k=5)
    assert found[0].track_id == ids[3]
    assert found[0].similarity == pytest.approx(1)
    assert ids[7] not in [hit.track_id for hit in found]
    assert [hit.similarity for hit in found] == sorted((hit.similarity for hit in found), reverse=True)
    assert len(tracks.to_track(ids[7], k=100)) == len(ids) - 1


def test_among_many_equal_tracks_a_track_is_still_left_out() -> None:
    ids, _ = collection()
    found = SimilarTracks(ids, np.ones((30, 8), np.float32)).to_track(ids[20], k=5)
    assert [hit.track_id for hit in found] == ids[:5].tolist()


def test_the_length_of_a_query_does_not_matter() -> None:
    ids, vectors = collection()
    tracks = SimilarTracks(ids, vectors)
    assert tracks.to_vector(vectors[4], 3) == tracks.to_vector(np.float64(8) * vectors[4], 3)
    assert tracks.to_vector(vectors[4], 3)[0].track_id == ids[4]


def test_impossible_queries_are_refused() -> None:
    ids, vectors = collection()
    tracks = SimilarTracks(ids, vectors)
    with pytest.raises(MissingData, match="no track 'ffff' among the 30"):
        tracks.to_track("ffff")
    with pytest.raises(BadInput, match=r"shape \(3,\), the embedding \(8,\)"):
        tracks.to_vector(np.ones(3))
    with pytest.raises(BadInput, match="all zeros"):
        tracks.to_vector(np.zeros(8))
    with pytest.raises(BadInput, match="not finite"):
        tracks.to_vector(np.full(8, np.inf))
    with pytest.raises(BadInput, match="29 vectors for 30 ids"):
        SimilarTracks(ids, vectors[:29])


@pytest.mark.parametrize("array", ["embeddings.npy", "latents.npy"])
def test_any_folder_with_an_embedding_opens(tmp_path: Path, array: str) -> None:
    write(tmp_path, array=array)
    tracks = open_similar(tmp_path)
    assert (len(tracks), tracks.dimensions, tracks.exact) == (30, 8, True)
    assert "0000000000000004" in tracks


def test_a_folder_without_an_embedding_says_why(tmp_path: Path) -> None:
    tables.write_json(tmp_path / "config.json", {"available": False, "why": "nobody rated these songs"})
    with pytest.raises(MissingData, match="nobody rated these songs"):
        open_similar(tmp_path)


def test_many_tracks_get_a_graph_and_its_file_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    _, vectors = collection()
    assert save_index(tmp_path, vectors) is False
    exact = open_similar(tmp_path)
    monkeypatch.setattr(similar, "EXACT_BELOW", 20)
    assert save_index(tmp_path, vectors) is True
    tracks = open_similar(tmp_path)
    assert not tracks.exact
    for track in collection()[0]:
        expected = [hit.track_id for hit in exact.to_track(track, 3)]
        assert [hit.track_id for hit in tracks.to_track(track, 3)] == expected
    (tmp_path / "index.usearch").unlink()
    assert not open_similar(tmp_path).exact  # built on the spot
    write(tmp_path, n=25)
    save_index(tmp_path, vectors)
    with pytest.raises(BadInput, match="holds 30 vectors"):
        open_similar(tmp_path)


def test_a_server_pays_neither_for_torch_nor_for_librosa() -> None:
    code = "import sys, reprise.search.similar, reprise.search.graph; print([m for m in ('torch', 'librosa', 'sklearn', 'transformers') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
