"""The embedded corpus comes through the same door as any dataset."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprise.datasets.base import PROVIDABLE, RawTrack, Request, Samples
from reprise.datasets.discovery import find
from reprise.datasets.ingest import ingest
from reprise.errors import BadParameter
from reprise.tables import read_json, read_table

SYNTHETIC = find("synthetic")


def test_role_without_its_size_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"datasets\.synthetic needs emotion_tracks"):
        next(SYNTHETIC.load(Request("emotion", {"tracks_per_genre": 3})))


def test_number_of_tracks_is_known_beforehand() -> None:
    assert SYNTHETIC.count is not None
    assert SYNTHETIC.count(Request("tracks", {"tracks_per_genre": 3})) == 30
    assert SYNTHETIC.count(Request("songs", {"song_tracks": 3})) == 3


def test_track_has_everything_that_info_promises() -> None:
    track = next(SYNTHETIC.load(Request("songs", {"song_tracks": 1})))
    assert isinstance(track, RawTrack)
    assert isinstance(track.audio, Samples)
    assert track.audio.pcm.shape == (SYNTHETIC.info.n_samples,)
    assert all(
        (track.genre, track.language, track.lyrics, track.artist, track.year, track.factors, track.targets)
    )
    assert track.affect is not None


def test_emotion_role_has_judgements_of_its_triplets(tmp_path: Path) -> None:
    metrics = ingest(SYNTHETIC, Request("emotion", {"emotion_tracks": 3}, seed=1), tmp_path)
    pairs = read_table(tmp_path / "pairs.parquet", "pairs")
    ids = set(read_table(tmp_path / "tracks.parquet")["track_id"])
    assert metrics["pairs"] == {"kept": 6, "dropped": 0}
    assert set(pairs["track_a"]) | set(pairs["track_b"]) == ids
    assert (pairs["votes_a"] + pairs["votes_b"] + pairs["votes_tie"] == 3).all()


@pytest.mark.slow
def test_one_track_per_genre_fills_every_table(tmp_path: Path) -> None:
    request = Request("tracks", {"tracks_per_genre": 1}, seed=3, workers=2)
    metrics = ingest(SYNTHETIC, request, tmp_path)
    labels = read_table(tmp_path / "labels.parquet", "labels")
    provides = read_json(tmp_path / "corpus.json")["provides"]
    assert metrics["tracks"] == 10
    assert metrics["rejects"] == {"total": 0}
    assert labels["genre"].nunique() == 10
    assert {name for name in PROVIDABLE if provides[name]} == set(PROVIDABLE) - {"pairs"}
