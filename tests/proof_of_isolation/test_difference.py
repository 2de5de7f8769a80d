"""Two files that should be the same are described in the terms of their format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reprise.difference import describe
from reprise.tables import write_array, write_json, write_tensors

Write = Callable[[Path, Any], Any]
ARRAY = np.arange(6, dtype=np.float32).reshape(2, 3)
TABLE = pd.DataFrame(
    {"track_id": ["a", "b"], "tempo": [120.0, 90.0], "year": pd.array([1990, None], "Int64")}
)


def parquet(path: Path, table: pd.DataFrame) -> None:
    table.to_parquet(path, index=False)


def text(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


def raw(path: Path, content: bytes) -> None:
    path.write_bytes(content)


CASES: list[tuple[str, Write, Any, Any, str]] = [
    ("a.npy", write_array, ARRAY, ARRAY + np.float32(0.5) * (ARRAY == 4), "1 of 6 values differ, by at most 0.5"),
    ("a.npy", write_array, ARRAY, ARRAY.astype(np.float64), "float32[2, 3] became float64[2, 3]"),
    ("a.npy", write_array, ARRAY, ARRAY[:1], "float32[2, 3] became float32[1, 3]"),
    ("a.npy", write_array, np.array([np.nan, 1.0]), np.array([np.nan, 2.0]), "1 of 2 values differ, by at most 1"),
    ("a.parquet", parquet, TABLE, TABLE.assign(tempo=[120.0, 91.0]), "column tempo: 1 of 2 values differ, by at most 1"),
    ("a.parquet", parquet, TABLE, TABLE.assign(track_id=["a", "c"]), "column track_id: 1 of 2 values differ"),
    ("a.parquet", parquet, TABLE, TABLE[:1], "2 rows became 1"),
    ("a.parquet", parquet, TABLE, TABLE.drop(columns="tempo"), "columns track_id, tempo, year became track_id, year"),
    ("a.safetensors", write_tensors, {"w": ARRAY}, {"w": ARRAY * 2}, "tensor w: 5 of 6 values differ, by at most 5"),
    ("a.safetensors", write_tensors, {"w": ARRAY}, {"v": ARRAY}, "tensors w became v"),
    ("a.json", write_json, {"a": {"b": 1}}, {"a": {"b": 2}}, "key a.b: 1 became 2"),
    ("a.json", write_json, {"a": 1}, {"a": 1, "c": 2}, "key c: nothing became 2"),
    ("a.csv", text, "id,x\n1,2\n", "id,x\n1,3\n", "line 2: '1,2' became '1,3'"),
    ("a.csv", text, "id,x\n", "id,x\n1,3\n", "1 lines became 2"),
    ("a.wav", raw, b"abcd", b"abxy", "byte 2 is the first of 2 that differ"),
    ("a.wav", raw, b"abcd", b"ab", "4 bytes became 2; one is the other's beginning"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "write", "old", "new", "said"), CASES)
def test_description(tmp_path: Path, name: str, write: Write, old: Any, new: Any, said: str) -> None:
    write(tmp_path / "old", old)
    write(tmp_path / "new", new)
    assert describe(name, tmp_path / "old", tmp_path / "new") == said


def test_the_same_values_in_other_bytes(tmp_path: Path) -> None:
    TABLE.to_parquet(tmp_path / "old", compression="zstd")
    TABLE.to_parquet(tmp_path / "new", compression="gzip")
    assert describe("a.parquet", tmp_path / "old", tmp_path / "new").startswith("same values in other bytes")
