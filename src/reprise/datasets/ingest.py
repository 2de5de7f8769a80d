"""The one door: tracks of any dataset come in here and leave as clips and tables keyed by content.

Audio is written as it arrives, so memory holds a few clips at a time whatever the size of the dataset; what upstream
says about tracks (no audio) is kept until the end, for tables are sorted by track id so that order tells nothing. The
result is a function of the input's content: the same bytes from any number of workers.
"""

from __future__ import annotations

import errno
import shutil
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import joblib
import pandas as pd

from reprise.audio.decode import SAMPLE_RATE
from reprise.datasets.base import EMBEDDED, PROVIDABLE, Dataset, RawTrack, Reject, Request
from reprise.datasets.clip import Clip, make_clip
from reprise.datasets.fields import PRESENT, check_fields, merge, pair_table, reject_table, tidy, track_tables
from reprise.datasets.wav import wav_bytes
from reprise.errors import BadInput, MissingData
from reprise.progress import track as show
from reprise.tables import write_json, write_table

AHEAD = 4  # clips decoded ahead of the writer, for each worker

A = TypeVar("A")
B = TypeVar("B")


@dataclass
class Corpus:
    """What has come in so far: tracks by id (without audio), the id of each source, and what was turned away."""

    kept: dict[str, RawTrack] = field(default_factory=dict)
    id_of: dict[str, str] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    duplicates: list[Reject] = field(default_factory=list)


def ingest(dataset: Dataset, request: Request, target: Path) -> dict[str, Any]:
    """Bring a dataset in for a role.

    Parameters
    ----------
    dataset : Dataset
        Where the tracks come from.
    request : Request
        Role, options, fetched files, seed, workers.
    target : Path
        Directory of the corpus: ``audio/``, the tables and ``corpus.json`` are written there.

    Returns
    -------
    dict
        Counts of tracks, rejects (by reason), merged duplicates and judgements, for the metrics.

    Raises
    ------
    MissingData
        If not one track is usable, or the disk is full.
    BadInput
        If two tracks have one source name, or the loader gives what its ``INFO`` does not declare.
    """
    audio = target / "audio"
    corpus = Corpus()
    try:
        audio.mkdir(parents=True, exist_ok=True)
        for stale in audio.glob("*.wav"):
            stale.unlink()
        total = dataset.count(request) if dataset.count else None
        tracks = show(
            dataset.load(request),
            total=total,
            desc=f"{dataset.name}, {request.role}",
            unit="tracks",
            note=lambda: f"rejects: {len(corpus.rejects)}",
        )
        n_samples = dataset.clip_length(request.options)
        for item in map_in_order(lambda raw: _examine(raw, n_samples), tracks, request.workers):
            _take(corpus, item, audio)
        if not corpus.kept:
            raise MissingData(_nothing_usable(dataset, corpus))
        return _write(dataset, request, corpus, target)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = shutil.disk_usage(target).free / 1e6
            raise MissingData(
                f"{target}: no space left ({free:.0f} MB free); free some and run again"
            ) from error
        raise


def worker_count(workers: int) -> int:
    """Return the number of workers; 0 stands for all cores that this process may use."""
    return workers or int(joblib.cpu_count())


def map_in_order(function: Callable[[A], B], items: Iterable[A], workers: int) -> Iterator[B]:
    """Map with threads (decoding, resampling and hashing release the interpreter), in order, in bounded memory."""
    with ThreadPoolExecutor(workers) as pool:
        window: deque[Future[B]] = deque()
        for item in items:
            window.append(pool.submit(function, item))
            if len(window) > AHEAD * workers:
                yield window.popleft().result()
        while window:
            yield window.popleft().result()


def _examine(raw: RawTrack | Reject, n_samples: int) -> Clip | Reject:
    if isinstance(raw, Reject):
        return raw
    return check_fields(raw) or make_clip(raw, n_samples)


def _take(corpus: Corpus, item: Clip | Reject, audio: Path) -> None:
    """Add a clip to the corpus: as a track, or merged into the one with the same samples."""
    if isinstance(item, Reject):
        corpus.rejects.append(item)
        return
    track, track_id = tidy(item.track), item.track_id
    if track.source in corpus.id_of:
        raise BadInput(f"source '{track.source}' stands twice in the dataset; source names must be unique")
    corpus.id_of[track.source] = track_id
    if track_id in corpus.kept:
        first = corpus.kept[track_id]
        corpus.duplicates.append(
            Reject(track.source, "duplicate", f"same samples as {first.source}, merged with it")
        )
        corpus.kept[track_id] = merge(first, track)
        return
    corpus.kept[track_id] = track
    if item.track.audio is not None:
        (audio / f"{track_id}.wav").write_bytes(wav_bytes(item.pcm, SAMPLE_RATE))


def _write(dataset: Dataset, request: Request, corpus: Corpus, target: Path) -> dict[str, Any]:
    tables = track_tables(dataset.name, corpus.kept)
    judged = dataset.pairs(request, list(corpus.kept.values())) if dataset.pairs else ()
    tables["pairs"], dropped = pair_table(judged, corpus.id_of)
    tables["rejects"] = reject_table([*corpus.rejects, *corpus.duplicates])
    ids, n_samples = sorted(corpus.kept), dataset.clip_length(request.options)
    tables["tracks"] = pd.DataFrame({"track_id": ids, "n_samples": n_samples, "sample_rate": SAMPLE_RATE})
    for name, table in tables.items():
        write_table(target / f"{name}.parquet", table, name)
    write_json(target / "corpus.json", _describe(dataset, request, corpus, len(tables["pairs"])))
    reasons = Counter(reject.reason for reject in corpus.rejects)
    return {
        "dataset": dataset.name,
        "tracks": len(ids),
        "minutes": len(ids) * n_samples / SAMPLE_RATE / 60,
        "duplicates": len(corpus.duplicates),
        "rejects": {"total": len(corpus.rejects), **{reason: reasons[reason] for reason in sorted(reasons)}},
        "pairs": {"kept": len(tables["pairs"]), "dropped": dropped},
        **({"skipped": dataset.skipped(request)} if dataset.skipped else {}),
    }


def _describe(dataset: Dataset, request: Request, corpus: Corpus, n_pairs: int) -> dict[str, Any]:
    """Return the facts about the corpus as a whole: nothing about single tracks, no value of a label."""
    info = dataset.info
    provides = {name: any(map(PRESENT[name], corpus.kept.values())) for name in PRESENT} | {
        "pairs": n_pairs > 0
    }
    undeclared = sorted(name for name in provides if provides[name] and name not in info.provides)
    if undeclared:
        raise BadInput(
            f"datasets/{dataset.name}.py gives {', '.join(undeclared)}, which its INFO does not declare"
        )
    nothing = f"no track of the role '{request.role}' has any"
    return {
        "dataset": dataset.name,
        "role": request.role,
        "title": info.title,
        "licence": info.licence,
        "source": info.source,
        "embedded": dataset.name == EMBEDDED,
        "sample_rate": SAMPLE_RATE,
        "n_samples": dataset.clip_length(request.options),
        "crop": Counter(track.crop for track in corpus.kept.values()).most_common(1)[0][0],
        "n_tracks": len(corpus.kept),
        "n_rejects": len(corpus.rejects),
        "n_duplicates": len(corpus.duplicates),
        "provides": provides,
        "missing": {name: info.missing.get(name, nothing) for name in PROVIDABLE if not provides[name]},
    }


def _nothing_usable(dataset: Dataset, corpus: Corpus) -> str:
    if not corpus.rejects:
        return f"{dataset.name}: its files hold no track at all"
    counts = Counter(reject.reason for reject in corpus.rejects)
    reasons = ", ".join(f"{counts[reason]} {reason}" for reason in sorted(counts))
    first = corpus.rejects[0]
    return f"{dataset.name}: none of {len(corpus.rejects)} tracks is usable ({reasons}); the first, {first.source}: {first.detail}"
