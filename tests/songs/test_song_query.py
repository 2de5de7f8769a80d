"""Songs that are not in the collection: what they give is read as the collection's songs were, what they lack is masked."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from reprise import tables
from reprise.errors import BadInput, MissingData
from reprise.search.similar import SimilarTracks, open_similar
from reprise.songs import query as querying
from reprise.songs import similar_command as command
from reprise.songs.artefacts import save_regressor
from reprise.songs.experiment import Experiment, run_experiment
from reprise.songs.query import Querier, Query
from reprise.songs.source import SongTables, assemble

LYRICS = {"model": "all-MiniLM-L6-v2", "max_tokens": 64, "batch_size": 1}
FEATURES = "features: {sample_rate: 22050, n_fft: 2048, hop_length: 512, n_mels: 128, n_mfcc: 20, segment_seconds: 3.0}\n"


@pytest.fixture(scope="module")
def experiment(module_world: Callable[..., SongTables], module_params: dict[str, Any]) -> Experiment:
    return run_experiment(assemble(module_world(60)), module_params | {"epochs": 2}, seed=0)


@pytest.fixture
def project(experiment: Experiment, module_params: dict[str, Any], tmp_path: Path) -> Path:
    save_regressor(tmp_path / "data/regressor", experiment, module_params, LYRICS)
    (tmp_path / "params.yaml").write_text(FEATURES)
    about = pd.DataFrame({"track_id": experiment.songs.track_id, "title": "Night drive", "artist": "Ann"})
    about.loc[0, ["title", "artist"]] = ["Blue moon", "Bob"]
    tables.write_table(tmp_path / "data/corpus/songs/metadata.parquet", about.assign(year=1980), "metadata")
    return tmp_path


def test_a_query_with_what_a_song_of_the_collection_has_finds_that_song(
    experiment: Experiment, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs = experiment.songs
    monkeypatch.setattr(querying, "_sentences", lambda _text, _settings, _root: songs.lyrics[[7]])
    monkeypatch.setattr(querying, "_descriptors", lambda _path, _root: songs.audio[[7]])
    vector = Querier(project).embed(
        Query(str(songs.text[7]), Path("song.wav"), str(songs.genre[7]), float(songs.year[7]))
    )
    np.testing.assert_allclose(vector, experiment.embeddings[7], atol=1e-5)
    assert open_similar(project / "data/regressor").to_vector(vector, 1)[0].track_id == songs.track_id[7]


def test_words_alone_and_genre_alone_are_masked_differently(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querying, "_sentences", lambda _text, _settings, _root: np.ones((1, 20)))
    querier = Querier(project)
    words, genre = querier.embed(Query("word1 word2")), querier.embed(Query(genre="rock"))
    both = querier.embed(Query("word1 word2", genre="rock"))
    assert not np.allclose(words, both)
    assert not np.allclose(genre, both)
    with pytest.raises(BadInput, match="the query is empty"):
        querier.embed(Query("  ", genre="polka"))


def test_a_recording_is_described_as_the_collection_was(project: Path) -> None:
    rng = np.random.default_rng(0)
    soundfile.write(project / "long.wav", 0.1 * rng.normal(size=8 * 22_050), 22_050)
    soundfile.write(project / "short.wav", 0.1 * rng.normal(size=22_050), 22_050)
    vector = Querier(project).embed(Query(audio=project / "long.wav"))
    assert vector.shape == (64,)
    with pytest.raises(BadInput, match=r"1\.0 s of audio; 6 s are needed"):
        Querier(project).embed(Query(audio=project / "short.wav"))
    with pytest.raises(BadInput, match="cannot be read as audio"):
        Querier(project).embed(Query(audio=project / "params.yaml"))


@pytest.mark.parametrize(("crop", "first"), [("start", 0), ("middle", 22_050)])
def test_a_recording_is_cut_as_the_collection_was(project: Path, crop: str, first: int) -> None:
    length = 7 * 22_050
    samples = (3000 * np.random.default_rng(0).normal(size=length + 2 * 22_050)).astype(np.int16)
    soundfile.write(project / "whole.wav", samples, 22_050, subtype="PCM_16")
    soundfile.write(project / "clip.wav", samples[first : first + length], 22_050, subtype="PCM_16")
    corpus = project / querying.CORPUS
    corpus.parent.mkdir(parents=True, exist_ok=True)
    corpus.write_text(json.dumps({"n_samples": length, "crop": crop}))
    try:
        whole, clip = (
            Querier(project).embed(Query(audio=project / name)) for name in ("whole.wav", "clip.wav")
        )
    finally:
        corpus.unlink()
    np.testing.assert_array_equal(whole, clip)


def test_a_track_is_found_by_its_name_and_listed_with_its_own(project: Path, experiment: Experiment) -> None:
    embedding = command.JOINT
    first = str(experiment.songs.track_id[0])
    for name in (first, first[:6], "blue MOON", "bob"):
        found = command.similar_to_track(project, embedding, name, 3)
        assert [hit.track_id for hit in found] == [
            hit.track_id for hit in open_similar(project / embedding).to_track(first, 3)
        ]
    about = command.described(project, embedding)
    assert "Ann, Night drive, 1980" in command.listing(found, about, as_json=False)
    assert json.loads(command.listing(found, about, as_json=True))[0]["artist"] == "Ann"
    with pytest.raises(BadInput, match="means 59 tracks"):
        command.similar_to_track(project, embedding, "ann", 3)
    with pytest.raises(MissingData, match="no track is called 'carol'"):
        command.similar_to_track(project, embedding, "carol", 3)


def test_names_need_an_index_that_holds_them() -> None:
    about = pd.DataFrame({"artist": ["Ann"], "title": ["Far away"]}, index=["ffff000011112222"])
    with pytest.raises(MissingData):
        command.find("ann", SimilarTracks(np.array(["0" * 16]), np.ones((1, 3), np.float32)), about)
