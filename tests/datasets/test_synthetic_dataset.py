"""The embedded corpus comes through the same door as any dataset."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from reprise.corpus.factors import TrackSpec
from reprise.datasets.base import PROVIDABLE, RawTrack, Request, Samples
from reprise.datasets.discovery import find
from reprise.datasets.ingest import ingest
from reprise.errors import BadParameter
from reprise.tables import read_json, read_table

SYNTHETIC = find("synthetic")
NAMES = ("factors", "grid", "groups", "labels", "tags", "lyrics", "affect", "pairs", "targets", "metadata")


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


FACTOR_OPTIONS = {"factor_levels": 2, "factor_bases": 1, "factor_probe": 26}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the renderer of the factor set by noise that depends on the specification."""

    def noise(spec: TrackSpec) -> npt.NDArray[np.int16]:
        seed = zlib.crc32(repr(spec).encode())
        return np.random.default_rng(seed).integers(-9999, 9999, SYNTHETIC.info.n_samples, dtype=np.int16)

    monkeypatch.setattr("reprise.corpus.factor_set.render", noise)


def test_role_factors_has_true_factors_and_places_and_no_label(quick: None, tmp_path: Path) -> None:  # noqa: ARG001
    request = Request("factors", FACTOR_OPTIONS)
    metrics = ingest(SYNTHETIC, request, tmp_path)
    tables = {name: read_table(tmp_path / f"{name}.parquet", name) for name in NAMES}
    provides = read_json(tmp_path / "corpus.json")["provides"]
    assert SYNTHETIC.count is not None
    assert metrics["tracks"] == SYNTHETIC.count(request) == len(tables["factors"]) == 2 * 13 + 26
    assert {name for name in PROVIDABLE if provides[name]} == {"factors"}
    assert all(tables[name].empty for name in set(NAMES) - {"factors", "grid", "groups"})


def test_places_in_the_grid_fit_the_factors(quick: None, tmp_path: Path) -> None:  # noqa: ARG001
    ingest(SYNTHETIC, Request("factors", FACTOR_OPTIONS), tmp_path)
    factors = read_table(tmp_path / "factors.parquet", "factors").set_index("track_id")
    grid = read_table(tmp_path / "grid.parquet", "grid")
    assert len(grid) == 2 * 13
    for factor, line in grid.groupby("factor"):
        values = factors.loc[line.sort_values("level")["track_id"]]
        others = values.drop(columns=[str(factor)])
        assert values[str(factor)].is_monotonic_increasing
        assert values[str(factor)].nunique() == 2
        assert (others.nunique() == 1).all()


def test_other_roles_have_an_empty_grid(tmp_path: Path) -> None:
    ingest(SYNTHETIC, Request("songs", {"song_tracks": 1}), tmp_path)
    assert read_table(tmp_path / "grid.parquet", "grid").empty


@pytest.mark.parametrize("option", FACTOR_OPTIONS)
def test_role_factors_needs_its_options(option: str) -> None:
    given = {name: size for name, size in FACTOR_OPTIONS.items() if name != option}
    with pytest.raises(BadParameter, match=rf"datasets\.synthetic needs {option}.*'factors'"):
        next(SYNTHETIC.load(Request("factors", given)))


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
