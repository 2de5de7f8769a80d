"""Official scores of a table of predictions, as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reprise.emotion.musav import DIMENSIONS, score_predictions
from reprise.errors import BadInput, MissingData
from reprise.own_table import read_own_table
from reprise.tables import read_table

SEED = 0


def score_file(predictions: Path, pairs: Path) -> str:
    """Score predictions on judged pairs.

    Parameters
    ----------
    predictions
        ``.csv``, ``.tsv`` or ``.parquet`` with the columns track_id, arousal, valence.
    pairs
        Table of the contract ``pairs``.

    Raises
    ------
    MissingData
        If a file is not there.
    BadInput
        If a column is missing, a track stands twice, or the columns are exchanged.
    """
    if not pairs.is_file():
        raise MissingData(f"{pairs} is not there; the stage download writes it (dvc repro download@emotion)")
    table = read_own_table(predictions)
    if "track_id" not in table.columns:
        raise BadInput(f"{predictions} has no column 'track_id'; it has {', '.join(map(str, table.columns))}")
    if table["track_id"].duplicated().any():
        twice = table.loc[table["track_id"].duplicated(), "track_id"].iloc[0]
        raise BadInput(f"{predictions}: track_id '{twice}' stands twice")
    scores = score_predictions(read_table(pairs, "pairs"), table.set_index("track_id"), SEED)
    return "\n".join(line for dimension in DIMENSIONS for line in _lines(dimension, scores[dimension]))


def _lines(dimension: str, scores: dict[str, Any]) -> list[str]:
    lines = [f"{dimension}: accuracy on pairs, %"]
    for name, part in scores["predictions"].items():
        if "accuracy" not in part:
            lines.append(f"  {name.replace('_', '.'):6} {part['why']}")
            continue
        low, value, high = (100 * part["accuracy"][key] for key in ("low", "value", "high"))
        pairs = f"{part['scored_pairs']} pairs, coverage {part['coverage']:.3f}"
        lines.append(f"  {name.replace('_', '.'):6} {value:.2f} [{low:.2f}, {high:.2f}]  {pairs}")
    human = scores["third_human_against_two"]
    said = f"{100 * human['value']:.2f}" if "value" in human else human["why"]
    return [*lines, f"  a third human against two who agree: {said}"]
