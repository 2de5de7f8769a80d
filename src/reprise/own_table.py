"""Reading a table of somebody's own: .csv, .tsv or .parquet, by its name's ending."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from reprise.errors import BadInput, MissingData
from reprise.tables import read_table

SEPARATORS = {".csv": ",", ".tsv": "\t"}


def read_own_table(path: Path) -> pd.DataFrame:
    """Return the rows; a column ``track_id`` stays text.

    Raises
    ------
    MissingData
        If there is no such file.
    BadInput
        If it is not one of the three formats.
    """
    if not path.is_file():
        raise MissingData(f"{path} is not there")
    if path.suffix == ".parquet":
        return read_table(path)
    if path.suffix not in SEPARATORS:
        raise BadInput(f"{path}: a table is a .csv, .tsv or .parquet file")
    return pd.read_csv(path, sep=SEPARATORS[path.suffix], dtype={"track_id": str})
