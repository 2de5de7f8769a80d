"""A table that someone edited by hand is named and kept before the pipeline puts its own in its place."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from reprise.doctor import tables
from reprise.edited import edited, main
from reprise.surroundings import BAD
from reprise.tables import read_table, write_table

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("isolation")]
LABELS = "data/corpus/tracks/labels.parquet"


@pytest.fixture
def polka(project: Path, tmp_path: Path) -> Path:
    """A copy of the computed project in which every genre was edited."""
    copy = copytree(project, tmp_path / "copy", symlinks=True)
    assert not list(edited(copy))
    table = read_table(copy / LABELS, "labels").assign(genre="polka")
    (copy / LABELS).unlink()
    write_table(copy / LABELS, table, "labels")
    return copy


def test_a_table_that_was_edited_by_hand_is_a_problem_and_kept(polka: Path) -> None:
    (remark,) = tables(polka)
    assert (remark.level, remark.about) == (BAD, LABELS)
    (kept,) = (polka / ".dvc/tmp/reprise/edited").rglob("labels.*.parquet")
    assert str(kept.relative_to(polka)) in remark.said
    assert set(read_table(kept, "labels")["genre"]) == {"polka"}


def test_before_a_run_it_is_named_kept_and_two_edits_are_two_files(
    polka: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(polka)
    assert main() == 0
    assert f"{LABELS} is not what its stage made" in capsys.readouterr().err
    (polka / LABELS).write_bytes(b"torn")
    assert main() == 0
    assert len(list((polka / ".dvc/tmp/reprise/edited").rglob("labels.*.parquet"))) == 2


def test_make_keeps_edits_before_every_run(root: Path) -> None:
    lines = (root / "Makefile").read_text(encoding="utf-8").splitlines()
    assert lines.index("\tpython -m reprise.edited") == lines.index("\treprise run --jobs 0") - 1
