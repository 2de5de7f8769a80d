"""The placebo: exchanged inputs give exchanged rows, a label looked up by name is found, and the test's null is exact."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise import tables
from reprise.audio.extract import Job, extract_collection
from reprise.audio.settings import AudioSettings
from reprise.audit import placebo as module
from reprise.audit.checks.placebo import remaining_label, same_function
from reprise.audit.differences import difference
from reprise.audit.labelling import Labelling, Plan
from reprise.audit.placebo import Exchange, draw, rerun_audio, rerun_lyrics, run_placebo
from reprise.audit.placebo_store import Placebo, load_placebo, save_placebo
from reprise.audit.probe import leave_one_out, probe
from reprise.datasets.wav import wav_bytes
from reprise.lyrics.settings import EncoderSettings

TRACKS, SECONDS = 12, 2
JOB = Job(AudioSettings(), kept_gb=0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Noise of different colours as twelve tracks, and their features as the stage writes them."""
    data = tmp_path_factory.mktemp("run")
    corpus = data / "corpus/tracks"
    (corpus / "audio").mkdir(parents=True)
    rng = np.random.default_rng(0)
    ids = [f"{number:016x}" for number in range(TRACKS)]
    for number, track in enumerate(ids):
        noise = np.convolve(rng.normal(size=22050 * SECONDS), np.ones(1 + number), "same")
        pcm = (3000 * noise / np.abs(noise).max() * (1 + number)).clip(-32000, 32000).astype(np.int16)
        (corpus / "audio" / f"{track}.wav").write_bytes(wav_bytes(pcm, 22050))
    table = pd.DataFrame({"track_id": ids, "n_samples": 22050 * SECONDS, "sample_rate": 22050})
    tables.write_table(corpus / "tracks.parquet", table, "tracks")
    groups = pd.DataFrame({"track_id": ids, "artist_id": ids, "official_split": None})
    tables.write_table(corpus / "groups.parquet", groups, "groups")
    tables.write_table(corpus / "lyrics.parquet", tables.empty_table("lyrics"), "lyrics")
    tables.write_json(corpus / "corpus.json", {"missing": {"lyrics": "noise has no words"}})
    tables.write_table(
        data / "lyrics/tracks/tracks.parquet", pd.DataFrame({"track_id": pd.Series([], dtype=str)})
    )
    tables.write_array(data / "lyrics/tracks/embeddings.npy", np.zeros((0, 384), np.float32))
    extract_collection(corpus / "audio", table, data / "features/tracks", JOB)
    return data


def by_length(lyrics: pd.DataFrame, *_: object) -> tuple[np.ndarray, dict[str, object]]:
    return np.array([[len(text), 1.0] for text in lyrics["text"]], dtype=np.float32), {}


def exchange(run: Path) -> Exchange:
    ids = tables.read_table(run / "corpus/tracks/tracks.parquet")["track_id"].to_numpy(dtype=str)
    found = draw(ids, {}, TRACKS, np.random.default_rng(1))
    assert found is not None
    assert (found.receivers != found.owners).any()
    return found


def test_exchanged_sounds_give_exchanged_features(run: Path) -> None:
    again = rerun_audio(run / "corpus/tracks/audio", run / "features/tracks", exchange(run), JOB)
    assert {"mel", "mfcc", "descriptors", "pooled", "fingerprints"} <= set(again.made)
    for name, made in again.made.items():
        np.testing.assert_array_equal(made, again.expected[name])


def test_the_outcome_survives_the_disk_and_says_what_is_missing(run: Path, tmp_path: Path) -> None:
    outcomes = run_placebo(run, JOB, EncoderSettings(), (10, 0))
    save_placebo(tmp_path, outcomes)
    audio = load_placebo(tmp_path, "audio")
    assert len(audio.receivers) == 10
    assert {finding.severity for finding in same_function(audio)} == {"ok"}
    np.testing.assert_allclose(audio.rows, outcomes["audio"].rows, rtol=1e-6)
    [words] = same_function(load_placebo(tmp_path, "lyrics"))
    assert (words.severity, words.evidence) == ("skipped", "noise has no words")


def test_features_that_were_tampered_with_are_found(run: Path, tmp_path: Path) -> None:
    found = exchange(run)
    folder = tmp_path / "features"
    shutil.copytree(run / "features/tracks", folder)
    mel = np.array(tables.read_array(folder / "frames/mel.npy"))
    mel[:, 127, 0] += np.arange(TRACKS) % 3
    tables.write_array(folder / "frames/mel.npy", mel)
    again = rerun_audio(run / "corpus/tracks/audio", folder, found, JOB)
    same = {name: difference(made, again.expected[name]).same for name, made in again.made.items()}
    assert same.pop("mel") is False
    assert all(same.values())


def test_words_are_embedded_under_the_receivers_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "embed", by_length)
    lyrics = pd.DataFrame({"track_id": list("abcd"), "text": ["x", "xx", "xxx", "xxxx"]})
    tables.write_table(tmp_path / "tracks.parquet", lyrics[["track_id"]])
    tables.write_array(tmp_path / "embeddings.npy", by_length(lyrics)[0])
    swapped = Exchange(np.array(list("abcd")), np.array(list("dacb")))
    again = rerun_lyrics(lyrics, tmp_path, swapped, EncoderSettings())
    assert again.made["embeddings"][:, 0].tolist() == [4, 1, 3, 2]
    assert difference(again.made["embeddings"], again.expected["embeddings"]).moved == 0


def test_one_track_of_each_artist_is_drawn() -> None:
    ids = np.array([f"{number:02d}" for number in range(40)])
    artists = {track: f"artist {number // 4}" for number, track in enumerate(ids)}
    found = draw(ids, artists, 30, np.random.default_rng(0))
    assert found is not None
    assert len(found.receivers) == 10
    assert len({artists[track] for track in found.receivers}) == 10
    assert sorted(found.owners.tolist()) == found.receivers.tolist()
    assert draw(ids, dict.fromkeys(ids, "one artist"), 30, np.random.default_rng(0)) is None


def test_a_moved_cell_is_told_from_rounding_and_from_a_jump_of_one_track() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 30))
    assert difference(rows * (1 + 1e-5), rows).same
    jumped = rows.copy()
    jumped[3, 5] += 2
    assert difference(jumped, rows).same
    labelled = rows.copy()
    labelled[:, 7] += 0.05 * (np.arange(40) % 4)
    assert not difference(labelled, rows).same
    assert not difference(np.hstack([rows, rows[:, :1]]), rows).same
    assert not difference(rows[::-1], rows).same


def test_leaving_one_out_is_what_it_says() -> None:
    rng = np.random.default_rng(0)
    values, target = rng.normal(size=(15, 4)), rng.normal(size=15)
    columns = (values - values.mean(axis=0)) / values.std(axis=0)
    penalty = np.square(columns).sum() / 15
    expected = []
    for row in range(15):
        rest = np.arange(15) != row
        design = np.c_[np.ones(14), columns[rest]]
        ridge = np.diag([0.0, *np.full(4, penalty)])
        weights = np.linalg.solve(design.T @ design + ridge, design.T @ target[rest])
        expected.append(np.r_[1, columns[row]] @ weights)
    np.testing.assert_allclose(leave_one_out(values) @ target, expected)


def test_the_probe_alarms_at_its_level_and_finds_a_label_by_name() -> None:
    false, found = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        codes = rng.integers(0, 6, 40)
        permuted = rng.permuted(np.tile(codes, (199, 1)), axis=1)
        rows = rng.normal(size=(40, 6)) @ rng.normal(size=(6, 150)) + 0.5 * rng.normal(size=(40, 150))
        false.append(probe(rows, codes, permuted)[2])
        base = rng.normal(size=(6, 24))
        found.append(probe(base[codes] + rng.normal(size=(40, 24)), codes, permuted)[2])
    assert np.count_nonzero(np.array(false) <= 0.05) <= 9  # 3 expected; at most 9 in 99.9 %
    assert np.count_nonzero(np.array(found) <= 0.005) >= 55


def test_too_few_labelled_receivers_are_skipped(labelled: Callable[[int], Labelling]) -> None:
    labels = labelled(0)
    few = Placebo("audio", "features", labels.ids[:10], np.zeros((10, 3)), {})
    found = remaining_label(few, labels, Plan(99, 0))
    assert (found.severity, "10 labelled" in found.evidence) == ("skipped", True)
    absent = replace(few, why="no sound")
    assert remaining_label(absent, labels, Plan(99, 0)).evidence == "no sound"


def test_a_permutation_needs_tracks_of_eight_artists() -> None:
    ids = np.array([f"{number:02d}" for number in range(12)])
    for artists, drawn in ((8, 8), (7, None)):
        of = {track: f"artist {number % artists}" for number, track in enumerate(ids)}
        found = draw(ids, of, 12, np.random.default_rng(0))
        assert (found if found is None else len(found.owners)) == drawn
    unknown = dict.fromkeys(ids, "")  # a track without an artist stands for itself
    alone = draw(ids, unknown, 9, np.random.default_rng(0))
    assert alone is not None
    assert len(set(alone.receivers.tolist())) == 9
    assert draw(ids, unknown, 7, np.random.default_rng(0)) is None
    drawn_at_random = {
        tuple(one.receivers) for one in (draw(ids, {}, 9, np.random.default_rng(n)) for n in range(20)) if one
    }
    assert len(drawn_at_random) > 10


def changed(run: Path, folder: Path, artist: str | None) -> Path:
    """Copy a run, with words for all tracks; all by one artist if one is given."""
    shutil.copytree(run, folder)
    corpus, written = folder / "corpus/tracks", folder / "lyrics/tracks"
    ids = tables.read_table(corpus / "tracks.parquet")["track_id"]
    lyrics = pd.DataFrame({"track_id": ids, "text": ["la" * (1 + number) for number in range(TRACKS)]})
    tables.write_table(corpus / "lyrics.parquet", lyrics, "lyrics")
    tables.write_table(written / "tracks.parquet", lyrics[["track_id"]])
    tables.write_array(written / "embeddings.npy", by_length(lyrics)[0])
    if artist is not None:
        groups = tables.read_table(corpus / "groups.parquet").assign(artist_id=artist)
        tables.write_table(corpus / "groups.parquet", groups, "groups")
    return folder


def test_both_modalities_are_run_again_and_what_is_on_one_side_alone_has_moved(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "embed", by_length)
    folder = changed(run, tmp_path / "run", None)
    (folder / "features/tracks/frames/mel.npy").unlink()
    found = run_placebo(folder, JOB, EncoderSettings(), (9, 0))
    moved = {name: one.moved for name, one in found["audio"].differences.items()}
    assert moved.pop("mel") == 1.0
    assert set(moved) >= {"descriptors", "pooled", "mfcc", "fingerprints"}
    assert set(moved.values()) == {0.0}
    assert found["audio"].rows.shape[0] == len(found["lyrics"].receivers) == 9
    stored = tables.read_table(folder / "features/tracks/vectors/descriptors.parquet")
    width = (
        stored.shape[1]
        - 1
        + tables.read_table(folder / "features/tracks/vectors/pooled.parquet").shape[1]
        - 1
    )
    assert found["audio"].rows.shape[1] == width
    words = found["lyrics"]
    assert (words.stage, words.why, {name: one.moved for name, one in words.differences.items()}) == (
        "lyrics", "", {"embeddings": 0.0},
    )  # fmt: skip
    length = {f"{number:016x}": 2 * (1 + number) for number in range(TRACKS)}
    assert sorted(words.rows[:, 0].tolist()) == sorted(length[track] for track in words.receivers)
    assert words.rows[:, 0].tolist() != [length[track] for track in words.receivers]  # another one's words


def test_tracks_of_one_artist_are_too_few_and_it_says_so(run: Path, tmp_path: Path) -> None:
    found = run_placebo(changed(run, tmp_path / "run", "one"), JOB, EncoderSettings(), (9, 0))
    assert found["audio"].why == "12 tracks with sound of too few artists"
    assert found["lyrics"].why == "noise has no words"
    for one in found.values():
        assert (len(one.receivers), one.rows.shape, one.differences) == (0, (0, 0), {})
    tables.write_json(tmp_path / "run/corpus/tracks/corpus.json", {"missing": {}})
    again = run_placebo(tmp_path / "run", JOB, EncoderSettings(), (9, 0))
    assert again["lyrics"].why == "12 tracks with lyrics of too few artists"
