from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from reprise.emotion.scoring import score_file
from reprise.errors import BadInput, MissingData
from reprise.tables import SCHEMAS, write_table


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    rows = [
        (f"g{number}", "u", "v", dimension, higher, "full-agreement", "consistent", *votes)
        for number in range(3)
        for dimension, higher, votes in (("arousal", "a", (3, 0, 0)), ("valence", "b", (0, 3, 0)))
    ]
    write_table(tmp_path / "pairs.parquet", pd.DataFrame(rows, columns=list(SCHEMAS["pairs"])), "pairs")
    return tmp_path / "pairs.parquet"


def predictions(folder: Path, **columns: list[float]) -> Path:
    pd.DataFrame({"track_id": ["u", "v"], **columns}).to_csv(folder / "said.csv", index=False)
    return folder / "said.csv"


def test_right_predictions_score_everything(pairs: Path, tmp_path: Path) -> None:
    text = score_file(predictions(tmp_path, arousal=[5.0, 1.0], valence=[0.1, 0.2]), pairs)
    assert text.count("100.00 [100.00, 100.00]  3 pairs, coverage 1.000") == 8
    assert text.count("a third human against two who agree: 100.00") == 2


def test_exchanged_columns_and_broken_tables_are_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="exchanged"):
        score_file(predictions(tmp_path, valence=[5.0, 1.0], arousal=[0.1, 0.2]), pairs)
    with pytest.raises(BadInput, match="no column 'valence'"):
        score_file(predictions(tmp_path, arousal=[5.0, 1.0]), pairs)
    twice = predictions(tmp_path, arousal=[1.0, 2.0], valence=[1.0, 2.0])
    twice.write_text(twice.read_text() + "u,3,3\n")
    with pytest.raises(BadInput, match="track_id 'u' stands twice"):
        score_file(twice, pairs)
    with pytest.raises(MissingData, match="is not there"):
        score_file(tmp_path / "nothing.csv", pairs)
