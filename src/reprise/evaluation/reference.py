"""What the evaluation knows of each track: classes, split and group, in the order of the latents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.tables import read_json, read_table

ATTRIBUTES = ("genre", "language")
SCOPES = ("all", "test")


@dataclass(frozen=True)
class Reference:
    """Labels and splits of tracks; row ``i`` of every array is the same track.

    Parameters
    ----------
    track_ids
        Shape ``(n,)``.
    classes
        Attribute to shape ``(n,)`` strings, empty where the class is not known.
    split
        Shape ``(n,)``: ``train``, ``validation`` or ``test``.
    groups
        Shape ``(n,)``: artist or near-duplicate group.
    missing
        Why an attribute is not available, by attribute.
    """

    track_ids: NDArray[np.str_]
    classes: Mapping[str, NDArray[np.str_]]
    split: NDArray[np.str_]
    groups: NDArray[np.str_]
    missing: Mapping[str, str]

    def rows(self, attribute: str, scope: str) -> NDArray[np.intp]:
        """Return the tracks whose class is known, of all splits (``all``) or of the test split (``test``)."""
        known = self.classes[attribute] != ""
        return np.flatnonzero(known & (self.split == "test") if scope == "test" else known)

    def obstacle(self, attribute: str, scope: str) -> str | None:
        """Return why the tracks of a scope cannot be scored against an attribute, or ``None``."""
        if attribute in self.missing:
            return self.missing[attribute]
        if len(set(self.classes[attribute][self.rows(attribute, scope)].tolist())) < 2:
            return f"fewer than two {attribute} classes among the {scope} tracks"
        return None


def read_reference(labels: Path, splits: Path, corpus: Path, track_ids: NDArray[np.str_]) -> Reference:
    """Read labels and splits for the given tracks.

    Parameters
    ----------
    labels
        Folder with ``train/labels.parquet`` and ``test/labels.parquet``.
    splits
        Table of track, split and group.
    corpus
        ``corpus.json``: what the dataset provides, and why it lacks the rest.
    track_ids
        Tracks in the order wanted.

    Raises
    ------
    BadInput
        If a track has no split.
    """
    import pandas as pd

    table = read_table(splits, "splits").set_index("track_id").reindex(track_ids)
    if table["split"].isna().any():
        absent = table.index[table["split"].isna()][0]
        raise BadInput(
            f"{splits}: track '{absent}' has latents but no split; run the split stage again (dvc repro)"
        )
    parts = [read_table(labels / part / "labels.parquet", "labels") for part in ("train", "test")]
    known = pd.concat(parts, ignore_index=True).set_index("track_id").reindex(track_ids)
    return Reference(
        track_ids=track_ids,
        classes={name: known[name].fillna("").to_numpy(dtype=np.str_) for name in ATTRIBUTES},
        split=table["split"].to_numpy(dtype=np.str_),
        groups=table["group_id"].to_numpy(dtype=np.str_),
        missing=_missing(read_json(corpus)),
    )


def _missing(corpus: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: str(corpus["missing"].get(name, f"the dataset has no {name}"))
        for name in ATTRIBUTES
        if not corpus["provides"][name]
    }
