"""Auditing a raw table: exact functions are named, honest columns are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.audit.finding import Finding
from reprise.audit.raw_table import audit_table, main
from reprise.errors import BadInput
from reprise.tables import TARGETS


def music(seed: int = 0) -> pd.DataFrame:
    """As the Music Dataset 1950-2019: topic, age and len are functions of other columns."""
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(
        rng.dirichlet(np.ones(4), 200), columns=["sadness", "music", "romantic", "violence"]
    )
    year = rng.integers(1950, 2020, 200)
    lyrics = [" ".join(rng.choice(list("abcdefgh"), rng.integers(20, 90))) for _ in range(200)]
    return scores.assign(
        song=[f"song {n}" for n in range(200)],
        genre=rng.choice(["rock", "pop", "jazz"], 200),
        release_date=year,
        topic=scores.idxmax(axis=1),
        age=(2020 - year) / 70,
        len=[len(text.split()) for text in lyrics],
        lyrics=lyrics,
    )


TOPICS = ["sadness", "music", "romantic", "violence"]


def named(found: list[Finding]) -> set[tuple[str, str, str]]:
    return {(one.severity, one.check, one.subject) for one in found}


def test_topic_age_and_len_are_found_and_nothing_else() -> None:
    found = named(audit_table(music(), TOPICS, ["lyrics"], ["song"]))
    assert found == {
        ("leak", "functions.largest", "topic"),
        ("warn", "functions.affine", "age of release_date"),
        ("warn", "functions.word_count", "len"),
        ("ok", "functions.repeated", "lyrics"),
    }


def test_a_table_without_them_is_clean() -> None:
    for seed in range(5):
        table = music(seed).drop(columns=["topic", "age", "len"])
        assert {one.severity for one in audit_table(table, TOPICS, ["lyrics"], ["song"])} == {"ok"}


def test_rows_with_the_same_lyrics_are_counted() -> None:
    table = music()
    table.loc[3, "lyrics"] = table["lyrics"].iloc[7].upper() + "!"
    found = {one.check: one for one in audit_table(table, TOPICS, ["lyrics"], ["song"])}
    assert (found["functions.repeated"].severity, found["functions.repeated"].count) == ("warn", 2)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="no column 'mood'"):
        audit_table(music(), ["mood"])


def test_the_command_exits_with_1_where_a_target_is_given_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    music().to_csv(tmp_path / "songs.csv", index=False)
    arguments = [
        "raw_table",
        str(tmp_path / "songs.csv"),
        "--targets",
        *TOPICS,
        "--texts",
        "lyrics",
        "--keys",
        "song",
    ]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert "leave 'topic' out" in capsys.readouterr().out


def test_the_three_columns_of_the_1950_2019_file_are_found(real_data: Path) -> None:
    path = real_data / "tcc_ceds" / "tcc_ceds_music_1000.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    keys = ["Unnamed: 0", "artist_name", "track_name"]
    found = named(audit_table(pd.read_csv(path), list(TARGETS), ["lyrics"], keys))
    assert {one for one in found if one[0] != "ok"} == {
        ("leak", "functions.largest", "topic"),
        ("warn", "functions.affine", "age of release_date"),
        ("warn", "functions.word_count", "len"),
    }
