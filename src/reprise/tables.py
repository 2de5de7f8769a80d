"""The one reader and writer of artefacts: parquet, npy, safetensors, JSON, CSV; checked at the door, keyed by track.

Conventions
-----------
- Tables with one row for each track are keyed by ``track_id`` and sorted by it; columns are reached by name, never by position.
- Every format is byte-stable: the same content gives the same file (no time stamps, no hash order).
- JSON for metrics holds numbers, booleans and strings only: DVC drops lists and nulls, and NaN never compares equal.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[Any]

SIGNIFICANT_DIGITS = 6

TARGETS = (
    "dating", "violence", "world/life", "night/time", "shake the audience", "family/gospel", "romantic",
    "communication", "obscene", "music", "movement/places", "light/visual perceptions", "family/spiritual",
    "like/girls", "sadness", "feelings", "danceability", "loudness",
)  # fmt: skip
"""The 18 regression targets, columns 7-24 of the Music Dataset 1950-2019 (doi 10.17632/3t9vbwxgr5.3)."""

DESCRIPTORS = (
    "zcr_mean", "rms_mean", "centroid_mean", "bw_mean", "flat_mean", "mfcc1_mean", "mfcc2_mean", "chroma_mean",
    "zcr_std", "rms_std", "centroid_std", "bw_std", "flat_std", "mfcc1_std", "mfcc2_std", "chroma_std",
    "mfcc1_dmean", "mfcc2_dmean", "tempo", "tempo_conf", "beat_int_mean", "beat_int_std",
)  # fmt: skip
"""The 22 acoustic descriptors of a track, in the order of the song-regression design."""

SCHEMAS: dict[str, dict[str, str]] = {
    "tracks": {"track_id": "str", "n_samples": "int64", "sample_rate": "int64"},
    "frames": {"track_id": "str", "n_frames": "int64"},
    "groups": {"track_id": "str", "artist_id": "str", "official_split": "str"},
    "labels": {"track_id": "str", "genre": "str", "language": "str"},
    "tags": {"track_id": "str", "tag": "str"},
    "lyrics": {"track_id": "str", "text": "str"},
    "factors": {"track_id": "str"},
    "grid": {"track_id": "str", "factor": "str", "base": "int64", "level": "int64"},
    "affect": {"track_id": "str", "arousal": "float64", "valence": "float64"},
    "pairs": {
        "triplet_id": "str", "track_a": "str", "track_b": "str", "dimension": "str", "higher_value": "str",
        "agreement": "str", "consistency": "str", "votes_a": "int64", "votes_b": "int64", "votes_tie": "int64",
    },
    "targets": {"track_id": "str", **dict.fromkeys(TARGETS, "float64")},
    "metadata": {"track_id": "str", "title": "str", "artist": "str", "year": "Int64"},
    "rejects": {"source": "str", "reason": "str", "detail": "str"},
    "descriptors": {"track_id": "str", **dict.fromkeys(DESCRIPTORS, "float64")},
    "splits": {"track_id": "str", "split": "str", "group_id": "str"},
    "assignments": {"track_id": "str", "method": "str", "seed": "int64", "cluster": "int64"},
}  # fmt: skip
"""Columns and types that a table of that name must have; further columns are allowed."""

REPEATED_KEYS = frozenset({"tags", "pairs", "rejects", "assignments"})
"""Tables in which a track may stand in several rows."""


def empty_table(name: str) -> pd.DataFrame:
    """Return a table of the named contract without rows."""
    return _typed(_pandas().DataFrame({column: [] for column in SCHEMAS[name]}), name)


def write_table(path: str | Path, frame: pd.DataFrame, name: str | None = None) -> None:
    """Write a table as parquet, checked against its contract and sorted by its key, the contract's first column.

    A table of `REPEATED_KEYS`, or without a contract, keeps the order of its rows.

    Parameters
    ----------
    path
        Target file; parent directories are made.
    frame
        The rows.
    name
        Name of the contract in `SCHEMAS`; ``None`` for a table without one.

    Raises
    ------
    BadInput
        If a column is missing, a type does not fit, or a key stands twice.
    """
    if name is not None:
        frame = check_table(frame, name, where=str(path))
        if name not in REPEATED_KEYS:
            frame = frame.sort_values(next(iter(SCHEMAS[name])), kind="stable")
    target = _parent(path)
    frame.reset_index(drop=True).to_parquet(target, index=False, compression="zstd")


def read_table(path: str | Path, name: str | None = None) -> pd.DataFrame:
    """Read a parquet table, checked against its contract.

    Parameters
    ----------
    path
        File to read.
    name
        Name of the contract in `SCHEMAS`; ``None`` for a table without one.

    Returns
    -------
    pandas.DataFrame
        The rows, with a fresh integer index.

    Raises
    ------
    BadInput
        If the table breaks its contract.
    """
    from pyarrow import ArrowInvalid

    try:
        frame = _pandas().read_parquet(path)
    except ArrowInvalid as error:
        raise BadInput(
            f"{path} is not a parquet table ({error}); run the stage that writes it again"
        ) from error
    return check_table(frame, name, where=str(path)) if name else frame


def check_table(frame: pd.DataFrame, name: str, *, where: str = "table") -> pd.DataFrame:
    """Return the table with its contract's types, or say what breaks it.

    Raises
    ------
    BadInput
        If a column is missing, a value has the wrong type, or a track stands twice.
    """
    missing = [column for column in SCHEMAS[name] if column not in frame.columns]
    if missing:
        raise BadInput(
            f"{where}: a {name} table needs the column(s) {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}"
        )
    typed = _typed(frame, name, where)
    key = next(iter(SCHEMAS[name]))
    if name not in REPEATED_KEYS and typed[key].duplicated().any():
        value = typed.loc[typed[key].duplicated(), key].iloc[0]
        raise BadInput(f"{where}: {key} '{value}' stands twice; a {name} table has one row for each")
    return typed


def write_array(path: str | Path, array: Array) -> None:
    """Write an array as ``.npy``; objects are refused (no pickle)."""
    with _parent(path).open("wb") as file:  # given a name, numpy would add a suffix to it
        np.save(file, array, allow_pickle=False)


def read_array(path: str | Path, *, mmap: bool = True) -> Array:
    """Read an ``.npy`` file, by default as a read-only memory map.

    Raises
    ------
    BadInput
        If the file is damaged.
    """
    if mmap:
        with contextlib.suppress(ValueError, EOFError):  # an array of no elements cannot be mapped
            return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]
    try:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    except (ValueError, EOFError) as error:
        raise BadInput(
            f"{path} is not a whole array ({error}); run the stage that writes it again"
        ) from error


def write_tensors(path: str | Path, tensors: Mapping[str, Array]) -> None:
    """Write named arrays as safetensors (no metadata: its key order is not stable)."""
    from safetensors.numpy import save

    Path(_parent(path)).write_bytes(
        save({name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)})
    )


def read_tensors(path: str | Path) -> dict[str, Array]:
    """Read named arrays from safetensors.

    Raises
    ------
    BadInput
        If the file is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors: dict[str, Array] = load(Path(path).read_bytes())
    except SafetensorError as error:
        raise BadInput(
            f"{path} holds no whole tensors ({error}); run the stage that writes it again"
        ) from error
    return tensors


def write_json(path: str | Path, value: Mapping[str, Any]) -> None:
    """Write JSON with sorted keys and floats of six significant digits.

    Raises
    ------
    BadInput
        If a number is not finite: say ``{"available": false, "why": …}`` instead.
    """
    text = json.dumps(_plain(value, str(path)), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    Path(_parent(path)).write_text(text + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        value: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadInput(f"{path} is not JSON ({error}); run the stage that writes it again") from error
    return value


def write_csv(path: str | Path, frame: pd.DataFrame, *, separator: str = ",") -> None:
    """Write a table as text, with floats of six significant digits and Unix line ends."""
    frame.to_csv(
        _parent(path),
        index=False,
        sep=separator,
        float_format=f"%.{SIGNIFICANT_DIGITS}g",
        lineterminator="\n",
        encoding="utf-8",
    )


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends."""
    Path(_parent(path)).write_text(text, encoding="utf-8", newline="\n")


def _parent(path: str | Path) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _pandas() -> Any:
    import pandas  # half a second that array-only stages do not pay

    return pandas


def _typed(frame: pd.DataFrame, name: str, where: str = "table") -> pd.DataFrame:
    types = {column: ("string" if kind == "str" else kind) for column, kind in SCHEMAS[name].items()}
    types |= {column: "float64" for column in frame.columns if name == "factors" and column != "track_id"}
    try:
        return frame.astype(types)
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"{where}: a column of the {name} table has the wrong type ({error}); expected {SCHEMAS[name]}"
        ) from error


def _plain(value: Any, where: str) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}: {key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, where) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        if not math.isfinite(value):
            raise BadInput(
                f"{where} is {value}; a metric must be finite: write that it is not available, and why"
            )
        return float(f"{float(value):.{SIGNIFICANT_DIGITS}g}")
    return value
