"""A whole collection: order, rejects, empty collections, and the same bytes whatever the workers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from reprise.audio import chunk
from reprise.audio import extract as extract_module
from reprise.audio.compute import Compute
from reprise.audio.decode import to_pcm16
from reprise.audio.extract import Job, extract_collection
from reprise.audio.features import extract
from reprise.audio.rows import RowFile
from reprise.audio.settings import AudioSettings
from reprise.errors import BadInput, BadParameter, MissingData
from reprise.tables import read_array, read_json, read_table

from .conftest import SIGNALS, make_signal

N_SAMPLES = 33_075
HERE = Job(AudioSettings(), compute=Compute(workers=1))
FILES = {
    "frames/mel.npy", "frames/mfcc.npy", "frames/tracks.parquet", "rejects.parquet", "vectors/descriptors.parquet",
    "vectors/fingerprints.npy", "vectors/pooled.parquet", "segments/segments.json", "segments/segments.npy",
}  # fmt: skip


def make_corpus(folder: Path, n: int = 12) -> pd.DataFrame:
    folder.mkdir()
    ids = [f"{number:016x}" for number in range(n)]
    for number, track_id in enumerate(ids):
        signal = make_signal(SIGNALS[number % 5], seconds=3.0)[number * 100 :][:N_SAMPLES]
        soundfile.write(folder / f"{track_id}.wav", to_pcm16(signal), 22_050, subtype="PCM_16")
    return pd.DataFrame({"track_id": ids, "n_samples": N_SAMPLES, "sample_rate": 22_050})


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_rows_are_tracks_in_order(tmp_path: Path) -> None:
    tracks = make_corpus(tmp_path / "audio")
    shuffled = tracks.sample(frac=1.0, random_state=3)
    metrics = extract_collection(tmp_path / "audio", shuffled, tmp_path / "out", HERE)
    assert metrics["n_tracks"] == 12
    assert metrics["n_rejects"] == 0
    assert set(digests(tmp_path / "out")) == FILES
    frames = read_table(tmp_path / "out/frames/tracks.parquet", "frames")
    assert list(frames["track_id"]) == list(tracks["track_id"])
    mel = read_array(tmp_path / "out/frames/mel.npy")
    assert mel.shape == (12, 128, int(frames["n_frames"].iloc[0]))
    assert mel.dtype == np.float16
    samples, _ = soundfile.read(tmp_path / "audio" / f"{tracks['track_id'][7]}.wav", dtype="int16")
    features = extract(samples)
    assert np.array_equal(mel[7], features.log_mel.astype(np.float16))
    described = read_table(tmp_path / "out/vectors/descriptors.parquet", "descriptors")
    assert described.loc[7, "centroid_mean"] == features.descriptors["centroid_mean"]
    assert np.array_equal(read_array(tmp_path / "out/vectors/fingerprints.npy")[7], features.fingerprint)
    pooled = read_table(tmp_path / "out/vectors/pooled.parquet")
    assert list(pooled.columns) == ["track_id", *features.pooled]
    assert pooled.loc[7, "contrast_03_std"] == features.pooled["contrast_03_std"]
    segments = read_array(tmp_path / "out/segments/segments.npy")
    assert segments.dtype == np.float32
    assert segments.shape == (12, metrics["n_segments"], metrics["n_pooled"])
    assert np.array_equal(segments[7], features.segments)
    assert read_json(tmp_path / "out/segments/segments.json")["names"] == list(features.pooled)


def test_an_interrupted_run_resumes_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tracks = make_corpus(tmp_path / "audio", n=24)
    plain = tmp_path / "plain"
    extract_collection(tmp_path / "audio", tracks, plain, HERE)
    monkeypatch.setenv("REPRISE_SCRATCH", str(tmp_path / "scratch"))
    computed: list[str] = []
    original = chunk._compute

    def watched(audio: bytes, name: str, task: chunk.Task) -> dict[str, Any]:
        computed.append(name)
        return original(audio, name, task)

    def interrupted(items: Iterable[Any], **_: Any) -> Iterator[Any]:
        for number, item in enumerate(items):
            if number == 15:
                raise KeyboardInterrupt
            yield item

    monkeypatch.setattr(chunk, "_compute", watched)
    with monkeypatch.context() as patch:
        patch.setattr(extract_module, "track", interrupted)
        with pytest.raises(KeyboardInterrupt):
            extract_collection(tmp_path / "audio", tracks, tmp_path / "out", HERE)
    assert not (tmp_path / "out/frames/mel.npy").exists()
    assert len(computed) == 20  # two chunks
    extract_collection(tmp_path / "audio", tracks, tmp_path / "out", HERE)
    assert len(computed) == 24
    assert digests(tmp_path / "out") == digests(plain)
    nothing_kept = Job(AudioSettings(), compute=Compute(workers=1), kept_gb=0.0)
    extract_collection(tmp_path / "audio", tracks, tmp_path / "out", nothing_kept)
    assert len(computed) == 48
    assert digests(tmp_path / "out") == digests(plain)


@pytest.mark.parametrize(
    ("changed", "touched"),
    [
        ({"segment_seconds": 0.5}, {"segments/segments.json", "segments/segments.npy"}),
        (
            {"n_mfcc": 13},
            {"frames/mfcc.npy", "vectors/pooled.parquet", "segments/segments.json", "segments/segments.npy"},
        ),
    ],
)
def test_a_changed_setting_changes_what_it_touches_and_no_other_file(
    tmp_path: Path, changed: dict[str, Any], touched: set[str]
) -> None:
    tracks = make_corpus(tmp_path / "audio", n=3)
    for name, settings in (("before", AudioSettings()), ("after", AudioSettings(**changed))):
        job = Job(settings, compute=Compute(workers=1))
        extract_collection(tmp_path / "audio", tracks, tmp_path / name, job)
    before, after = digests(tmp_path / "before"), digests(tmp_path / "after")
    assert {name for name in FILES if before[name] != after[name]} == touched


def test_what_was_computed_under_other_settings_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = make_corpus(tmp_path / "audio", n=3)
    monkeypatch.setenv("REPRISE_KEPT", str(tmp_path / "kept"))
    computed: list[str] = []
    original = chunk._compute

    def watched(audio: bytes, name: str, task: chunk.Task) -> dict[str, Any]:
        computed.append(name)
        return original(audio, name, task)

    monkeypatch.setattr(chunk, "_compute", watched)
    here = Compute(workers=1)
    jobs = [
        (Job(AudioSettings(), compute=here), 3),
        (Job(AudioSettings(n_mfcc=13), compute=here), 6),
        (Job(AudioSettings(), chunk=20, compute=here, kept_gb=1.0), 6),
    ]
    for job, n_computed in jobs:
        extract_collection(tmp_path / "audio", tracks, tmp_path / "out", job)
        assert len(computed) == n_computed


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_workers(tmp_path: Path) -> None:
    tracks = make_corpus(tmp_path / "audio", n=25)
    (tmp_path / "audio" / f"{tracks['track_id'][3]}.wav").write_bytes(b"RIFF")
    for workers, size in ((1, 10), (2, 10), (2, 13)):
        job = Job(AudioSettings(), size, Compute(workers=workers))
        extract_collection(tmp_path / "audio", tracks, tmp_path / f"out-{workers}-{size}", job)
    assert digests(tmp_path / "out-1-10") == digests(tmp_path / "out-2-10") == digests(tmp_path / "out-2-13")


def test_bad_tracks_become_rejects_and_the_rest_is_kept(tmp_path: Path) -> None:
    audio = tmp_path / "audio"
    tracks = make_corpus(audio)
    paths = [audio / f"{track_id}.wav" for track_id in tracks["track_id"]]
    whole = paths[0].read_bytes()
    paths[0].write_bytes(whole[:5_000])
    paths[2].write_bytes(b"")
    paths[4].write_bytes(b"no audio at all, " * 100)
    soundfile.write(paths[5], np.zeros(N_SAMPLES, np.int16), 22_050)
    soundfile.write(paths[6], make_signal("music")[:20_000], 22_050)
    soundfile.write(paths[7], np.full(N_SAMPLES, np.nan), 22_050, subtype="FLOAT")
    paths[8].unlink()
    paths[9].unlink()
    paths[9].mkdir()
    metrics = extract_collection(audio, tracks, tmp_path / "out", HERE)
    rejects = read_table(tmp_path / "out/rejects.parquet", "rejects")
    expected = {
        0: "truncated", 2: "empty", 4: "not_audio", 5: "silent", 6: "wrong_length", 7: "non_finite", 8: "missing", 9: "not_audio",
    }  # fmt: skip
    assert dict(zip(rejects["source"], rejects["reason"], strict=True)) == {
        paths[number].name: reason for number, reason in expected.items()
    }
    assert metrics["rejects"]["not_audio"] == 2
    assert metrics["n_rejects"] == 8
    kept = [track_id for number, track_id in enumerate(tracks["track_id"]) if number not in expected]
    assert list(read_table(tmp_path / "out/frames/tracks.parquet", "frames")["track_id"]) == kept
    assert read_array(tmp_path / "out/frames/mfcc.npy").shape[0] == len(kept)
    assert set(digests(tmp_path / "out")) == FILES


def test_tracks_without_audio_are_left_out(tmp_path: Path) -> None:
    tracks = pd.DataFrame({"track_id": ["a", "b"], "n_samples": [0, 0], "sample_rate": [22_050, 22_050]})
    for number, rows in enumerate((tracks, tracks[:0])):
        out = tmp_path / f"out-{number}"
        metrics = extract_collection(tmp_path / "none", rows, out, HERE)
        assert metrics["n_tracks"] == 0
        assert metrics["n_without_audio"] == len(rows)
        assert set(digests(out)) == FILES
        assert read_array(out / "frames/mel.npy").shape == (0, 128, 0)
        assert len(read_table(out / "vectors/descriptors.parquet", "descriptors")) == 0


def test_nothing_usable_is_an_error_that_names_the_first(tmp_path: Path) -> None:
    tracks = make_corpus(tmp_path / "audio", n=2)
    for track_id in tracks["track_id"]:
        (tmp_path / "audio" / f"{track_id}.wav").write_bytes(b"")
    with pytest.raises(
        MissingData, match=r"none of 2 clips can be used; first: 0000000000000000\.wav: 0 bytes"
    ):
        extract_collection(tmp_path / "audio", tracks, tmp_path / "out", HERE)


def test_clips_of_two_lengths_are_refused(tmp_path: Path) -> None:
    tracks = pd.DataFrame(
        {"track_id": ["a", "b"], "n_samples": [9_000, 9_001], "sample_rate": [22_050, 22_050]}
    )
    with pytest.raises(BadInput, match="9000 samples at 22050 Hz and of 9001"):
        extract_collection(tmp_path, tracks, tmp_path / "out", Job(AudioSettings()))


def test_another_rate_is_resampled_to_one_length(tmp_path: Path) -> None:
    tracks = make_corpus(tmp_path / "audio", n=2)
    settings = AudioSettings(sample_rate=16_000)
    metrics = extract_collection(
        tmp_path / "audio", tracks, tmp_path / "out", Job(settings, compute=Compute(workers=1))
    )
    assert metrics["n_tracks"] == 2
    assert metrics["n_frames"] == settings.n_frames(24_000)


def test_impossible_jobs_are_refused() -> None:
    with pytest.raises(BadParameter, match=r"features\.chunk is 9"):
        Job(AudioSettings(), chunk=9)
    for values, key in (
        ({"workers": -1}, "workers"),
        ({"backend": "ray"}, r"compute\.backend"),
        ({"backend": "dask"}, r"compute\.scheduler"),
        ({"scheduler": "tcp://127.0.0.1:1"}, r"compute\.scheduler"),
    ):
        with pytest.raises(BadParameter, match=f"features.{key}"):
            Compute(**values)


def test_an_interrupted_file_never_takes_the_final_name(tmp_path: Path) -> None:
    def interrupted() -> None:
        with RowFile(tmp_path / "a.npy", (4, 2), np.float16) as rows:
            rows.append(np.ones(2))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("used", [0, 1, 3])
@pytest.mark.parametrize("most", [3, 100_000])
def test_a_file_of_rows_is_an_array_of_those_that_were_written(tmp_path: Path, used: int, most: int) -> None:
    values = np.random.default_rng(0).random((used, 2, 5)).astype(np.float16)
    with RowFile(tmp_path / "a.npy", (most, 2, 5), np.float16) as rows:
        for value in values:
            rows.append(value)
        if used == most:
            with pytest.raises(ValueError, match="row 3"):
                rows.append(values[0])
        with pytest.raises(ValueError, match="of"):
            rows.append(np.zeros(5))
    found = read_array(tmp_path / "a.npy")
    assert found.shape == values.shape
    assert np.array_equal(found, values)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]
