"""Upstream's servers on the loopback device: the same paths, with files that a test made."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.datasets.conftest import FaultyServer, encoded, tone

from reprise.datasets.base import Dataset, Remote, Request
from reprise.datasets.fetch import Fetching, fetch_all

SECOND = 22_050
BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s
RATES = (44_100, 48_000, 32_000)  # Hz


def served(
    dataset: Dataset, server: FaultyServer, files: Mapping[str, bytes], genuine: Iterable[str] = ()
) -> Dataset:
    """Return a dataset whose urls lead to a loopback server that holds the given files at upstream's paths.

    Checksums become those of the files, but for the genuine ones, which must have upstream's.
    """

    def local(options: Mapping[str, Any]) -> tuple[Remote, ...]:
        return tuple(here(remote) for remote in dataset.files(options))

    def here(remote: Remote) -> Remote:
        path = path_of(remote)
        content = files.get(remote.filename, b"")
        if remote.filename in files:
            server.files.setdefault(path, content)
        algorithm, _, upstreams = (remote.checksum or "").partition(":")
        digest = upstreams if remote.filename in genuine else hashlib.new(algorithm, content).hexdigest()
        return replace(remote, url=f"{server.url}{path}", checksum=f"{algorithm}:{digest}")

    return replace(dataset, remotes=local)


def path_of(remote: Remote) -> str:
    """Return where a file stands on the loopback server: host and path of its url."""
    return f"/{remote.url.partition('://')[2]}"


def short(dataset: Dataset, seconds: int = 1) -> Dataset:
    """Return a dataset with shorter clips, which are faster to make."""
    return replace(dataset, info=replace(dataset.info, n_samples=seconds * SECOND))


def fetched(dataset: Dataset, options: Mapping[str, Any]) -> Request:
    """Fetch what the options ask for, and return the request."""
    return Request(
        dataset.info.roles[0], options, fetch_all(dataset, options, Fetching(retries=0)), workers=2
    )


@lru_cache(maxsize=32)
def mp3(seed: int, seconds: int = 2) -> bytes:
    """Return noise with a seed as mp3."""
    return encoded(tone(seed, seconds * SECOND), kind="MP3", subtype="MPEG_LAYER_III")


def excerpts(songs: Iterable[Path], seconds: float = 30.0) -> list[bytes]:
    """Return excerpts from the middle of real songs, cut at frames without decoding, as those who make datasets do."""
    return [_cut(song.read_bytes(), seconds) for song in songs]


def _cut(data: bytes, seconds: float) -> bytes:
    """Walk along the frames of MPEG 1 layer III, which hold 1,152 samples each."""
    frames, at = [], 10 + sum(byte << 7 * place for place, byte in enumerate(reversed(data[6:10])))
    at = at if data.startswith(b"ID3") else 0
    while data[at : at + 1] == b"\xff":
        rate = RATES[data[at + 2] >> 2 & 3]
        length = 144_000 * BITRATES[data[at + 2] >> 4] // rate + (data[at + 2] >> 1 & 1)
        frames.append(data[at : at + length])
        at += length
    wanted = round(seconds * rate / 1_152)
    start = (len(frames) - wanted) // 2
    return _length_frame(frames[start], wanted) + b"".join(frames[start : start + wanted])


def _length_frame(like: bytes, count: int) -> bytes:
    """Return the silent first frame that says how many there are; without it readers guess from the first bit rate."""
    header = bytes(
        [0xFF, 0xFB, 0x90 | like[2] & 0x0C, like[3]]
    )  # no checksum, 128 kbit/s, rate and channels alike
    side = bytes(17 if like[3] >> 6 == 3 else 32)
    length = 144 * 128_000 // RATES[like[2] >> 2 & 3]
    return (header + side + b"Xing" + struct.pack(">II", 1, count)).ljust(length, b"\0")


def tar_bytes(members: Mapping[str, bytes]) -> bytes:
    """Return a tar archive of the members, in their order, after the folder of the first as upstream has it."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        folder = tarfile.TarInfo(next(iter(members)).partition("/")[0] or "x")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file.getvalue()
