"""What a worker does: the features of some tracks, found or computed, on one thread."""

from __future__ import annotations

import ctypes
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from reprise.audio.decode import read_samples
from reprise.audio.features import extract
from reprise.audio.recipe import processor, recipe
from reprise.audio.settings import AudioSettings
from reprise.audio.store import TrackStore
from reprise.audio.unreadable import UnreadableAudio
from reprise.errors import BadInput

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
ONE_TRACK = 32 << 20  # bytes


@dataclass(frozen=True)
class Task:
    """What is the same for all chunks of a collection.

    Attributes
    ----------
    audio : Path
        Folder of ``<track_id>.wav``.
    n_samples : int
        Length of every clip at ``settings.sample_rate``.
    settings : AudioSettings
        Framing and sizes.
    recipe : str
        That of the process which gave the task: a worker with other code or libraries refuses it.
    kept : Path or None
        Folder of features that were computed before.
    """

    audio: Path
    n_samples: int
    settings: AudioSettings
    recipe: str
    kept: Path | None = None


@dataclass(frozen=True)
class Row:
    """What the files keep of one track: ``mel``, ``mfcc``, ``descriptors``, ``pooled``, ``segments``, ``fingerprint``."""

    track_id: str
    arrays: dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Reject:
    """A track that could not be used, and why."""

    source: str
    reason: str
    detail: str


def extract_chunk(ids: list[str], task: Task) -> list[Row | Reject]:
    """Return the features of some tracks; a track that cannot be used becomes a `Reject`.

    Linear algebra runs on one thread, because its results differ in their last bits between one and two.

    Raises
    ------
    BadInput
        If this process has other code or libraries than the one which gave the task.
    """
    if recipe(task.settings) != task.recipe:
        raise BadInput(
            "a worker of the cluster has another version of Reprise or of its libraries: install the same on all machines"
        )
    store = TrackStore(task.kept, f"{task.recipe} {processor()}")
    _keep_freed_memory()
    with _libraries().limit(limits=1):
        return [_one(task.audio / f"{track_id}.wav", store, task) for track_id in ids]


def _one(path: Path, store: TrackStore, task: Task) -> Row | Reject:
    try:
        audio = _read(path)
        arrays = store.load(audio)
        if arrays is None:
            arrays = _compute(audio, path.name, task)
            store.save(audio, arrays)
    except UnreadableAudio as error:
        return Reject(path.name, error.reason, error.detail)
    return Row(path.stem, arrays)


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UnreadableAudio("not_audio", f"{path.name}: is no regular file")
        return path.read_bytes()
    except OSError as error:
        reason = "unreadable" if isinstance(error, PermissionError) else "missing"
        raise UnreadableAudio(reason, f"{path.name}: {error.strerror}") from error


def _compute(audio: bytes, name: str, task: Task) -> dict[str, npt.NDArray[Any]]:
    samples = read_samples(_Named(audio, name), task.settings.sample_rate)
    if samples.size != task.n_samples:
        raise UnreadableAudio("wrong_length", f"{name}: {samples.size} samples instead of {task.n_samples}")
    features = extract(samples, task.settings)
    return {
        "mel": features.log_mel.astype(np.float16),
        "mfcc": features.mfcc.astype(np.float16),
        "descriptors": np.array(list(features.descriptors.values())),
        "pooled": np.array(list(features.pooled.values())),
        "segments": features.segments,
        "fingerprint": features.fingerprint,
    }


class _Named(io.BytesIO):
    """Bytes with the name of the file they come from, for messages."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


@lru_cache(maxsize=1)
def _keep_freed_memory() -> None:
    """Have the C library keep what a track has freed for the next one; fetching it from the kernel page by page takes 3 ms."""
    adjust = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it
    if adjust is not None:
        adjust(M_TRIM_THRESHOLD, ONE_TRACK)
        adjust(M_MMAP_THRESHOLD, ONE_TRACK)


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
