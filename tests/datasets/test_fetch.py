"""Fetching: checksums, the cache, mirrors, and what a bad line or a full disk does."""

from __future__ import annotations

import errno
import hashlib
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import requests
from tests.datasets.conftest import HTML, FaultyServer

from reprise.datasets.base import Remote
from reprise.datasets.fetch import Fetching, cache_folder, fetch
from reprise.errors import BadParameter, DownloadFailed, MissingData

BODY = np.random.default_rng(0).bytes(700_000)
SHA256 = "sha256:" + hashlib.sha256(BODY).hexdigest()
PATH = "/somewhere/file.bin"


@pytest.fixture
def remote(server: FaultyServer) -> Remote:
    server.files[PATH] = BODY
    return Remote("file.bin", server.url + PATH, SHA256)


def leftovers() -> list[str]:
    return [path.name for path in cache_folder().rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_file_arrives_and_is_not_fetched_again(server: FaultyServer, remote: Remote) -> None:
    for _ in range(2):
        assert fetch("d", remote, Fetching()).read_bytes() == BODY
    assert len(server.log) == 1
    assert leftovers() == ["file.bin"]


def test_damaged_cache_is_noticed_and_fetched_again(server: FaultyServer, remote: Remote) -> None:
    fetch("d", remote, Fetching()).write_bytes(b"rotten")
    assert fetch("d", remote, Fetching()).read_bytes() == BODY
    assert len(server.log) == 2


@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_broken_transfer_resumes_where_it_stopped(server: FaultyServer, remote: Remote, fault: str) -> None:
    server.faults[PATH] = [fault, fault]
    assert fetch("d", remote, Fetching(retries=0)).read_bytes() == BODY
    starts = [int(value.removeprefix("bytes=").rstrip("-") or 0) for value in server.ranges()]
    assert len(starts) == 3
    assert 0 == starts[0] < starts[1] < starts[2]


def test_server_without_ranges_starts_over(server: FaultyServer, remote: Remote) -> None:
    server.faults[PATH] = ["truncated", "no-ranges"]
    assert fetch("d", remote, Fetching()).read_bytes() == BODY


def test_500_then_200_is_tried_again(server: FaultyServer, remote: Remote) -> None:
    server.faults[PATH] = ["500", "503"]
    assert fetch("d", remote, Fetching(retries=2)).read_bytes() == BODY
    assert len(server.log) == 3


def test_retries_end(server: FaultyServer, remote: Remote) -> None:
    server.faults[PATH] = ["500"] * 9
    with pytest.raises(DownloadFailed, match=r"gave up after 3 attempts in a row .*500"):
        fetch("d", remote, Fetching(retries=2))
    assert len(server.log) == 3


def test_404_is_not_tried_again(server: FaultyServer) -> None:
    with pytest.raises(DownloadFailed, match="404"):
        fetch("d", Remote("file.bin", server.url + "/nowhere", SHA256), Fetching())
    assert len(server.log) == 1


def test_nobody_listening_is_one_clear_error(server: FaultyServer) -> None:
    assert server.url
    with pytest.raises(DownloadFailed, match="refused"):
        fetch("d", Remote("file.bin", "http://127.0.0.1:9/file.bin"), Fetching(retries=1))


def test_wrong_bytes_are_refused_and_not_kept(server: FaultyServer, remote: Remote) -> None:
    server.files[PATH] = BODY[:-1] + b"!"
    with pytest.raises(DownloadFailed, match="another checksum than sha256:"):
        fetch("d", remote, Fetching())
    assert leftovers() == []


@pytest.mark.parametrize("checksum", [None, SHA256])
def test_web_page_in_place_of_a_file_is_refused(server: FaultyServer, checksum: str | None) -> None:
    server.files[PATH] = HTML
    with pytest.raises(DownloadFailed, match="web page"):
        fetch("d", Remote("file.bin", server.url + PATH, checksum), Fetching())
    assert leftovers() == []


def test_partial_file_of_another_process_is_continued(server: FaultyServer, remote: Remote) -> None:
    server.faults[PATH] = ["truncated", "404"]
    with pytest.raises(DownloadFailed):
        fetch("d", remote, Fetching())
    kept = next(cache_folder().rglob("file.bin.part")).stat().st_size
    assert fetch("d", remote, Fetching()).read_bytes() == BODY
    assert server.ranges()[-1] == f"bytes={kept}-"
    assert kept > 0


def test_complete_partial_file_is_taken(server: FaultyServer, remote: Remote) -> None:
    target = fetch("d", remote, Fetching())
    target.rename(target.with_suffix(".bin.part"))
    assert fetch("d", remote, Fetching()).read_bytes() == BODY
    assert server.ranges()[-1] == f"bytes={len(BODY)}-"


def test_partial_file_longer_than_the_file_is_dropped(remote: Remote) -> None:
    target = fetch("d", remote, Fetching())
    target.rename(target.with_suffix(".bin.part")).write_bytes(BODY + b"more")
    assert fetch("d", remote, Fetching()).read_bytes() == BODY


def test_full_disk_is_said_and_what_arrived_is_kept(
    server: FaultyServer, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(response: requests.Response, file: BinaryIO, _: object) -> Iterator[int]:
        file.write(next(response.iter_content(1_000)))
        yield 1_000
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("reprise.datasets.transfer._copy", fill)
        with pytest.raises(DownloadFailed, match=r"no space left .*REPRISE_CACHE"):
            fetch("d", remote, Fetching())
    assert "file.bin.part" in leftovers()
    assert fetch("d", remote, Fetching()).read_bytes() == BODY
    assert server.ranges()[-1] == "bytes=1000-"


def test_too_small_disk_is_said_before_the_transfer(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10, 9, 1))
    with pytest.raises(DownloadFailed, match="no space left"):
        fetch("d", remote, Fetching())


def test_cache_that_cannot_be_written_is_said(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("REPRISE_CACHE", str(tmp_path / "file"))
    with pytest.raises(DownloadFailed, match="cannot write to the cache"):
        fetch("d", remote, Fetching())


def test_mirror_server_stands_in_for_upstream(server: FaultyServer) -> None:
    server.files["/base/d/file.bin"] = BODY
    upstream = Remote("file.bin", "http://upstream.invalid/file.bin", SHA256)
    assert fetch("d", upstream, Fetching(mirror=server.url + "/base/")).read_bytes() == BODY


def test_mirror_variable_yields_to_the_parameter(
    server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.files["/d/file.bin"] = BODY
    monkeypatch.setenv("REPRISE_MIRROR", str(tmp_path / "absent"))
    upstream = Remote("file.bin", "http://upstream.invalid/file.bin", SHA256)
    assert fetch("d", upstream, Fetching(mirror=server.url)).read_bytes() == BODY
    with pytest.raises(MissingData, match="is no directory"):
        fetch("d", upstream, Fetching())


def test_file_without_checksum_is_cached_by_mirror(server: FaultyServer) -> None:
    server.files |= {"/a/d/file.bin": b"one", "/b/d/file.bin": b"two"}
    upstream = Remote("file.bin", "http://upstream.invalid/file.bin")
    assert fetch("d", upstream, Fetching(mirror=server.url + "/a")).read_bytes() == b"one"
    assert fetch("d", upstream, Fetching(mirror=server.url + "/b")).read_bytes() == b"two"


def test_mirror_directory_is_used_in_place(tmp_path: Path) -> None:
    remote = Remote("file.bin", "http://upstream.invalid/file.bin", SHA256)
    with pytest.raises(MissingData, match=r"has no file .*file\.bin"):
        fetch("d", remote, Fetching(mirror=str(tmp_path)))
    file = tmp_path / "d" / "file.bin"
    file.parent.mkdir()
    file.write_bytes(BODY)
    assert fetch("d", remote, Fetching(mirror=str(tmp_path))) == file
    file.write_bytes(HTML)
    with pytest.raises(DownloadFailed, match=r"another checksum .*HTML page"):
        fetch("d", remote, Fetching(mirror=str(tmp_path)))


def test_mirror_of_another_protocol_is_refused() -> None:
    with pytest.raises(BadParameter, match=r"ftp://x.*must be http"):
        fetch("d", Remote("f", "http://upstream.invalid/f"), Fetching(mirror="ftp://x"))
