"""Where a run keeps what the explorer reads, and how to tell that it has changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprise.errors import BadInput

TABLES = {
    "lookup": "data/lookup/lookup.parquet",
    "tracks": "data/corpus/tracks/tracks.parquet",
    "metadata": "data/corpus/tracks/metadata.parquet",
    "labels": "data/corpus/tracks/labels.parquet",
    "tags": "data/corpus/tracks/tags.parquet",
    "splits": "data/splits/tracks.parquet",
    "acoustic": "data/relabel/clusters.parquet",
    "clusters": "data/clusters/assignments.parquet",
    "descriptors": "data/features/tracks/vectors/descriptors.parquet",
}
LOOKUP_CSV, LABEL_INDEX, PROFILES = (
    "data/inference_lookup.csv",
    "data/label_to_idx.json",
    "data/relabel/profiles.csv",
)
CORPUS = "data/corpus/tracks/corpus.json"
LOOKUP_METRICS, RELABEL_METRICS = "metrics/lookup.json", "metrics/relabel.json"
AUDIO, MODELS, METRICS, PLOTS, LOCK = (
    "data/corpus/tracks/audio",
    "data/models",
    "metrics",
    "plots",
    "dvc.lock",
)


@dataclass(frozen=True)
class RunFiles:
    """The files of a run below a project's folder.

    Attributes
    ----------
    root
        The project's folder.
    """

    root: Path

    def path(self, name: str) -> Path:
        """Return the place of a table of `TABLES`, or of another path below the project."""
        return self.root / TABLES.get(name, name)

    def model(self, name: str) -> Path:
        """Return the folder of a trained model."""
        return self.root / MODELS / name

    def signature(self) -> str:
        """Return a name for the state of all files that the catalogue is made of: it changes when one of them does."""
        seen = hashlib.sha256()
        for name in (
            *TABLES,
            LOOKUP_CSV,
            LABEL_INDEX,
            PROFILES,
            LOOKUP_METRICS,
            RELABEL_METRICS,
            CORPUS,
            LOCK,
        ):
            seen.update(f"{name} {_state(self.path(name))}\n".encode())
        return seen.hexdigest()[:16]

    def lock_hash(self) -> str:
        """Return the SHA-256 of ``dvc.lock``, which stands for all inputs and outputs of the run; empty without one."""
        lock = self.root / LOCK
        return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.exists() else ""


def _state(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "absent"
    return f"{found.st_mtime_ns} {found.st_size} {found.st_ino}"


def read_columns(path: Path, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Read a parquet table as pyarrow arrays by column, without pandas; empty where there is no such file.

    Parameters
    ----------
    path
        The table.
    needed
        Columns that must be there.

    Raises
    ------
    BadInput
        If the file is no parquet table or lacks a needed column.
    """
    if not path.exists():
        return {}
    from pyarrow import ArrowInvalid, parquet

    try:
        table = parquet.ParquetFile(path).read(use_threads=False)
    except ArrowInvalid as error:
        raise BadInput(f"{path} is not a parquet table; run the stage that writes it again") from error
    missing = [column for column in needed if column not in table.column_names]
    if missing:
        raise BadInput(f"{path}: column '{missing[0]}' is missing; run the stage that writes it again")
    return {name: table.column(name).combine_chunks() for name in table.column_names}
