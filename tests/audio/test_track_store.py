"""Kept features: found by content, never out of date, recomputed when damaged, bounded in size."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from reprise.audio import chunk, mel
from reprise.audio import recipe as recipe_module
from reprise.audio.chunk import Reject, Row, Task, extract_chunk
from reprise.audio.decode import to_pcm16
from reprise.audio.kept import kept_folder
from reprise.audio.recipe import MODULES, recipe
from reprise.audio.settings import AudioSettings
from reprise.audio.store import TrackStore, trim
from reprise.errors import BadInput
from reprise.wiring import closure

from .conftest import make_signal

SETTINGS = AudioSettings(segment_seconds=0.25)  # several segments
ARRAYS: dict[str, npt.NDArray[Any]] = {
    "mel": np.arange(6, dtype=np.float16).reshape(2, 3),
    "segments": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(3, 2)),
}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_saved_is_found(tmp_path: Path) -> None:
    store = TrackStore(tmp_path, "one")
    assert store.load(b"samples") is None
    store.save(b"samples", ARRAYS)
    found = store.load(b"samples")
    assert found is not None
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }
    assert all(found[name].dtype == ARRAYS[name].dtype for name in ARRAYS)


def test_other_audio_or_another_recipe_finds_nothing(tmp_path: Path) -> None:
    TrackStore(tmp_path, "one").save(b"samples", ARRAYS)
    assert TrackStore(tmp_path, "one").load(b"Samples") is None
    assert TrackStore(tmp_path, "two").load(b"samples") is None


@pytest.mark.parametrize("position", [0, 40, -1])
def test_a_damaged_file_is_not_used(tmp_path: Path, position: int) -> None:
    store = TrackStore(tmp_path, "one")
    store.save(b"samples", ARRAYS)
    (path,) = files(tmp_path)
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)
    assert store.load(b"samples") is None
    path.write_bytes(data[:20])
    assert store.load(b"samples") is None
    store.save(b"samples", ARRAYS)
    assert store.load(b"samples") is not None


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    store = TrackStore(None, "one")
    store.save(b"samples", ARRAYS)
    assert store.load(b"samples") is None
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    store = TrackStore(blocked, "one")
    store.save(b"samples", ARRAYS)
    assert store.load(b"samples") is None
    trim(None, 0)
    trim(tmp_path / "absent", 0)


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    store = TrackStore(tmp_path, "one")
    for number in range(4):
        store.save(bytes([number]), ARRAYS)
    for age, path in enumerate(files(tmp_path)):
        os.utime(path, (1_000 - age, 1_000 - age))
    size = files(tmp_path)[0].stat().st_size
    used = next(number for number in range(4) if store.load(bytes([number])) is not None)  # is now the newest
    trim(tmp_path, 2 * size)
    assert len(files(tmp_path)) == 2
    assert store.load(bytes([used])) is not None
    trim(tmp_path, 2 * size)
    assert len(files(tmp_path)) == 2


def make_task(tmp_path: Path, kept: Path | None) -> tuple[list[str], Task]:
    audio = tmp_path / "audio"
    audio.mkdir(exist_ok=True)
    names = ["a", "b", "c"]
    for number, name in enumerate(names):
        samples = to_pcm16(make_signal("music", 2.0)[number * 50 :][:22_050])
        soundfile.write(audio / f"{name}.wav", samples, 22_050, subtype="PCM_16")
    return names, Task(audio, 22_050, SETTINGS, recipe(SETTINGS), kept)


def compute(
    names: list[str], task: Task, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Row | Reject], list[str]]:
    """Return the rows, and the names that had to be computed."""
    computed: list[str] = []
    original = chunk._compute

    def watched(audio: bytes, name: str, one: Task) -> dict[str, Any]:
        computed.append(name)
        return original(audio, name, one)

    with monkeypatch.context() as patch:
        patch.setattr(chunk, "_compute", watched)
        rows = extract_chunk(names, task)
    return rows, computed


def same(first: list[Row | Reject], second: list[Row | Reject]) -> bool:
    return all(
        isinstance(one, Row)
        and isinstance(other, Row)
        and one.track_id == other.track_id
        and all(np.array_equal(one.arrays[key], other.arrays[key]) for key in one.arrays)
        for one, other in zip(first, second, strict=True)
    )


def test_only_what_is_new_or_damaged_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    names, task = make_task(tmp_path, kept)
    fresh, computed = compute(names[:2], task, monkeypatch)
    assert computed == ["a.wav", "b.wav"]
    again, computed = compute(names, task, monkeypatch)
    assert computed == ["c.wav"]
    assert same(fresh, again[:2])
    damaged = files(kept)[0]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    repaired, computed = compute(names, task, monkeypatch)
    assert len(computed) == 1
    assert same(again, repaired)
    changed = Task(
        task.audio, task.n_samples, AudioSettings(n_mfcc=13), recipe(AudioSettings(n_mfcc=13)), kept
    )
    _, computed = compute(names, changed, monkeypatch)
    assert len(computed) == 3


def test_a_changed_file_of_the_same_name_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names, task = make_task(tmp_path, tmp_path / "kept")
    compute(names, task, monkeypatch)
    (task.audio / "a.wav").write_bytes((task.audio / "b.wav").read_bytes())
    rows, computed = compute(names, task, monkeypatch)
    assert computed == []  # it is b's content, which is known
    assert isinstance(rows[0], Row)
    assert isinstance(rows[1], Row)
    assert np.array_equal(rows[0].arrays["mel"], rows[1].arrays["mel"])


def test_a_worker_with_other_code_refuses(tmp_path: Path) -> None:
    names, task = make_task(tmp_path, None)
    other = Task(task.audio, task.n_samples, SETTINGS, "of another version", None)
    with pytest.raises(BadInput, match="another version of Reprise"):
        extract_chunk(names, other)


def test_the_recipe_knows_all_code_behind_the_features(root: Path) -> None:
    hashed = {str(Path(str(module.__file__)).relative_to(root)) for module in MODULES}
    assert closure(root / "src/reprise/audio/features.py", root) <= hashed


def test_the_recipe_follows_settings_code_and_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = recipe(SETTINGS)
    assert recipe(AudioSettings(hop_length=256)) != plain
    edited = tmp_path / "mel.py"
    edited.write_bytes(Path(str(mel.__file__)).read_bytes() + b"\n")
    with monkeypatch.context() as patch:
        patch.setattr(mel, "__file__", str(edited))
        recipe.cache_clear()
        assert recipe(SETTINGS) != plain
    with monkeypatch.context() as patch:
        patch.setattr(recipe_module, "version", lambda _: "0")
        recipe.cache_clear()
        assert recipe(SETTINGS) != plain
    recipe.cache_clear()
    assert recipe(SETTINGS) == plain


def test_the_folder_that_stays_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPRISE_KEPT", raising=False)
    monkeypatch.delenv("REPRISE_SCRATCH", raising=False)
    assert kept_folder() is None
    monkeypatch.setenv("REPRISE_SCRATCH", "/scratch")
    assert kept_folder() == Path("/scratch")
    monkeypatch.setenv("REPRISE_KEPT", "/kept")
    assert kept_folder() == Path("/kept")
