"""Who takes part in the comparison: every model of ``params.yaml``, and hand-made features as the peer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput, MissingData
from reprise.evaluation.reference import Reference
from reprise.models.read_latents import (
    CURVE_COLUMNS,
    NO_LABELS,
    Unavailable,
    load_latents,
    load_seed_latents,
)
from reprise.report.contestant import Absentee, Contestant
from reprise.tables import read_json, read_table

if TYPE_CHECKING:
    import pandas as pd

HAND_MADE = {"hand-made": "pooled.parquet", "22 descriptors": "descriptors.parquet"}
"""Name of a peer to its table of features."""


def read_track_ids(vectors: Path) -> NDArray[np.str_]:
    """Return the tracks of the comparison: all that have features, ascending."""
    ids: NDArray[np.str_] = read_table(vectors / "descriptors.parquet")["track_id"].to_numpy(dtype=np.str_)
    return ids


def read_models(
    models: Path, names: Sequence[str], track_ids: NDArray[np.str_]
) -> tuple[list[Contestant], list[Absentee]]:
    """Read the latents of every model, in the order of ``params.yaml``.

    Raises
    ------
    BadInput
        If a model embeds other tracks than the features have.
    MissingData
        If a model was not trained.
    """
    found, absent = [], []
    for name in names:
        latents = load_latents(models / name)
        if isinstance(latents, Unavailable):
            absent.append(Absentee(name, latents.why))
            continue
        if not np.array_equal(latents.track_ids, track_ids):
            raise BadInput(
                f"{models / name} embeds other tracks than the features have; train it again (dvc repro)"
            )
        parameters = read_json(models / name / "config.json").get("parameters")
        history = read_history(models / name)
        trainings = tuple(load_seed_latents(models / name))
        found.append(
            Contestant(name, "model", latents.values, latents.labels_used, parameters, history, trainings)
        )
    if not found:
        raise MissingData("no model is available: there is nothing to compare")
    return found, absent


def read_hand_made(vectors: Path, reference: Reference) -> list[Contestant]:
    """Return hand-made features, each standardised by the training tracks: the peer that deep models have to beat."""
    train = reference.split == "train"
    peers = []
    for name, file in HAND_MADE.items():
        table = read_table(vectors / file).set_index("track_id").reindex(reference.track_ids)
        values = table.to_numpy(dtype=np.float64)
        scale = values[train].std(axis=0)
        varies = scale > 1e-12
        standardised = (values[:, varies] - values[train][:, varies].mean(axis=0)) / scale[varies]
        peers.append(Contestant(name, "hand-made", standardised, NO_LABELS, 0, _no_history()))
    return peers


def read_history(directory: Path) -> pd.DataFrame:
    """Return the learning curve in a model's directory; no rows where there is none."""
    import pandas as pd

    path = directory / "history.tsv"
    return pd.read_csv(path, sep="\t") if path.exists() else _no_history()


def _no_history() -> Any:
    import pandas as pd

    return pd.DataFrame({name: [] for name in CURVE_COLUMNS})
