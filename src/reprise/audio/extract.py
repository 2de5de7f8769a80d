"""Features of a whole collection: in parallel, in constant memory, the same bytes whatever the number of workers.

Workers compute chunks of tracks and send float16 rows back; the parent receives the chunks in track order and is
the only one that writes. Linear algebra runs on one thread in every worker, because its results differ in their last
bits between one and two threads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from reprise.audio.decode import UnreadableAudio, read_samples, resampled_length
from reprise.audio.features import extract
from reprise.audio.fingerprint import N_BANDS, N_MODULATIONS
from reprise.audio.rows import RowFile
from reprise.audio.settings import AudioSettings
from reprise.errors import BadInput, BadParameter, MissingData
from reprise.progress import track
from reprise.tables import DESCRIPTORS, write_table

SHORTEST_CHUNK = 10  # tracks: below, starting a task costs more than it saves


@dataclass(frozen=True)
class Job:
    """How a collection is computed.

    Attributes
    ----------
    settings : AudioSettings
        Framing and sizes.
    workers : int
        Processes; 0 for one per core.
    chunk : int
        Tracks per task, at least 10.
    """

    settings: AudioSettings
    workers: int = 0
    chunk: int = 16

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If the number of workers is negative or chunks are too short.
        """
        if self.workers < 0:
            raise BadParameter(f"features.workers is {self.workers}: it must be 0 (one per core) or more")
        if self.chunk < SHORTEST_CHUNK:
            raise BadParameter(f"features.chunk is {self.chunk}: it must be at least {SHORTEST_CHUNK} tracks")


@dataclass(frozen=True)
class Row:
    """What the files keep of one track."""

    track_id: str
    mel: npt.NDArray[np.float16]
    mfcc: npt.NDArray[np.float16]
    descriptors: dict[str, float]
    pooled: dict[str, float]
    fingerprint: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Reject:
    """A track that could not be used, and why."""

    source: str
    reason: str
    detail: str


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
        Counts: ``n_tracks``, ``n_rejects``, ``n_without_audio``, ``n_frames``, ``n_pooled``, ``rejects`` by reason.

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
    n_frames = job.settings.n_frames(n_samples) if ids else 0
    results = track(_compute(audio, ids, n_samples, job), total=len(ids), desc="features", unit="tracks")
    rows, rejects = _write(results, target, (len(ids), n_frames), job.settings)
    if ids and rows.empty:
        raise MissingData(f"{audio}: none of {len(ids)} clips can be used; first: {rejects[0].detail}")
    return {
        "n_tracks": len(rows),
        "n_rejects": len(rejects),
        "n_without_audio": len(tracks) - len(heard),
        "n_frames": n_frames,
        "n_pooled": rows.shape[1] - 1,
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


def _compute(audio: Path, ids: list[str], n_samples: int, job: Job) -> Iterator[Row | Reject]:
    """Yield the result of every track in order."""
    chunks = [ids[start : start + job.chunk] for start in range(0, len(ids), job.chunk)]
    n_jobs = max(1, min(job.workers or joblib.cpu_count(), len(chunks)))
    parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1)
    tasks = (joblib.delayed(extract_chunk)(audio, chunk, n_samples, job.settings) for chunk in chunks)
    for results in parallel(tasks):
        yield from results


def extract_chunk(audio: Path, ids: list[str], n_samples: int, settings: AudioSettings) -> list[Row | Reject]:
    """Compute some tracks on one thread; a track that cannot be used becomes a `Reject`."""
    with threadpool_limits(limits=1):
        return [_extract_one(audio / f"{track_id}.wav", n_samples, settings) for track_id in ids]


def _extract_one(path: Path, n_samples: int, settings: AudioSettings) -> Row | Reject:
    try:
        samples = read_samples(path, settings.sample_rate)
        if samples.size != n_samples:
            raise UnreadableAudio(
                "wrong_length", f"{path.name}: {samples.size} samples instead of {n_samples}"
            )
        features = extract(samples, settings)
    except UnreadableAudio as error:
        return Reject(path.name, error.reason, error.detail)
    return Row(
        track_id=path.stem,
        mel=features.log_mel.astype(np.float16),
        mfcc=features.mfcc.astype(np.float16),
        descriptors=features.descriptors,
        pooled=features.pooled,
        fingerprint=features.fingerprint,
    )


def _write(
    results: Iterable[Row | Reject], target: Path, size: tuple[int, int], settings: AudioSettings
) -> tuple[pd.DataFrame, list[Reject]]:
    """Write rows as they come, then the tables; return the pooled table and the rejects."""
    n_tracks, n_frames = size
    described: list[dict[str, Any]] = []
    pooled: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    with ExitStack() as stack:
        mel, mfcc, prints = (
            stack.enter_context(RowFile(target / name, (n_tracks, *shape), dtype))
            for name, shape, dtype in (
                ("frames/mel.npy", (settings.n_mels, n_frames), np.float16),
                ("frames/mfcc.npy", (settings.n_mfcc, n_frames), np.float16),
                ("vectors/fingerprints.npy", (N_BANDS * N_MODULATIONS,), np.float32),
            )
        )
        for result in results:
            if isinstance(result, Reject):
                rejects.append(result)
                continue
            mel.append(result.mel)
            mfcc.append(result.mfcc)
            prints.append(result.fingerprint)
            described.append({"track_id": result.track_id, **result.descriptors})
            pooled.append({"track_id": result.track_id, **result.pooled})
    described_table = pd.DataFrame(described, columns=["track_id", *DESCRIPTORS])
    pooled_table = pd.DataFrame(pooled) if pooled else described_table[["track_id"]]
    frames_table = described_table[["track_id"]].assign(n_frames=n_frames)
    write_table(target / "frames/tracks.parquet", frames_table, "frames")
    write_table(target / "vectors/descriptors.parquet", described_table, "descriptors")
    write_table(target / "vectors/pooled.parquet", pooled_table.astype({"track_id": "string"}))
    reject_table = pd.DataFrame([vars(reject) for reject in rejects], columns=["source", "reason", "detail"])
    write_table(target / "rejects.parquet", reject_table, "rejects")
    return pooled_table, rejects
