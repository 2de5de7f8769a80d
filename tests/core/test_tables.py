from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprise import tables
from reprise.errors import BadInput


@pytest.mark.parametrize("name", tables.SCHEMAS)
def test_an_empty_table_of_every_contract_survives_writing(name: str, tmp_path: Path) -> None:
    tables.write_table(tmp_path / "t.parquet", tables.empty_table(name), name)
    back = tables.read_table(tmp_path / "t.parquet", name)
    assert list(back.columns) == list(tables.SCHEMAS[name])
    assert len(back) == 0


def test_rows_are_sorted_by_track_so_that_order_carries_nothing(tmp_path: Path) -> None:
    frame = pd.DataFrame({"track_id": ["b", "a"], "genre": ["x", "y"], "language": [None, "en"]})
    tables.write_table(tmp_path / "t.parquet", frame, "labels")
    back = tables.read_table(tmp_path / "t.parquet", "labels")
    assert list(back["track_id"]) == ["a", "b"]
    assert list(back["genre"]) == ["y", "x"]
    assert back["language"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        ({"track_id": ["a"], "genre": ["x"]}, "language"),
        ({"track_id": ["a", "a"], "genre": ["x", "x"], "language": ["en", "en"]}, "'a' stands twice"),
    ],
)
def test_a_broken_table_is_refused_with_file_and_rule(
    frame: dict[str, list[str]], says: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=says) as error:
        tables.write_table(tmp_path / "t.parquet", pd.DataFrame(frame), "labels")
    assert "t.parquet" in str(error.value)


def test_a_column_of_the_wrong_type_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"track_id": ["a"], "n_samples": ["many"], "sample_rate": [1]})
    with pytest.raises(BadInput, match="wrong type"):
        tables.write_table(tmp_path / "t.parquet", frame, "tracks")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), np.float32("nan")])
def test_a_metric_that_is_not_finite_is_refused_by_name(value: float, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"scores: ami"):
        tables.write_json(tmp_path / "m.json", {"scores": {"ami": value}})


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5), st.floats(-1e9, 1e9) | st.booleans() | st.integers(-(10**9), 10**9)
    )
)
def test_json_does_not_depend_on_key_order(values: dict[str, float]) -> None:
    backwards = dict(reversed(list(values.items())))
    assert json.dumps(tables._plain(values, ""), sort_keys=True) == json.dumps(
        tables._plain(backwards, ""), sort_keys=True
    )


@given(st.floats(1e-6, 1e6))
def test_json_keeps_six_digits(value: float) -> None:
    assert tables._plain(value, "") == pytest.approx(value, rel=5e-6)


def test_every_format_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    frame = pd.DataFrame({"track_id": ["a", "b"], "tag": ["x", "y"]})
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    writers: dict[str, Callable[[Path], None]] = {
        "t.parquet": lambda path: tables.write_table(path, frame, "tags"),
        "t.csv": lambda path: tables.write_csv(path, frame),
        "a.npy": lambda path: tables.write_array(path, array),
        "w.safetensors": lambda path: tables.write_tensors(path, {"b": array, "a": array.T}),
        "m.json": lambda path: tables.write_json(path, {"b": 1.0, "a": {"c": True}}),
    }
    for name, write in writers.items():
        write(tmp_path / "1" / name)
        write(tmp_path / "2" / name)
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes(), name


def test_tensors_come_back_by_name(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    tables.write_tensors(tmp_path / "w.safetensors", {"w": array.T})
    assert np.array_equal(tables.read_tensors(tmp_path / "w.safetensors")["w"], array.T)


def test_objects_are_never_pickled(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="pickle"):
        tables.write_array(tmp_path / "a.npy", np.array([{}], dtype=object))


@pytest.mark.parametrize("mmap", [True, False])
@pytest.mark.parametrize("shape", [(3, 2), (0, 2)])
def test_an_array_comes_back_even_where_it_is_empty(
    shape: tuple[int, int], mmap: bool, tmp_path: Path
) -> None:
    tables.write_array(tmp_path / "a.npy", np.full(shape, 2, np.float16))
    back = tables.read_array(tmp_path / "a.npy", mmap=mmap)
    assert isinstance(back, np.memmap) == mmap or 0 in shape
    assert back.shape == shape
    assert (np.asarray(back) == 2).all()


READERS: dict[str, Callable[[Path], object]] = {
    "t.parquet": tables.read_table,
    "t.json": tables.read_json,
    "a.npy": tables.read_array,
    "b.npy": lambda path: tables.read_array(path, mmap=False),
    "w.safetensors": tables.read_tensors,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.8])
def test_a_damaged_file_is_named_with_what_to_do(name: str, share: float, tmp_path: Path) -> None:
    path, array = tmp_path / name, np.arange(100.0)
    tables.write_json(tmp_path / "t.json", {"a": 1.0})
    tables.write_table(tmp_path / "t.parquet", pd.DataFrame({"track_id": ["a"]}))
    for one in ("a.npy", "b.npy"):
        tables.write_array(tmp_path / one, array)
    tables.write_tensors(tmp_path / "w.safetensors", {"a": array})
    whole = path.read_bytes()
    path.write_bytes(whole[: round(share * len(whole))])
    with pytest.raises(BadInput, match=rf"{name} .*; run the stage that writes it again"):
        READERS[name](path)


def test_rows_are_sorted_by_the_key_wherever_its_column_stands(tmp_path: Path) -> None:
    frame = pd.DataFrame({"genre": ["x", "y"], "track_id": ["b", "a"], "language": ["en", "en"]})
    tables.write_table(tmp_path / "t.parquet", frame, "labels")
    assert list(tables.read_table(tmp_path / "t.parquet", "labels")["track_id"]) == ["a", "b"]
