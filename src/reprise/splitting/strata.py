"""The classes that a stratified split balances, where the stage was given a table that has them."""

from __future__ import annotations

import pandas as pd

CLASS = "genre"


def classes_of(table: pd.DataFrame) -> dict[str, str] | None:
    """Return the class of each track that has one.

    Parameters
    ----------
    table : DataFrame
        ``tracks.parquet``, which has no class, or ``labels.parquet``: which of them ``split.strata`` decides in
        ``dvc.yaml``, where `reprise.taint` sees it.

    Returns
    -------
    dict of str to str or None
        Genre by track; None for a table without genres.
    """
    if CLASS not in table:
        return None
    known = table[table[CLASS].notna()]
    return {
        str(track_id): str(genre) for track_id, genre in zip(known["track_id"], known[CLASS], strict=True)
    }
