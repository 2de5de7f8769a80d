"""Fetching the files of a dataset: into a cache outside the pipeline's outputs, checked, resumed where it broke off.

`pooch` keeps the cache and the checksums; `ResumingDownloader` does the transfers, a few at once. The cache is content-addressed
(``<cache>/<dataset>/<start of the checksum, or of the hash of the url>/<filename>``), so what was fetched once, from
upstream or from a mirror, is not fetched again, and a file of another mirror is never taken for it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pooch
from filelock import FileLock

from reprise.datasets.archive import looks_like_html
from reprise.datasets.base import Dataset, Remote
from reprise.datasets.optional import OptionalRemote
from reprise.datasets.transfer import READ_TIMEOUT, NotThere, Patience, ResumingDownloader
from reprise.errors import BadParameter, DownloadFailed, MissingData
from reprise.progress import track

CACHE_VARIABLE = "REPRISE_CACHE"
MIRROR_VARIABLE = "REPRISE_MIRROR"
KEY_DIGITS = 12
PARALLEL = 4  # files at a time: a server's limit on one connection is not the line's, and more would be rude


@dataclass(frozen=True)
class Fetching:
    """How files are fetched.

    Attributes
    ----------
    mirror : str
        Base URL or local directory that has the files as ``<mirror>/<dataset>/<filename>``; empty for upstream. The
        environment variable ``REPRISE_MIRROR`` stands in for an empty one.
    retries : int
        How often a transfer is tried again without having got any further.
    timeout : float
        Seconds after which a connection that brings (next to) nothing is made anew.
    """

    mirror: str = ""
    retries: int = 5
    timeout: float = READ_TIMEOUT

    def base(self) -> str:
        """Return the mirror in force, empty for upstream."""
        return (self.mirror or os.environ.get(MIRROR_VARIABLE, "")).rstrip("/")


def fetch_all(dataset: Dataset, options: Mapping[str, Any], fetching: Fetching) -> dict[str, Path]:
    """Return where the files of a dataset are that its options ask for, after fetching what is not there yet.

    Files are fetched a few at once; the result does not depend on which arrives first. Without one of them the others
    stop as well, and so they do at Ctrl-C; what has arrived by then is kept and continued by the next run.

    Returns
    -------
    dict of str to Path
        By file name, in the dataset's order; without the `OptionalRemote` that nobody has.

    Raises
    ------
    DownloadFailed
        If a file cannot be had, or does not have its checksum.
    MissingData
        If a local mirror lacks it.
    """
    remotes = dataset.files(options)
    patience = Patience(fetching.retries, fetching.timeout)
    pool = ThreadPoolExecutor(PARALLEL)
    try:
        arriving = [pool.submit(_fetch, dataset.name, remote, fetching, patience) for remote in remotes]
        ended: Iterable[Future[Path | None]] = as_completed(arriving)
        if len(remotes) > 1:
            ended = track(ended, total=len(remotes), desc=f"files of {dataset.name}", unit="files")
        for file in ended:
            file.result()
    finally:
        patience.stop.set()
        pool.shutdown(cancel_futures=True)
    found = {remote.filename: file.result() for remote, file in zip(remotes, arriving, strict=True)}
    return {name: path for name, path in found.items() if path is not None}


def fetch(dataset: str, remote: Remote, fetching: Fetching) -> Path:
    """Return where one file is, after fetching it if it is not there yet; see `fetch_all`."""
    return _place(dataset, remote, fetching, Patience(fetching.retries, fetching.timeout))


def _fetch(dataset: str, remote: Remote, fetching: Fetching, patience: Patience) -> Path | None:
    try:
        return _place(dataset, remote, fetching, patience)
    except NotThere:
        if isinstance(remote, OptionalRemote):
            return None
        raise


def _place(dataset: str, remote: Remote, fetching: Fetching, patience: Patience) -> Path:
    base = fetching.base()
    if base and "://" not in base:
        return _from_directory(Path(base), dataset, remote)
    if base and not base.startswith(("http://", "https://")):
        raise BadParameter(f"download.mirror = '{base}': must be http://…, https://… or a directory")
    url = f"{base}/{dataset}/{quote(remote.filename)}" if base else remote.url
    key = (remote.checksum or hashlib.sha256(url.encode()).hexdigest()).rpartition(":")[2][:KEY_DIGITS]
    target = cache_folder() / dataset / key / remote.filename
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_name(target.name + ".lock")):
            return _retrieve(url, remote, target, patience)
    except OSError as error:
        raise DownloadFailed(
            f"cannot write to the cache {target.parent} ({error.strerror or error}); set {CACHE_VARIABLE}"
        ) from error


def cache_folder() -> Path:
    """Return the folder of fetched files: ``REPRISE_CACHE``, or the user's cache."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else Path(pooch.os_cache("reprise"))


def _retrieve(url: str, remote: Remote, target: Path, patience: Patience) -> Path:
    pooch.get_logger().setLevel(logging.WARNING)
    downloader = ResumingDownloader(target, patience, checked=remote.checksum is not None)
    try:
        pooch.retrieve(url, remote.checksum, fname=target.name, path=target.parent, downloader=downloader)
    except ValueError as error:  # pooch's way to say that the checksum differs
        raise DownloadFailed(
            f"{url} has another checksum than {remote.checksum}; it was deleted: run again, and if that does not "
            f"help the file upstream has changed or the mirror's copy is damaged"
        ) from error
    return target


def _from_directory(mirror: Path, dataset: str, remote: Remote) -> Path:
    """Return a file of a local mirror, used where it lies."""
    path = mirror / dataset / remote.filename
    if not mirror.is_dir():
        raise MissingData(
            f"the mirror '{mirror}' is no directory; correct download.mirror or {MIRROR_VARIABLE}"
        )
    if not path.is_file():
        raise NotThere(f"the mirror has no file {path}; put {remote.filename} there (upstream: {remote.url})")
    if not _has_checksum(path, remote.checksum):
        page = " (it is an HTML page)" if looks_like_html(path) else ""
        raise DownloadFailed(
            f"{path} has another checksum than {remote.checksum}{page}; replace it by {remote.url}"
        )
    return path


def _has_checksum(path: Path, checksum: str | None) -> bool:
    if checksum is None:
        return True
    algorithm, _, expected = checksum.partition(":")
    return str(pooch.file_hash(str(path), alg=algorithm)) == expected
