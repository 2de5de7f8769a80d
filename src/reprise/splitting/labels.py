"""Labels apart: those of the training and validation tracks, and those of the test tracks."""

from __future__ import annotations

import pandas as pd

from reprise.errors import BadInput

SIDES = {"train": ("train", "validation"), "test": ("test",)}
"""Parts of the split on each side of the wall."""


def divide(table: pd.DataFrame, splits: pd.DataFrame, name: str) -> dict[str, pd.DataFrame]:
    """Divide a table of labels.

    Parameters
    ----------
    table : DataFrame
        Rows with a ``track_id``.
    splits : DataFrame
        ``track_id`` and ``split``.
    name : str
        Name of the table, for messages.

    Returns
    -------
    dict of str to DataFrame
        ``train`` (training and validation tracks) and ``test``.

    Raises
    ------
    BadInput
        If a row belongs to a track that the split does not have.
    """
    part = table["track_id"].map(dict(zip(splits["track_id"], splits["split"], strict=True)))
    if part.isna().any():
        stranger = table.loc[part.isna(), "track_id"].iloc[0]
        raise BadInput(
            f"{name}: track '{stranger}' is in no part of the split ({int(part.isna().sum())} such rows): "
            "labels and split must come from the same download"
        )
    return {side: table[part.isin(parts)] for side, parts in SIDES.items()}
