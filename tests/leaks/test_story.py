"""The story of the original leak on a clone: near-perfect, seen; the design's fix, seen as well; the true fix, and only what depends on it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprise.leaks.entry import Leak
from reprise.leaks.music import Song
from reprise.leaks.story import main, replay, told
from reprise.leaks.world import build


def test_without_the_flag_nothing_happens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == "nothing is planted without --plant\n"


@pytest.mark.slow
@pytest.mark.usefixtures("planting")
@pytest.mark.xdist_group("leaks")
def test_the_story_on_a_clone(
    root: Path, songs: list[Song], planted: dict[str, Leak], tmp_path: Path
) -> None:
    world = build(root, tmp_path / "clean", tmp_path / "cache", songs, seconds=5)
    goals = ("lyrics@tracks",)
    world.project.dvc("repro", *goals)
    clean, (original, ordered), fix = replay(world, [planted["L01"], planted["L03"]], tmp_path, goals)
    assert clean.agreement[0] < 0.8
    assert original.agreement[0] == pytest.approx(1.0)
    assert original.verdict.caught == "RN"
    assert "data/corpus/tracks/labels.parquet" in original.verdict.seen["R"]
    assert ordered.agreement[0] == pytest.approx(1.0)
    assert ordered.verdict.caught == "SN"
    assert "../music (made by no stage)" in ordered.verdict.seen["S"]
    assert set(fix.ran) == {"lyrics@tracks"}
    assert "download@tracks" in fix.skipped
    assert set(fix.ran) <= set(fix.cone)
    assert fix.same
    assert "byte for byte" in told(clean, [original, ordered], fix)
