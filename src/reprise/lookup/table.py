"""The lookup table: put together, checked, and in its two forms; `reprise.lookup.columns` says what each column holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.lookup.columns import LIKELY, SEPARATOR, check_columns, names
from reprise.lookup.place import Places
from reprise.lookup.prediction import Prediction

PLACE = ("map_x", "map_y", "cluster", "cluster_distance")
LISTS = ("neighbours", "neighbour_distances")


def assemble(
    track_ids: NDArray[np.str_], prediction: Prediction, places: Places | None, all_ids: NDArray[np.str_]
) -> pd.DataFrame:
    """Put the parts together and check them.

    Parameters
    ----------
    track_ids
        The test tracks, in the rows' order.
    prediction
        Result of `reprise.lookup.prediction.predict`.
    places
        Result of `reprise.lookup.place.find_places`, or ``None`` where the selected model is not available.
    all_ids
        Ids by row of the latents, in which neighbours are given.
    """
    table = prediction.table.copy()
    table.insert(0, "track_id", track_ids)
    for column in PLACE:
        table[column] = places.table[column].to_numpy() if places else np.nan
    table["cluster"] = table["cluster"].astype("Int64")
    for column in LISTS:
        table[column] = [[] for _ in track_ids]
    if places:
        table["neighbours"] = [all_ids[rows].tolist() for rows in places.neighbours.rows]
        table["neighbour_distances"] = [row.tolist() for row in places.neighbours.distances]
    table = table[names(prediction.labels)].sort_values("track_id").reset_index(drop=True)
    check(table, prediction.labels)
    return table


def check(table: pd.DataFrame, labels: list[str]) -> None:
    """Check a lookup table: every column by itself, then what must hold between them.

    Raises
    ------
    BadInput
        With the first rule that a row breaks.
    """
    check_columns(table, labels)
    chances = table[[f"{LIKELY}{label}" for label in labels]].to_numpy(dtype=np.float64)
    likeliest = np.array(labels)[chances.argmax(axis=1)] if len(table) else np.array([])
    rules = {
        "track_id must stand once": ~table["track_id"].duplicated().to_numpy(),
        "probabilities must sum to 1": np.abs(chances.sum(axis=1) - 1) < 1e-4,
        "new_acoustic_label must be the likeliest label": table["new_acoustic_label"].to_numpy() == likeliest,
        "entropy must be at most log(labels)": (table["entropy"] <= np.log(len(labels)) + 1e-6).to_numpy(),
        "neighbours must have ascending distances and not hold the track": np.array(
            [
                len(near) == len(far) and track not in near and sorted(far) == list(far)
                for track, near, far in zip(table["track_id"], table[LISTS[0]], table[LISTS[1]], strict=True)
            ],
            dtype=bool,
        ),
    }
    for rule, kept in rules.items():
        if not kept.all():
            raise BadInput(f"lookup: track {table['track_id'].iloc[int(np.argmin(kept))]}: {rule}")


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the form for CSV: lists joined by `SEPARATOR`, distances with six significant digits."""
    text = table.copy()
    text["neighbours"] = [SEPARATOR.join(near) for near in table["neighbours"]]
    text["neighbour_distances"] = [
        SEPARATOR.join(f"{value:.6g}" for value in far) for far in table["neighbour_distances"]
    ]
    return text
