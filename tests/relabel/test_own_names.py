from __future__ import annotations

from pathlib import Path

import pytest

from reprise.errors import BadInput
from reprise.relabel.naming import Theme
from reprise.relabel.own_names import read_own_names, rename

THEMES = {0: Theme("Calm / Soft", "tags"), 1: Theme("fast", "descriptors"), 2: Theme("", "small")}


def test_the_file_of_the_project_names_nothing(root: Path) -> None:
    assert read_own_names(root / "inputs/names.yaml") == {}


def test_a_name_takes_the_place_of_the_one_found_and_an_empty_one_discards(tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text("Calm / Soft: Lullabies\nfast:\nno such label: never mind\n")
    renamed = rename(THEMES, read_own_names(tmp_path / "names.yaml"))
    assert renamed == {0: Theme("Lullabies", "hand"), 1: Theme("", "unwanted"), 2: Theme("", "small")}


def test_two_labels_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput, match="two labels would be called 'fast'"):
        rename(THEMES, {"Calm / Soft": "fast"})
    assert rename(THEMES, {"Calm / Soft": "fast", "fast": "Calm / Soft"})[0].name == "fast"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n- b\n", "must be a mapping"),
        ("1: 2\n", "'1: 2' must be a name and a name"),
        ("a: [", "is not YAML"),
    ],
)
def test_what_is_no_list_of_names_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "names.yaml").write_text(text)
    with pytest.raises(BadInput, match=message):
        read_own_names(tmp_path / "names.yaml")
