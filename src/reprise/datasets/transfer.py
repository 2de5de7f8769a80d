"""One HTTP transfer that survives a bad line: it resumes from a ``.part`` file, waits, tries again, and says how far."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from time import sleep
from typing import Any, BinaryIO

import requests

from reprise.datasets.archive import looks_like_html
from reprise.errors import DownloadFailed
from reprise.progress import track

MEBIBYTE = 1 << 20
BLOCK = 1 << 16
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0  # seconds
LONGEST_WAIT = 30.0  # seconds between two attempts, which start at 1 s and double
WORTH_A_RETRY = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class _TryAgain(Exception):
    """The server asks to come back later, or sent less than it promised."""


class ResumingDownloader:
    """Fetch a file with HTTP Range requests, as a downloader for `pooch.retrieve`.

    What has arrived is kept in ``<target>.part`` (and the version it is of in ``<target>.version``), so an interrupted
    transfer goes on where it stopped, in this process or the next.

    Parameters
    ----------
    target : Path
        Final place of the file.
    retries : int
        Attempts after the first that bring nothing new; an attempt that gets further does not count.
    checked : bool
        Whether a checksum is compared in the end. Without one, what another process left is only continued if the
        server can tell that it is still the same file.
    """

    def __init__(self, target: Path, retries: int, *, checked: bool) -> None:
        self.name = target.name
        self.part = target.with_name(target.name + ".part")
        self.version = target.with_name(target.name + ".version")
        self.retries = retries
        self.checked = checked

    def __call__(self, url: str, output_file: str, _pooch: object = None) -> None:
        """Fetch ``url`` into ``output_file``.

        Raises
        ------
        DownloadFailed
            If the server refuses, the line stays broken, the disk is full, or a web page came in place of the file.
        """
        if not self.checked and not self.version.exists():
            self.part.unlink(missing_ok=True)
        furthest, failures = self._size(), 0
        while True:
            try:
                self._attempt(url)
                break
            except (*WORTH_A_RETRY, _TryAgain) as error:
                size = self._size()
                failures = 0 if size > furthest else failures + 1
                furthest = max(furthest, size)
                if failures > self.retries:
                    raise DownloadFailed(
                        f"{url}: gave up after {failures} attempts in a row that brought nothing ({_reason(error)}); "
                        f"{size} bytes are kept: run again to go on, or name another place (download.mirror, REPRISE_MIRROR)"
                    ) from error
                wait = min(2.0 ** max(failures - 1, 0), LONGEST_WAIT)
                print(
                    f"fetching {self.name}: {_reason(error)}; again in {wait:.0f} s from byte {size}",
                    file=sys.stderr,
                )
                sleep(wait)
            except requests.RequestException as error:
                raise DownloadFailed(f"{url}: {_reason(error)}") from error
            except OSError as error:
                raise self._disk_error(error) from error
        self.version.unlink(missing_ok=True)
        if looks_like_html(self.part):
            self.part.unlink()
            raise DownloadFailed(
                f"{url}: the server sent a web page, not a file; open it in a browser to see what it says"
            )
        self.part.replace(output_file)

    def _attempt(self, url: str) -> None:
        """Go on from where the partial file ends; return when it is complete."""
        start = self._size()
        # without compression on the way: ranges and lengths are those of the file
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers |= {"Range": f"bytes={start}-"}
            if self.version.exists():
                headers |= {"If-Range": self.version.read_text(encoding="utf-8")}
        with requests.get(
            url, headers=headers, stream=True, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT)
        ) as response:
            if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._past_the_end(response, start)
                return
            _check_status(response)
            resumed = response.status_code == HTTPStatus.PARTIAL_CONTENT
            self._remember_version(response)
            self._write(response, start if resumed else 0)

    def _write(self, response: requests.Response, start: int) -> None:
        length = response.headers.get("Content-Length")
        left = None if length is None else int(length)
        if left is not None and left > shutil.disk_usage(self.part.parent).free:
            raise OSError(errno.ENOSPC, f"{left / 1e6:.0f} MB are still to come")
        total = None if left is None else left // MEBIBYTE
        with self.part.open("r+b" if start else "wb") as file:
            file.seek(start)
            for _ in track(_copy(response, file), total=total, desc=f"fetching {self.name}", unit="MiB"):
                pass
        if left is not None and self._size() < start + left:
            raise _TryAgain(f"the connection ended {start + left - self._size()} bytes early")

    def _past_the_end(self, response: requests.Response, start: int) -> None:
        """Tell a complete partial file from one that is longer than the file of today."""
        if response.headers.get("Content-Range", "").rpartition("/")[2] != str(start):
            self.part.unlink()
            raise _TryAgain("the partial file does not belong to the file on the server")

    def _remember_version(self, response: requests.Response) -> None:
        """Keep a validator: with it, a file that changed between two attempts is fetched from its start."""
        tag = response.headers.get("ETag", "W/")
        validator = response.headers.get("Last-Modified") if tag.startswith("W/") else tag
        if validator:
            self.version.write_text(validator, encoding="utf-8")
        else:
            self.version.unlink(missing_ok=True)

    def _size(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _disk_error(self, error: OSError) -> DownloadFailed | OSError:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return error
        free = shutil.disk_usage(self.part.parent).free / 1e6
        return DownloadFailed(
            f"{self.part.parent}: no space left ({error.strerror}; {free:.0f} MB free); what has arrived is kept: free some "
            f"and run again, or set REPRISE_CACHE to another disk"
        )


def _copy(response: requests.Response, file: BinaryIO) -> Iterator[None]:
    """Write a body as it arrives, in blocks small enough that a broken line costs little; yield once per mebibyte."""
    arrived = 0
    for block in response.iter_content(BLOCK):
        file.write(block)
        before, arrived = arrived, arrived + len(block)
        yield from (None for _ in range(arrived // MEBIBYTE - before // MEBIBYTE))


def _check_status(response: requests.Response) -> None:
    code = response.status_code
    if code in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        return
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR or code in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    ):
        raise _TryAgain(f"the server answers {code} {response.reason}")
    raise DownloadFailed(
        f"{response.url}: the server answers {code} {response.reason}; check download.mirror, or the file has moved"
    )


def _reason(error: Any) -> str:
    """Return the innermost cause, in one line."""
    while error.__context__ is not None:
        error = error.__context__
    return " ".join(str(error).split()) or type(error).__name__
