"""The columns of the lookup table: type, range, meaning. The one place that says so; the check, ``schema.json`` and docs/lookup.md are made of it.

python -m reprise.lookup.columns --write docs/lookup.md
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reprise.errors import BadInput

LIKELY = "prob_"
TOLERANCE = 1e-6
SEPARATOR = ";"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name
        Its name; ``prob_<label>`` stands for one column of each label.
    kind
        "string", "number", "integer" or "list".
    low, high
        Smallest and largest value.
    empty
        Whether it may be empty, where its source is not available.
    meaning
        In words.
    """

    name: str
    kind: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    empty: bool = False


COLUMNS = (
    Column(
        "track_id", "string", "hash of the samples, 16 hexadecimal digits; one row per test track, ascending"
    ),
    Column(
        "new_acoustic_label",
        "string",
        "the likeliest acoustic label, predicted by the finetuned model; one of those in data/label_to_idx.json",
    ),
    Column(
        f"{LIKELY}<label>",
        "number",
        "probability of a label; one column each in the order of data/label_to_idx.json; they sum to 1",
        0.0,
        1.0,
    ),
    Column(
        "entropy",
        "number",
        "of these probabilities in nats: 0 (sure) to the logarithm of the number of labels",
        0.0,
    ),
    *(
        Column(
            name,
            "number",
            "modelled chance that a listener puts the track above a random one of the emotion corpus; of a model that learned absolute "
            "values: that value (metrics/lookup.json says which)",
            0.0,
            1.0,
            empty=True,
        )
        for name in ("arousal", "valence")
    ),
    Column(
        "map_x",
        "number",
        "first principal axis of the selected model's latents (fitted on all tracks)",
        empty=True,
    ),
    Column("map_y", "number", "second principal axis", empty=True),
    Column("cluster", "integer", "K-Means cluster of the latents, first seed", 0.0, empty=True),
    Column("cluster_distance", "number", "Euclidean distance to the mean of that cluster", 0.0, empty=True),
    Column(
        "neighbours",
        "list",
        f'the nearest tracks among all, nearest first (CSV: joined by "{SEPARATOR}"); never the track itself',
    ),
    Column(
        "neighbour_distances",
        "list",
        f'their Euclidean distances, ascending (CSV: joined by "{SEPARATOR}")',
        0.0,
    ),
)


def names(labels: list[str]) -> list[str]:
    """Return the names of the columns of a table with these labels, in order."""
    return [column.name for column in columns_of(labels)]


def columns_of(labels: list[str]) -> list[Column]:
    """Return the columns of a table with these labels, in order."""
    found: list[Column] = []
    for column in COLUMNS:
        if column.name.startswith(LIKELY):
            found += [
                Column(f"{LIKELY}{label}", column.kind, column.meaning, column.low, column.high)
                for label in labels
            ]
        else:
            found.append(column)
    return found


def labels_of(table: pd.DataFrame) -> list[str]:
    """Return the labels that a table has probabilities for, in order."""
    return [str(name).removeprefix(LIKELY) for name in table.columns if str(name).startswith(LIKELY)]


def check_columns(table: pd.DataFrame, labels: list[str]) -> None:
    """Check names, types, ranges and empty places of all columns.

    Raises
    ------
    BadInput
        With the first column, track and rule that is broken.
    """
    if list(table.columns) != names(labels):
        raise BadInput(
            f"lookup: columns {', '.join(map(str, table.columns))}; needed are {', '.join(names(labels))}"
        )
    for column in columns_of(labels):
        kept = table[column.name].map(lambda value, one=column: _allowed(value, one)).to_numpy(dtype=bool)
        if not kept.all():
            row = int(np.argmin(kept))
            raise BadInput(
                f"lookup: track {table['track_id'].iloc[row]}: {column.name} = {table[column.name].iloc[row]}; it must be {_rule(column)}"
            )


def describe(table: pd.DataFrame) -> dict[str, Any]:
    """Return the schema of a table as a Frictionless table schema: fields with type, constraints and description, and the key."""
    fields = []
    for column in columns_of(labels_of(table)):
        limits: dict[str, Any] = {"required": not column.empty}
        if column.kind != "list":
            limits |= {"minimum": column.low} if math.isfinite(column.low) else {}
            limits |= {"maximum": column.high} if math.isfinite(column.high) else {}
        fields.append(
            {"name": column.name, "type": column.kind, "constraints": limits, "description": column.meaning}
        )
    return {"fields": fields, "primaryKey": "track_id", "missingValues": [""]}


def page() -> str:
    """Return docs/lookup.md."""
    rows = [
        f"| `{one.name}` | {one.kind} | {_range(one)} | {'yes' if one.empty else 'no'} | {one.meaning} |"
        for one in COLUMNS
    ]
    return "\n".join(
        [
            "# The lookup table",
            "",
            "Made by `python -m reprise.lookup.columns --write docs/lookup.md`; do not edit.",
            "",
            "`data/inference_lookup.csv` is for any reader; `data/lookup/lookup.parquet` is its twin with typed columns and real lists;",
            "`data/lookup/schema.json` describes the columns of this run (Frictionless table schema). Every row is checked against what follows before it is written.",
            "",
            "| column | type | range | may be empty | meaning |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "A column whose source is not available (no judged pairs, a model that the dataset cannot train) is there and empty, and `metrics/lookup.json` says why.",
            "How good the neighbours are as recommendations stands in the same file: recall of tracks by the same artist and with the same tag, beside raw",
            "descriptors and chance. `reprise.lookup.place_file` gives any audio file the row that it would have.",
            "",
        ]
    )


def _allowed(value: Any, column: Column) -> bool:
    if column.kind == "string":
        return isinstance(value, str) and bool(
            re.fullmatch(r"[0-9a-f]{16}", value) or column.name != "track_id"
        )
    if column.kind == "list":
        found = list(value)
        return all(isinstance(one, str) or column.low <= one < math.inf for one in found)
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return column.empty
    whole = column.kind == "number" or float(value).is_integer()
    return whole and math.isfinite(value) and column.low - TOLERANCE <= value <= column.high + TOLERANCE


def _rule(column: Column) -> str:
    return f"a {column.kind} in {_range(column)}{' or empty' if column.empty else ''}"


def _range(column: Column) -> str:
    if column.kind == "string":
        return "16 hexadecimal digits" if column.name == "track_id" else "a label"
    low = f"{column.low:g}" if math.isfinite(column.low) else "−∞"
    high = f"{column.high:g}" if math.isfinite(column.high) else "∞"
    return f"{low} … {high}" if column.name != "neighbours" else "track ids"


def main() -> None:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(
        prog="reprise.lookup.columns", description="the columns of the lookup table"
    )
    parser.add_argument("--write", type=Path, help="write the page there")
    parser.add_argument("--check", type=Path, help="exit 1 if that page is stale")
    options = parser.parse_args()
    if options.write:
        options.write.write_text(page(), encoding="utf-8")
    elif options.check and options.check.read_text(encoding="utf-8") != page():
        sys.exit(f"{options.check} is stale: run python -m reprise.lookup.columns --write {options.check}")


if __name__ == "__main__":
    main()
