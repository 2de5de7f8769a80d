"""Fetching the many files of a dataset: a few at once, one result, and an end to waiting."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.datasets.conftest import FaultyServer

from reprise.datasets.base import Dataset, Remote
from reprise.datasets.fetch import PARALLEL, Fetching, cache_folder, fetch, fetch_all
from reprise.datasets.optional import OptionalRemote
from reprise.datasets.transfer import BLOCK
from reprise.errors import DownloadFailed, MissingData

BODY = np.random.default_rng(0).bytes(400_000)
NAMES = [f"{letter}.bin" for letter in "hgfedcba"]

CHILD = """
import signal, sys
from dataclasses import replace
from reprise.datasets.base import Remote
from reprise.datasets.discovery import find
from reprise.datasets.fetch import Fetching, fetch_all
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background inherits that it is ignored
dataset = find("gtzan_mini")
remote = Remote("file.bin", *sys.argv[1:])
fetch_all(replace(dataset, info=replace(dataset.info, remotes=(remote,))), {}, Fetching(timeout=600.0))
"""


def checksum(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def dataset_of(folders: Dataset, *remotes: Remote) -> Dataset:
    return replace(folders, info=replace(folders.info, remotes=remotes))


@pytest.fixture
def eight(server: FaultyServer, folders: Dataset) -> Dataset:
    """A dataset of eight files, the server's answer to each a moment late."""
    server.files = {f"/{name}": name.encode() + BODY for name in NAMES}
    server.delay = 0.1
    return dataset_of(
        folders, *(Remote(name, f"{server.url}/{name}", checksum(name.encode() + BODY)) for name in NAMES)
    )


def test_files_come_a_few_at_once_and_in_the_datasets_order(server: FaultyServer, eight: Dataset) -> None:
    files = fetch_all(eight, {}, Fetching())
    assert list(files) == NAMES
    assert all(files[name].read_bytes() == name.encode() + BODY for name in NAMES)
    assert 1 < server.most_at_once <= PARALLEL
    assert fetch_all(eight, {}, Fetching()) == files
    assert len(server.log) == len(NAMES)


def test_faults_of_several_files_at_once_are_all_survived(server: FaultyServer, eight: Dataset) -> None:
    kinds = ["truncated", "500", "reset", "no-ranges", "stalled", "503", "truncated", "dripping"]
    server.faults = {f"/{name}": [kind] for name, kind in zip(NAMES, kinds, strict=True)}
    files = fetch_all(eight, {}, Fetching(timeout=0.4))
    assert all(files[name].read_bytes() == name.encode() + BODY for name in NAMES)


def test_one_lost_file_ends_the_run_and_the_next_one_goes_on(server: FaultyServer, eight: Dataset) -> None:
    lost = server.files.pop("/a.bin")
    with pytest.raises(DownloadFailed, match=r"a\.bin: the server answers 404"):
        fetch_all(eight, {}, Fetching())
    server.files["/a.bin"] = lost
    complete = {f"/{path.name}" for path in cache_folder().rglob("*.bin")}
    asked = len(server.log)
    assert len(fetch_all(eight, {}, Fetching())) == len(NAMES)
    assert {path for path, _ in server.log[asked:]} == server.files.keys() - complete


@pytest.mark.parametrize("place", ["upstream", "mirror", "folder"])
def test_file_that_a_dataset_can_do_without_is_left_out(
    server: FaultyServer, folders: Dataset, tmp_path: Path, place: str
) -> None:
    dataset = dataset_of(
        folders,
        Remote("list", f"{server.url}/folders/list"),
        OptionalRemote("one", f"{server.url}/folders/one"),
    )
    (tmp_path / "folders").mkdir()
    (tmp_path / "folders/list").write_bytes(b"list")
    server.files["/folders/list"] = b"list"
    fetching = Fetching(mirror={"upstream": "", "mirror": server.url, "folder": str(tmp_path)}[place])
    assert list(fetch_all(dataset, {}, fetching)) == ["list"]
    server.files["/folders/one"] = b"one"
    (tmp_path / "folders/one").write_bytes(b"one")
    assert list(fetch_all(dataset, {}, fetching)) == ["list", "one"]


def test_only_absence_is_forgiven(server: FaultyServer, folders: Dataset, tmp_path: Path) -> None:
    dataset = dataset_of(folders, OptionalRemote("one", f"{server.url}/one"))
    server.faults["/one"] = ["500"] * 9
    with pytest.raises(DownloadFailed, match="gave up"):
        fetch_all(dataset, {}, Fetching(retries=1))
    with pytest.raises(MissingData, match="is no directory"):
        fetch_all(dataset, {}, Fetching(mirror=str(tmp_path / "absent")))


@pytest.mark.parametrize("fault", ["stalled", "dripping"])
def test_server_that_falls_asleep_is_left_and_asked_again(server: FaultyServer, fault: str) -> None:
    server.files["/file.bin"] = BODY
    server.faults["/file.bin"] = [fault]
    start = time.monotonic()
    remote = Remote("file.bin", f"{server.url}/file.bin", checksum(BODY))
    assert fetch("d", remote, Fetching(timeout=0.3)).read_bytes() == BODY
    assert time.monotonic() - start < 4.0
    assert len(server.log) == 2
    assert int(server.ranges()[1].removeprefix("bytes=").rstrip("-")) >= len(BODY) // 2


def test_server_that_always_falls_asleep_is_given_up(server: FaultyServer) -> None:
    server.files["/file.bin"] = BODY[:1_000]
    server.faults["/file.bin"] = ["stalled"] * 9
    with pytest.raises(DownloadFailed, match=r"gave up after 3 attempts .*timed out"):
        fetch(
            "d",
            Remote("file.bin", f"{server.url}/file.bin", checksum(BODY)),
            Fetching(retries=2, timeout=0.2),
        )


@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_what_has_arrived_is_not_sent_again(server: FaultyServer, fault: str) -> None:
    server.files["/file.bin"] = BODY
    server.faults["/file.bin"] = [fault] * 3
    fetch("d", Remote("file.bin", f"{server.url}/file.bin", checksum(BODY)), Fetching(retries=1))
    assert len(server.log) == 4
    assert len(BODY) <= server.sent["/file.bin"] < len(BODY) + BLOCK


def test_control_c_keeps_what_has_arrived_and_the_next_run_goes_on(server: FaultyServer, root: Path) -> None:
    server.files["/file.bin"] = BODY
    server.faults["/file.bin"] = ["dripping"]
    command = [sys.executable, "-c", CHILD, f"{server.url}/file.bin", checksum(BODY)]
    child = subprocess.Popen(command, cwd=root / "src", stderr=subprocess.PIPE, text=True)
    part = None
    for _ in range(600):
        part = next(cache_folder().rglob("*.part"), None)
        if part is not None and part.stat().st_size > len(BODY) // 4:
            break
        time.sleep(0.05)
    assert part is not None
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=120)
    assert child.returncode != 0
    assert "KeyboardInterrupt" in errors
    kept = part.stat().st_size
    assert kept > len(BODY) // 2
    remote = Remote("file.bin", f"{server.url}/file.bin", checksum(BODY))
    assert fetch("gtzan_mini", remote, Fetching()).read_bytes() == BODY
    assert server.ranges() == ["", f"bytes={kept}-"]


def test_names_that_a_url_would_misread_are_quoted(server: FaultyServer, folders: Dataset) -> None:
    name = "Intro_[Pulsschlag]_#1?_-_Óyeme 100%.mp3"
    server.files[f"/m/folders/{name}"] = BODY
    dataset = dataset_of(folders, Remote(name, "http://upstream.invalid/x"))
    assert fetch_all(dataset, {}, Fetching(mirror=server.url + "/m"))[name].read_bytes() == BODY
