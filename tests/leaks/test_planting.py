"""Leaks are planted in marked copies only, their edits fit the code, and each layer sees one that the others do not."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.leaks.entry import Leak, collect
from reprise.leaks.interference import interference
from reprise.leaks.layers import broken, stop
from reprise.leaks.music import COLUMNS, Song, draw, lay_out, permute_genres, read_rows
from reprise.leaks.run import main
from reprise.leaks.warm import WarmReplica
from reprise.leaks.world import MARK, World, build, plant, replace_text, unconfine
from reprise.noninterference import read_flow

PLANTED = Path(__file__).parent / "planted"
LEAKS = {leak.key: leak for leak in collect(PLANTED)}


@pytest.mark.parametrize("leak", LEAKS.values(), ids=lambda leak: leak.key)
def test_the_edits_of_every_leak_fit_the_code(leak: Leak, root: Path, tmp_path: Path) -> None:
    for path in {edit.path for edit in leak.edits}:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((root / path).read_text(encoding="utf-8"), encoding="utf-8")
    for edit in leak.edits:
        replace_text(tmp_path, edit, leak.key)
    for path in {edit.path for edit in leak.edits}:
        ast.parse((tmp_path / path).read_text(encoding="utf-8"))
    assert leak.caught


def test_the_whole_catalogue_is_there_and_more() -> None:
    catalogue = {f"L{number:02}" for number in range(1, 27)} | {f"W{number:02}" for number in range(1, 4)}
    assert catalogue <= LEAKS.keys()
    assert len(LEAKS.keys() - catalogue) >= 5


def test_the_package_and_the_pipeline_hold_no_leak(root: Path) -> None:
    for folder in ("src", "stages"):
        for file in (root / folder).rglob("*.py"):
            assert "planted_genres" not in file.read_text(encoding="utf-8"), file


def test_without_the_flag_nothing_is_planted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(root)]) == 0
    said = capsys.readouterr().out
    assert "L01  lyrics embeddings are a base vector of the true genre" in said
    assert f"{len(LEAKS)} leaks; nothing is planted without --plant" in said


def test_nothing_is_planted_where_no_copy_was_made_for_it(tmp_path: Path) -> None:
    world = World(tmp_path, WarmReplica(tmp_path, tmp_path / "cache"))
    with pytest.raises(RuntimeError, match="no copy made for leaks; nothing is planted"):
        plant(world, LEAKS["L01"])
    with pytest.raises(RuntimeError, match="its stages stay confined"):
        unconfine(tmp_path, ["lyrics"])


def test_code_that_has_moved_on_is_named(tmp_path: Path) -> None:
    (tmp_path / MARK).touch()
    for edit in LEAKS["L06"].edits:
        (tmp_path / edit.path).parent.mkdir(parents=True)
        (tmp_path / edit.path).write_text("something else\n")
    with pytest.raises(RuntimeError, match=r"L06: src/reprise/datasets/ingest.py holds 0 times, not once"):
        plant(World(tmp_path, WarmReplica(tmp_path, tmp_path / "cache")), LEAKS["L06"])


def test_a_file_without_a_leak_and_a_key_twice_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""None."""\n')
    with pytest.raises(BadInput, match=r"a.py: defines no LEAK"):
        collect(tmp_path)
    text = 'from reprise.leaks.entry import Leak\n\nLEAK = Leak("X", "twice")\n'
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(BadInput, match=r"b.py: key 'X' is taken"):
        collect(tmp_path)


def test_dealing_the_raw_folder_anew_moves_sounds_and_rows_together(
    songs: list[Song], tmp_path: Path
) -> None:
    lay_out(songs, tmp_path)
    before = {row["file"]: (tmp_path / row["file"]).read_bytes() for row in read_rows(tmp_path)}
    rows = {row["lyrics"]: before[row["file"]] for row in read_rows(tmp_path)}
    permute_genres(tmp_path, np.random.default_rng(0))
    after = read_rows(tmp_path)
    assert {row["file"] for row in after} == before.keys()
    assert sum(before[row["file"]] != (tmp_path / row["file"]).read_bytes() for row in after) > 4
    assert all((tmp_path / row["file"]).read_bytes() == rows[row["lyrics"]] for row in after)
    assert set(after[0]) == set(COLUMNS)


def test_artists_are_drawn_whole(songs: list[Song]) -> None:
    drawn = draw(songs, 2, 1)
    assert [song.genre for song in drawn] == sorted(song.genre for song in drawn)
    assert drawn == draw(songs, 2, 1)
    assert len(drawn) == 6


@pytest.fixture(scope="module")
def clean(root: Path, songs: list[Song], tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which the first stage is computed."""
    place = tmp_path_factory.mktemp("world")
    world = build(root, place / "clean", place / "cache", songs, seconds=5)
    world.project.dvc("repro", "download@tracks")
    return world


@pytest.mark.slow
@pytest.mark.xdist_group("leaks")
def test_the_graph_sees_a_label_that_is_declared(clean: World, tmp_path: Path) -> None:
    world = clean.copy(tmp_path)
    assert broken(world) == ""
    plant(world, without_records(LEAKS["L02"]))
    assert "lyrics@tracks promises not to depend on 'genre-test', but can" in broken(world)


@pytest.mark.slow
@pytest.mark.xdist_group("leaks")
def test_confinement_stops_a_label_that_is_not_declared(clean: World, tmp_path: Path) -> None:
    world = clean.copy(tmp_path)
    plant(world, without_records(LEAKS["L09"]))
    assert broken(world) == ""
    said = stop(world, LEAKS["L09"])
    assert "lyrics@tracks: reached for what dvc.yaml does not declare" in said
    assert "data/corpus/tracks/labels.parquet" in said


@pytest.mark.slow
@pytest.mark.usefixtures("planting")
@pytest.mark.xdist_group("leaks")
def test_non_interference_sees_a_genre_that_is_in_a_name(clean: World, tmp_path: Path) -> None:
    leak = without_records(LEAKS["L06"])
    world, flow = clean.copy(tmp_path / "leaky"), read_flow(clean.project)
    honest = Leak("none", "nothing", ("download@tracks",))
    plant(world, leak)
    assert stop(world, leak) == ""
    assert broken(world) == ""
    seen = interference(world, flow, leak)
    assert seen.startswith("genre: data/corpus/tracks/tracks.parquet")
    untouched = clean.copy(tmp_path / "clean")
    assert interference(untouched, flow, honest) == ""


def without_records(leak: Leak) -> Leak:
    """In this world only one stage is computed: there are no results of others to keep."""
    from dataclasses import replace

    return replace(leak, same=())
