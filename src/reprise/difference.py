"""How two files differ that should be the same, in the terms of their format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reprise.experiments import flat

SHOWN = 3  # columns, tensors or keys that are named


def describe(name: str, old: Path, new: Path) -> str:
    """Say in one line how a file differs from its record.

    Parameters
    ----------
    name
        Name of the file, whose suffix says its format (files of the cache have none).
    old, new
        Where both are.
    """
    suffix = Path(name).suffix
    return DESCRIBERS.get(suffix, _bytes)(old, new)


def _arrays(old: np.ndarray[Any, Any], new: np.ndarray[Any, Any]) -> str:
    if old.shape != new.shape or old.dtype != new.dtype:
        return f"{old.dtype}{list(old.shape)} became {new.dtype}{list(new.shape)}"
    numeric = np.issubdtype(old.dtype, np.number)
    same = (old == new) | (np.isnan(old) & np.isnan(new)) if numeric else old == new
    count = int(old.size - np.count_nonzero(same))
    if not count:
        return ""
    if not numeric:
        return f"{count} of {old.size} values differ"
    distance = np.abs(old.astype(np.float64) - new.astype(np.float64))
    return f"{count} of {old.size} values differ, by at most {np.nanmax(distance, initial=0):.3g}"


def _npy(old: Path, new: Path) -> str:
    return _arrays(np.load(old, allow_pickle=False), np.load(new, allow_pickle=False)) or _only_bytes(
        old, new
    )


def _parquet(old: Path, new: Path) -> str:
    import pandas as pd

    left, right = pd.read_parquet(old), pd.read_parquet(new)
    if list(left.columns) != list(right.columns):
        return f"columns {', '.join(left.columns)} became {', '.join(right.columns)}"
    if len(left) != len(right):
        return f"{len(left)} rows became {len(right)}"
    parts = {}
    for column in left:
        numbers = all(pd.api.types.is_numeric_dtype(table[column]) for table in (left, right))
        kind = np.float64 if numbers else object
        pair = [table[column].to_numpy(kind, na_value=np.nan if numbers else None) for table in (left, right)]
        parts[str(column)] = _arrays(*pair)
    return _named("column", parts) or _only_bytes(old, new)


def _safetensors(old: Path, new: Path) -> str:
    from safetensors.numpy import load_file

    left, right = load_file(old), load_file(new)
    if left.keys() != right.keys():
        return f"tensors {', '.join(sorted(left))} became {', '.join(sorted(right))}"
    return _named("tensor", {name: _arrays(left[name], right[name]) for name in sorted(left)}) or _only_bytes(
        old, new
    )


def _json(old: Path, new: Path) -> str:
    values = (json.loads(path.read_text(encoding="utf-8")) for path in (old, new))
    left, right = (flat(value if isinstance(value, dict) else {"": value}) for value in values)
    parts = {
        key: f"{left.get(key, 'nothing')} became {right.get(key, 'nothing')}"
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    }
    return _named("key", parts) or _only_bytes(old, new)


def _text(old: Path, new: Path) -> str:
    left, right = (path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (old, new))
    for number, (before, after) in enumerate(zip(left, right, strict=False), 1):
        if before != after:
            column = next(
                (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
                min(len(before), len(after)),
            )
            start = max(0, column - 20)
            return f"line {number}: '{before[start : column + 40]}' became '{after[start : column + 40]}'"
    return f"{len(left)} lines became {len(right)}" if len(left) != len(right) else _only_bytes(old, new)


def _bytes(old: Path, new: Path) -> str:
    left, right = (np.fromfile(path, np.uint8) for path in (old, new))
    shorter = min(len(left), len(right))
    unequal = np.flatnonzero(left[:shorter] != right[:shorter])
    first = (
        f"byte {unequal[0]} is the first of {len(unequal)} that differ"
        if len(unequal)
        else "one is the other's beginning"
    )
    sizes = "" if len(left) == len(right) else f"{len(left)} bytes became {len(right)}; "
    return f"{sizes}{first}"


def _only_bytes(old: Path, new: Path) -> str:
    return f"same values in other bytes ({_bytes(old, new)})"


def _named(what: str, parts: Mapping[str, str]) -> str:
    """Name the first parts that differ."""
    different = {name: said for name, said in parts.items() if said}
    shown = "; ".join(f"{what} {name}: {said}" for name, said in list(different.items())[:SHOWN])
    return shown + (f"; and {len(different) - SHOWN} more" if len(different) > SHOWN else "")


DESCRIBERS: dict[str, Callable[[Path, Path], str]] = {
    ".npy": _npy,
    ".parquet": _parquet,
    ".safetensors": _safetensors,
    ".json": _json,
    **dict.fromkeys((".csv", ".tsv", ".txt", ".md", ".html", ".ok"), _text),
}
