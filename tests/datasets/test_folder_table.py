"""The table beside the music: what it may hold, and a message with the line for what it may not."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.datasets.folder_table import Table, read_table
from reprise.errors import BadInput, MissingData
from reprise.tables import TARGETS

FILES = ("a.mp3", "b/c.flac", "b/Ünder.wav")


def table_of(folder: Path, text: str | bytes, name: str = "labels.csv") -> Table:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_table(path, FILES)


def test_each_column_lands_in_its_field(tmp_path: Path) -> None:
    text = (
        "File, Artist ,title,year,genre,language,tags,lyrics,split,arousal,valence\n"
        'a.mp3,"A, B",T,1987,jazz,en,x;y ; ,"one\n\ntwo, ""three""",train,0,0.5\n'
        "\n"
        "./b/c.flac,,,,,,,,,,\n"
    )
    table = table_of(tmp_path, text)
    assert table.fields == {
        "a.mp3": {
            "artist": "A, B", "title": "T", "genre": "jazz", "language": "en", "lyrics": 'one\n\ntwo, "three"', "year": 1987,
            "tags": ("x", "y"), "official_split": "train", "affect": (0.0, 0.5),
        },
        "b/c.flac": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", "file,genre\na.mp3,jazz\n"),
        ("x.CSV", "\ufefffile,genre\r\na.mp3,jazz\r\n"),
        ("x.csv", "genre;file\njazz;a.mp3"),
        ("x.tsv", "file\tgenre\na.mp3\tjazz\n"),
    ],
)
def test_the_ways_spreadsheets_write(tmp_path: Path, name: str, text: str) -> None:
    assert table_of(tmp_path, text, name).fields == {"a.mp3": {"genre": "jazz"}}


def test_accents_are_found_however_they_are_composed(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", "file,genre\nb/Ünder.wav,x\n")
    assert "Ü" not in text
    assert list(table_of(tmp_path, text).fields) == ["b/Ünder.wav"]


def test_targets_are_all_there_or_none(tmp_path: Path) -> None:
    head = ",".join(("file", *TARGETS))
    table = table_of(tmp_path, f"{head}\na.mp3,{','.join(['0.5'] * 18)}\nb/c.flac,{',' * 17}\n")
    assert table.fields == {"a.mp3": {"targets": dict.fromkeys(TARGETS, 0.5)}, "b/c.flac": {}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the column 'file' is missing"),
        ("genre\njazz\n", "line 1: the column 'file' is missing"),
        ("file,gener\n", "line 1: unknown column 'gener'; did you mean 'genre'"),
        ("file,genre,genre\n", "line 1: the column 'genre' stands twice"),
        ("file,arousal\n", "line 1: valence must be there as well"),
        ("file,dating\n", "line 1: violence, .* must be there as well"),
        (
            "file,genre\na.mp3,jazz\na.pm3,jazz\n",
            "line 3: there is no audio file 'a.pm3' in the folder; did you mean 'a.mp3'",
        ),
        ('file,lyrics\na.mp3,"1\n2\n3"\nnone,x\n', "line 5: there is no audio file 'none'"),
        ("file,genre\na.mp3,jazz\n\na.mp3,rock\n", "line 4: 'a.mp3' stands in line 2 already"),
        ("file,genre\na.mp3\n", "line 2: has 1 cells where the header has 2"),
        ("file,genre\n,jazz\n", "line 2: the column 'file' is empty"),
        ("file,year\na.mp3,85\n", "line 2: year = '85' must be a year of four digits"),
        ("file,year\na.mp3,1985.0\n", "line 2: year = '1985.0' must be"),
        ("file,split\na.mp3,dev\n", "line 2: split = 'dev' must be one of train, validation, test"),
        ("file,arousal,valence\na.mp3,2,0\n", "line 2: arousal = '2' must be a number from 0 to 1"),
        ("file,arousal,valence\na.mp3,0.5,\n", "line 2: valence must be given as well"),
        ("file,arousal,valence\na.mp3,nan,0\n", "line 2: arousal = 'nan' must be"),
        ('file,genre\na.mp3,"jazz\n', "line 2: unexpected end of data"),
        (b"file,genre\na.mp3,caf\xe9\n", "line 2: is no UTF-8"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(BadInput, match=rf"labels.csv, {message}"):
        table_of(tmp_path, text)


def test_a_table_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="cannot be read: No such file"):
        read_table(tmp_path / "none.csv", FILES)


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_a_table_or_a_message(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(("file,genre\n" + text).encode("utf-8", "replace"))
    try:
        table = read_table(path, FILES)
    except BadInput as error:
        assert "line " in str(error)  # noqa: PT017
    else:
        assert set(table.fields) <= set(FILES)
