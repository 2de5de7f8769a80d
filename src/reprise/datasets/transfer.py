"""One HTTP transfer that survives a bad line: it resumes from a ``.part`` file, waits, tries again, and says how far."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, BinaryIO

import requests
import urllib3

from reprise.datasets.archive import looks_like_html
from reprise.errors import DownloadFailed, MissingData
from reprise.progress import track

MEBIBYTE = 1 << 20
BLOCK = 1 << 16
LARGE = 8 * MEBIBYTE  # files from which on a transfer shows how far it is
CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0  # seconds
LONGEST_WAIT = 30.0  # seconds between two attempts, which start at 1 s and double
WORTH_A_RETRY = (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError)
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class NotThere(DownloadFailed, MissingData):
    """The server or mirror answers, and does not have the file."""


class _TryAgain(Exception):
    """The server asks to come back later, sends less than it promised, or next to nothing."""


@dataclass(frozen=True)
class Patience:
    """How long a bad line is borne.

    Attributes
    ----------
    retries : int
        Attempts after the first that bring nothing new; an attempt that gets further by 64 KiB does not count.
    timeout : float
        Seconds without a byte, or with less than 64 KiB, after which a connection is given up and made anew.
    stop : Event
        Set by who no longer waits for the file: the transfer then ends, and what has arrived stays.
    """

    retries: int = 5
    timeout: float = READ_TIMEOUT
    stop: Event = field(default_factory=Event)


class ResumingDownloader:
    """Fetch a file with HTTP Range requests, as a downloader for `pooch.retrieve`.

    What has arrived is kept in ``<target>.part`` (and the version it is of in ``<target>.version``), so an interrupted
    transfer goes on where it stopped, in this process or the next.

    Parameters
    ----------
    target : Path
        Final place of the file.
    patience : Patience
        When to try again, and when to give up.
    checked : bool
        Whether a checksum is compared in the end. Without one, what another process left is only continued if the
        server can tell that it is still the same file.
    """

    def __init__(self, target: Path, patience: Patience, *, checked: bool) -> None:
        self.name = target.name
        self.part = target.with_name(target.name + ".part")
        self.version = target.with_name(target.name + ".version")
        self.patience = patience
        self.checked = checked

    def __call__(self, url: str, output_file: str, _pooch: object = None) -> None:
        """Fetch ``url`` into ``output_file``.

        Raises
        ------
        DownloadFailed
            If the server refuses, the line stays broken, the disk is full, a web page came in place of the file, or
            nobody waits for it any longer. `NotThere` if the server does not have it.
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
                failures = 0 if size >= furthest + BLOCK else failures + 1
                furthest = max(furthest, size)
                self._wait(url, error, failures)
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

    def _wait(self, url: str, error: Exception, failures: int) -> None:
        """Wait before the next attempt, twice as long after each that brought nothing, or give up."""
        kept = f"{self._size()} bytes are kept: run again to go on"
        if self.patience.stop.is_set():
            raise DownloadFailed(f"{url}: interrupted; {kept}")
        if failures > self.patience.retries:
            raise DownloadFailed(
                f"{url}: gave up after {failures} attempts in a row that brought next to nothing ({_reason(error)}); "
                f"{kept}, or name another place (download.mirror, REPRISE_MIRROR)"
            ) from error
        wait = min(2.0 ** max(failures - 1, 0), LONGEST_WAIT)
        print(
            f"fetching {self.name}: {_reason(error)}; again in {wait:.0f} s from byte {self._size()}",
            file=sys.stderr,
        )
        self.patience.stop.wait(wait)

    def _attempt(self, url: str) -> None:
        """Go on from where the partial file ends; return when it is complete."""
        start = self._size()
        # without compression on the way: ranges and lengths are those of the file
        headers = {"Accept-Encoding": "identity"}
        if start:
            headers |= {"Range": f"bytes={start}-"}
            if self.version.exists():
                headers |= {"If-Range": self.version.read_text(encoding="utf-8")}
        timeout = (min(CONNECT_TIMEOUT, self.patience.timeout), self.patience.timeout)
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
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
        with self.part.open("r+b" if start else "wb") as file:
            file.seek(start)
            steps = _mebibytes(_copy(response, file, self.patience))
            if left is None or left >= LARGE:
                total = None if left is None else left // MEBIBYTE
                steps = track(steps, total=total, desc=f"fetching {self.name}", unit="MiB")
            for _ in steps:
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


def _copy(response: requests.Response, file: BinaryIO, patience: Patience) -> Iterator[int]:
    """Write a body as it arrives, so that a broken line costs nothing, and yield the sizes of its pieces."""
    recent, since = 0, monotonic()
    while piece := response.raw.read1(BLOCK, decode_content=True):
        file.write(piece)
        yield len(piece)
        recent += len(piece)
        if patience.stop.is_set():
            raise _TryAgain("interrupted")
        if recent >= BLOCK:
            recent, since = 0, monotonic()
        elif monotonic() - since > patience.timeout:
            raise _TryAgain(f"only {recent} bytes came in {patience.timeout:g} s")


def _mebibytes(sizes: Iterator[int]) -> Iterator[None]:
    """Yield once for each mebibyte that has come in."""
    arrived = 0
    for size in sizes:
        before, arrived = arrived, arrived + size
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
    kind = NotThere if code in GONE else DownloadFailed
    raise kind(
        f"{response.url}: the server answers {code} {response.reason}; check download.mirror, or the file has moved"
    )


def _reason(error: Any) -> str:
    """Return the innermost cause, in one line."""
    while error.__context__ is not None:
        error = error.__context__
    return " ".join(str(error).split()) or type(error).__name__
