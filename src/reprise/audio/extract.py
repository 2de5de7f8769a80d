"""Features of a whole collection: in parallel, in constant memory, the same bytes whatever the workers.

Workers compute chunks of tracks and send their rows back; the parent receives the chunks in track order and is the only
one that writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reprise.audio.chunk import Reject, Row, Task, extract_chunk
from reprise.audio.compute import Compute, in_order
from reprise.audio.decode import resampled_length
from reprise.audio.fingerprint import SIZE
from reprise.audio.kept import kept_folder
from reprise.audio.pooled import names
from reprise.audio.recipe import recipe
from reprise.audio.rows import RowFile
from reprise.audio.settings import AudioSettings
from reprise.audio.store import trim
from reprise.errors import BadInput, BadParameter, MissingData
from reprise.progress import track
from reprise.tables import DESCRIPTORS, write_json, write_table

SHORTEST_CHUNK = 10  # tracks: below, starting a task costs more than it saves
GIGABYTE = 1e9


@dataclass(frozen=True)
class Job:
    """How a collection is computed.

    Attributes
    ----------
    settings : AudioSettings
        Framing and sizes.
    chunk : int
        Tracks per task, at least 10.
    compute : Compute
        Who computes.
    kept_gb : float
        Most gigabytes of features that are kept for later runs; 0 keeps nothing.
    """

    settings: AudioSettings
    chunk: int = 10
    compute: Compute = field(default_factory=Compute)
    kept_gb: float = 4.0

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If chunks are too short.
        """
        if self.chunk < SHORTEST_CHUNK:
            raise BadParameter(f"features.chunk is {self.chunk}: it must be at least {SHORTEST_CHUNK} tracks")


def extract_collection(audio: Path, tracks: pd.DataFrame, target: Path, job: Job) -> dict[str, Any]:
    """Compute and write the features of all tracks.

    Parameters
    ----------
    audio : Path
        Folder of ``<track_id>.wav``.
    tracks : DataFrame
        ``track_id``, ``n_samples``, ``sample_rate``; all clips of one length. Rows of 0 samples have no audio
        and are left out.
    target : Path
        Folder for ``frames/``, ``vectors/`` and ``rejects.parquet``.
    job : Job
        Settings and workers.

    Returns
    -------
    dict
        Counts: ``n_tracks``, ``n_rejects``, ``n_without_audio``, ``n_frames``, ``n_pooled``, ``n_segments``,
        ``rejects`` by reason.

    Raises
    ------
    BadInput
        If the clips differ in length.
    MissingData
        If not one of the clips could be used.
    """
    heard = tracks[tracks["n_samples"] > 0].sort_values("track_id")
    n_samples = _common_length(heard, job.settings.sample_rate)
    ids = [str(track_id) for track_id in heard["track_id"]]
    kept = kept_folder() if job.kept_gb else None
    folder = (kept / "tracks").resolve() if kept else None
    task = Task(audio.resolve(), n_samples, job.settings, recipe(job.settings), folder)
    rejects: list[Reject] = []
    results = track(
        _compute(ids, task, job),
        total=len(ids),
        desc="features",
        unit="tracks",
        note=lambda: f"rejects: {len(rejects)}",
    )
    size = _Size(len(ids), job.settings.n_frames(n_samples) if ids else 0, job.settings)
    _write(results, rejects, target, size)
    trim(folder, job.kept_gb * GIGABYTE)
    if ids and len(rejects) == len(ids):
        raise MissingData(f"{audio}: none of {len(ids)} clips can be used; first: {rejects[0].detail}")
    return {
        "n_tracks": len(ids) - len(rejects),
        "n_rejects": len(rejects),
        "n_without_audio": len(tracks) - len(heard),
        "n_frames": size.n_frames,
        "n_pooled": len(names(job.settings)),
        "n_segments": size.n_segments,
        "rejects": dict(sorted(Counter(reject.reason for reject in rejects).items())),
    }


def _common_length(tracks: pd.DataFrame, sample_rate: int) -> int:
    """Return the one length of all clips in samples at ``sample_rate``; 0 if there are none."""
    sizes = sorted(set(zip(tracks["n_samples"], tracks["sample_rate"], strict=True)))
    if len(sizes) > 1:
        (least, rate), (most, other) = sizes[0], sizes[-1]
        raise BadInput(
            f"tracks.parquet: clips of {least} samples at {rate} Hz and of {most} at {other} Hz; all must be alike"
        )
    return resampled_length(int(sizes[0][0]), int(sizes[0][1]), sample_rate) if sizes else 0


def _compute(ids: list[str], task: Task, job: Job) -> Iterator[Row | Reject]:
    """Yield the result of every track in order."""
    chunks = [ids[start : start + job.chunk] for start in range(0, len(ids), job.chunk)]
    for results in in_order(partial(extract_chunk, task=task), chunks, job.compute):
        yield from results


@dataclass(frozen=True)
class _Size:
    """Sizes of what is written."""

    n_tracks: int
    n_frames: int
    settings: AudioSettings

    @property
    def n_segments(self) -> int:
        """Segments of a track."""
        return max(1, self.n_frames // self.settings.segment_frames) if self.n_frames else 0

    def files(self) -> dict[str, tuple[str, tuple[int, ...], type]]:
        """Return path, shape and type of the array file of each key of a `Row`."""
        settings, statistics = self.settings, len(names(self.settings))
        return {
            "mel": ("frames/mel.npy", (settings.n_mels, self.n_frames), np.float16),
            "mfcc": ("frames/mfcc.npy", (settings.n_mfcc, self.n_frames), np.float16),
            "segments": ("segments/segments.npy", (self.n_segments, statistics), np.float32),
            "fingerprint": ("vectors/fingerprints.npy", (SIZE,), np.float32),
        }


def _write(results: Iterable[Row | Reject], rejects: list[Reject], target: Path, size: _Size) -> None:
    """Write rows as they come and collect the rejects, then write the tables."""
    statistics = names(size.settings)
    ids: list[str] = []
    described = np.empty((size.n_tracks, len(DESCRIPTORS)))
    pooled = np.empty((size.n_tracks, len(statistics)))
    with ExitStack() as stack:
        files = {
            key: stack.enter_context(RowFile(target / path, (size.n_tracks, *shape), dtype))
            for key, (path, shape, dtype) in size.files().items()
        }
        for result in results:
            if isinstance(result, Reject):
                rejects.append(result)
                continue
            for key, file in files.items():
                file.append(result.arrays[key])
            described[len(ids)] = result.arrays["descriptors"]
            pooled[len(ids)] = result.arrays["pooled"]
            ids.append(result.track_id)
    keys = pd.DataFrame({"track_id": pd.Series(ids, dtype="string")})
    write_table(target / "frames/tracks.parquet", keys.assign(n_frames=size.n_frames), "frames")
    described_table = keys.join(pd.DataFrame(described[: len(ids)], columns=list(DESCRIPTORS)))
    write_table(target / "vectors/descriptors.parquet", described_table, "descriptors")
    pooled_table = keys.join(pd.DataFrame(pooled[: len(ids)], columns=list(statistics)))
    write_table(target / "vectors/pooled.parquet", pooled_table)
    segment = {"seconds": size.settings.segment_frames / size.settings.frame_rate, "names": statistics}
    write_json(target / "segments/segments.json", segment | {"frames": size.settings.segment_frames})
    reject_table = pd.DataFrame([vars(reject) for reject in rejects], columns=["source", "reason", "detail"])
    write_table(target / "rejects.parquet", reject_table, "rejects")
