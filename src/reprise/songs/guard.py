"""Columns that may not be inputs of the regression, because they are computed from what it predicts or from other inputs."""

from __future__ import annotations

from collections.abc import Iterable

from reprise.errors import BadInput
from reprise.tables import TARGETS

LEAKING_COLUMNS = {
    "topic": "it is the name of the largest topic score: a function of the targets",
    "age": "it is (2020 - year) / 70: the year a second time",
    "len": "it is the number of words of the lyrics the topic scores were fitted on",
}
"""Columns of the Music Dataset 1950-2019 (doi 10.17632/3t9vbwxgr5.3) that give the targets or another input away."""


def refuse_leaking_columns(columns: Iterable[str], *, where: str = "the inputs") -> None:
    """Stop if a column that leaks stands among the inputs.

    Parameters
    ----------
    columns
        Names of the input columns. Case and surrounding spaces do not matter.
    where
        Where the columns come from, for the message.

    Raises
    ------
    BadInput
        If a column is a target or one of `LEAKING_COLUMNS`.
    """
    for column in columns:
        name = column.strip().lower()
        if name in LEAKING_COLUMNS:
            raise BadInput(
                f"{where}: column '{column}' may not be an input: {LEAKING_COLUMNS[name]}. Remove the column"
            )
        if name in TARGETS:
            raise BadInput(
                f"{where}: column '{column}' is a target and may not be an input. Remove the column"
            )
