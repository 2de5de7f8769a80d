"""GTZAN and its mini: upstream's layout, its known faults, and the real recordings where they are at hand."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.datasets.conftest import FaultyServer, encoded, tone, write_zip

from reprise.datasets.base import Reject, Request
from reprise.datasets.discovery import find
from reprise.datasets.fetch import Fetching, fetch_all
from reprise.datasets.gtzan import ARCHIVE, LISTS, read_splits
from reprise.datasets.gtzan_mini_checksums import SHA256
from reprise.datasets.ingest import ingest
from reprise.datasets.rebuild_mini import rebuild
from reprise.errors import BadInput, MissingData
from reprise.tables import read_json, read_table

MINI_PARAMS = """\
dataset: gtzan_mini
seed: 0
datasets: {gtzan_mini: {}}
download: {mirror: MIRROR, workers: 0, retries: 1, timeout: 60.0}
"""


@pytest.fixture
def gtzan_files(tmp_path: Path) -> Callable[[dict[str, bytes]], dict[str, Path]]:
    """Write what upstream has: the archive and the three lists."""

    def make(tracks: dict[str, bytes]) -> dict[str, Path]:
        with tarfile.open(tmp_path / ARCHIVE, "w:gz") as archive:
            for name, data in tracks.items():
                member = tarfile.TarInfo(f"genres/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
        for split, name in LISTS.items():
            (tmp_path / name).write_text(
                "\n".join(n for n in tracks if n.endswith(f"{len(split)}.wav")) + "\n"
            )
        return {name: tmp_path / name for name in (ARCHIVE, *LISTS.values())}

    return make


def test_gtzan_comes_in_with_its_split_and_without_its_unreadable_track(
    gtzan_files: Callable[[dict[str, bytes]], dict[str, Path]], tmp_path: Path
) -> None:
    long = find("gtzan").info.n_samples
    tracks = {
        "jazz/jazz.00005.wav": encoded(tone(0, long)),
        "jazz/jazz.00054.wav": b"\x00" * 1_000,
        "jazz/._jazz.00005.wav": b"resource fork",
        "rock/rock.00004.wav": encoded(tone(1, long + 5_000)),
        "rock/rock.00099.wav": encoded(tone(2, long)),
    }
    request = Request("tracks", {}, gtzan_files(tracks))
    metrics = ingest(find("gtzan"), request, tmp_path / "out")
    rejects = read_table(tmp_path / "out/rejects.parquet")
    splits = read_table(tmp_path / "out/groups.parquet")["official_split"]
    assert metrics["tracks"] == 3
    assert rejects[["source", "reason"]].to_numpy().tolist() == [["jazz/jazz.00054.wav", "not_audio"]]
    assert sorted(splits.dropna()) == ["test", "train"]
    assert splits.isna().sum() == 1


def test_limit_takes_the_first_of_each_genre(
    gtzan_files: Callable[[dict[str, bytes]], dict[str, Path]],
) -> None:
    names = [f"{genre}/{genre}.{number:05d}.wav" for genre in ("a", "b") for number in range(4)]
    request = Request("tracks", {"limit": 2}, gtzan_files(dict.fromkeys(names, b"x")))
    found = [track.source for track in find("gtzan").load(request)]
    assert found == [name for name in names if name[-5] in "01"]


def test_mini_lists_what_is_missing_or_unexpected(tmp_path: Path) -> None:
    members = {
        "gtzan_mini-main/genres/jazz/jazz.00000.wav": encoded(tone(0)),
        "gtzan_mini-main/genres/jazz/jazz.00099.wav": b"",
    }
    path = write_zip(tmp_path / "main.zip", members)
    found = list(find("gtzan_mini").load(Request("tracks", {}, {"main.zip": path})))
    reasons = {item.source: item.reason for item in found if isinstance(item, Reject)}
    assert reasons.pop("jazz/jazz.00099.wav") == "unexpected"
    assert reasons == dict.fromkeys(SHA256.keys() - {"jazz/jazz.00000.wav"}, "missing")


def test_mini_with_another_recording_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "main.zip", {"gtzan_mini-main/genres/jazz/jazz.00000.wav": encoded(tone(0))})
    with pytest.raises(MissingData, match=r"99 missing, 1 wrong_checksum"):
        ingest(find("gtzan_mini"), Request("tracks", {}, {"main.zip": path}), tmp_path / "out")


def test_rebuilding_from_other_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="all 100 tracks"):
        rebuild(tmp_path, tmp_path)
    soundfile.write(tmp_path / "blues.00000.flac", tone(0), 22_050)
    with pytest.raises(BadInput, match="another recording"):
        rebuild(tmp_path, tmp_path)


@pytest.fixture(scope="session")
def mini_mirror(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirror")
    rebuild(real_data / "gtzan_mini", folder)
    return folder


def test_official_lists_have_the_published_sizes(real_data: Path) -> None:
    lists = {name: real_data / "gtzan_lists" / name for name in LISTS.values()}
    splits = list(read_splits(lists).values())
    assert [splits.count(name) for name in ("train", "validation", "test")] == [443, 197, 290]


def test_real_mini_runs_through_the_stage(mini_mirror: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(MINI_PARAMS.replace("MIRROR", str(mini_mirror)))
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    command = [sys.executable, str(root / "stages/download.py"), "tracks"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    corpus = tmp_path / "data/corpus/tracks"
    labels = read_table(corpus / "labels.parquet", "labels")
    assert read_json(corpus / "corpus.json")["n_tracks"] == 100
    assert read_json(tmp_path / "metrics/download/tracks.json")["rejects"] == {"total": 0}
    assert labels["genre"].value_counts().tolist() == [10] * 10
    same_as_next = np.mean(labels["genre"].to_numpy()[1:] == labels["genre"].to_numpy()[:-1])
    assert same_as_next < 0.3  # 0.09 by chance; 0.91 in upstream's order


def test_real_mini_comes_over_http_despite_a_broken_line(
    mini_mirror: Path, server: FaultyServer, tmp_path: Path
) -> None:
    path = "/gtzan_mini/main.zip"
    server.files[path] = (mini_mirror / "gtzan_mini/main.zip").read_bytes()
    server.faults[path] = ["500", "truncated"]
    files = fetch_all(find("gtzan_mini"), {}, Fetching(mirror=server.url, retries=2))
    assert files["main.zip"].stat().st_size == len(server.files[path])
    assert server.ranges()[:2] == ["", ""]
    assert server.ranges()[2].startswith("bytes=")
    request = Request("tracks", {"limit": 1}, files)
    assert ingest(find("gtzan_mini"), request, tmp_path)["tracks"] == 10
