"""A table that someone edited by hand is named before the pipeline puts its own in its place."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from reprise.doctor import edited
from reprise.surroundings import NOTE
from reprise.tables import read_table, write_table

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("isolation")]


def test_a_table_that_was_edited_by_hand_is_named_before_it_is_replaced(
    project: Path, tmp_path: Path
) -> None:
    copy = copytree(project, tmp_path / "copy", symlinks=True)
    assert not list(edited(copy))
    path = "data/corpus/tracks/labels.parquet"
    table = read_table(copy / path, "labels").assign(genre="polka")
    (copy / path).unlink()
    write_table(copy / path, table, "labels")
    (remark,) = edited(copy)
    assert (remark.level, remark.about) == (NOTE, path)
    assert "keep a copy" in remark.said
