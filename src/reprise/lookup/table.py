"""The lookup table: its columns, its checks, and its two forms.

========================  ============================================================================================
track_id                  one row per test track, ascending
new_acoustic_label        the likeliest acoustic label, predicted by the finetuned model
prob_<label>              its probability and that of every other label, in [0, 1], summing to 1
entropy                   of these probabilities, in nats: 0 … log(labels)
arousal, valence          in [0, 1]: modelled chance that a listener puts the track above a random one of the emotion corpus
map_x, map_y              first two principal axes of the selected model's latents (fitted on all tracks)
cluster                   K-Means cluster of the latents, first seed
cluster_distance          Euclidean distance to the mean of that cluster
neighbours                the nearest tracks among all, nearest first (CSV: joined by ";")
neighbour_distances       their Euclidean distances, ascending (CSV: joined by ";")
========================  ============================================================================================

A column whose source is not available is there and empty; the metrics say why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.lookup.place import Places
from reprise.lookup.prediction import Prediction

SEPARATOR = ";"
PLACE = ("map_x", "map_y", "cluster", "cluster_distance")
LISTS = ("neighbours", "neighbour_distances")


def columns(labels: list[str]) -> list[str]:
    """Return the columns of a table with these labels, in order."""
    likely = [f"prob_{label}" for label in labels]
    return ["track_id", "new_acoustic_label", *likely, "entropy", "arousal", "valence", *PLACE, *LISTS]


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
    table = table[columns(prediction.labels)].sort_values("track_id").reset_index(drop=True)
    check(table, prediction.labels)
    return table


def check(table: pd.DataFrame, labels: list[str]) -> None:
    """Check a lookup table against the description above.

    Raises
    ------
    BadInput
        With the first rule that a row breaks.
    """
    if list(table.columns) != columns(labels):
        raise BadInput(f"lookup: columns {', '.join(table.columns)}; needed are {', '.join(columns(labels))}")
    chances = table[[f"prob_{label}" for label in labels]].to_numpy(dtype=np.float64)
    mood = table[["arousal", "valence"]].to_numpy(dtype=np.float64)
    rules = {
        "track_id must stand once": ~table["track_id"].duplicated().to_numpy(),
        "new_acoustic_label must be a known label": table["new_acoustic_label"].isin(labels).to_numpy(),
        "probabilities must be in [0, 1] and sum to 1": (
            (chances >= 0).all(axis=1) & (np.abs(chances.sum(axis=1) - 1) < 1e-4)
        ),
        "entropy must be in [0, log(labels)]": table["entropy"]
        .between(-1e-6, np.log(len(labels)) + 1e-6)
        .to_numpy(),
        "arousal and valence must be in [0, 1] or empty": (np.isnan(mood) | ((mood >= 0) & (mood <= 1))).all(
            axis=1
        ),
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
