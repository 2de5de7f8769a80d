"""The same code on a Dask cluster: same bytes out, even when a worker is killed in the middle; clear errors without one."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from reprise.audio.compute import Compute, in_order
from reprise.audio.decode import to_pcm16
from reprise.audio.extract import Job, extract_collection
from reprise.audio.settings import AudioSettings
from reprise.errors import MissingData, RepriseError

from .conftest import SIGNALS, make_signal

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of tornado and distributed, when their processes are killed
    pytest.mark.xdist_group("dask"),
]


def square(chunk: list[int]) -> list[int]:
    return [value * value for value in chunk]


@pytest.fixture
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="distributed is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        yield local


def worker_pids(cluster: Any) -> list[int]:
    from distributed import Client

    with Client(cluster.scheduler_address) as client:  # type: ignore[no-untyped-call]
        return sorted(client.run(os.getpid).values())


def make_corpus(folder: Path, n: int) -> pd.DataFrame:
    folder.mkdir()
    ids = [f"{number:016x}" for number in range(n)]
    for number, track_id in enumerate(ids):
        samples = to_pcm16(make_signal(SIGNALS[number % 5], 2.0)[number * 50 :][:22_050])
        soundfile.write(folder / f"{track_id}.wav", samples, 22_050, subtype="PCM_16")
    return pd.DataFrame({"track_id": ids, "n_samples": 22_050, "sample_rate": 22_050})


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def kill_when_rows_are_written(target: Path, victim: int) -> None:
    partial = target / "frames/.mel.partial.npy"
    for _ in range(3_000):
        if partial.exists() and partial.stat().st_size > 100_000:
            break
        time.sleep(0.01)
    os.kill(victim, signal.SIGKILL)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order(workers: int) -> None:
    chunks = [[number, number + 1] for number in range(7)]
    assert list(in_order(square, chunks, Compute(workers=workers))) == [square(chunk) for chunk in chunks]
    assert list(in_order(square, [], Compute(workers=workers))) == []


def die_in_a_worker(chunk: int) -> int:
    if chunk == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return chunk


def test_a_dead_process_of_this_machine_is_explained() -> None:
    with pytest.raises(RepriseError, match="a worker process died"):
        list(in_order(die_in_a_worker, range(8), Compute(workers=2)))


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path: Path, cluster: Any) -> None:
    tracks = make_corpus(tmp_path / "audio", 120)
    (tmp_path / "audio" / f"{tracks['track_id'][3]}.wav").write_bytes(b"RIFF")
    victim = worker_pids(cluster)[0]
    killer = threading.Thread(target=kill_when_rows_are_written, args=(tmp_path / "there", victim))
    killer.start()
    job = Job(AudioSettings(), 10, Compute("dask", cluster.scheduler_address))
    extract_collection(tmp_path / "audio", tracks, tmp_path / "there", job)
    killer.join()
    assert victim not in worker_pids(cluster)
    extract_collection(
        tmp_path / "audio", tracks, tmp_path / "here", Job(AudioSettings(), 10, Compute(workers=1))
    )
    assert digests(tmp_path / "here") == digests(tmp_path / "there")
    assert np.load(tmp_path / "there/frames/mel.npy").shape[0] == 119


def test_no_cluster_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed")
    monkeypatch.setattr("reprise.audio.compute.PATIENCE", 1)
    with pytest.raises(MissingData, match=r"no cluster at tcp://127\.0\.0\.1:9"):
        list(in_order(square, [[1]], Compute("dask", "tcp://127.0.0.1:9")))


def test_dask_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(MissingData, match="pip install distributed"):
        list(in_order(square, [[1]], Compute("dask", "tcp://127.0.0.1:9")))
