"""The split of a collection: groups from artists and fingerprints, parts from groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reprise.errors import BadInput, BadParameter
from reprise.splitting.assign import PARTS, Fractions, assign, torn_groups
from reprise.splitting.groups import group, near_duplicates, same_key_links


@dataclass(frozen=True)
class Fingerprints:
    """Fingerprints and whose they are.

    Attributes
    ----------
    track_ids : sequence of str
        One per row.
    vectors : ndarray of float32, shape (n, d)
        Of length 1 or 0.
    """

    track_ids: Sequence[str]
    vectors: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check that the two fit.

        Raises
        ------
        BadInput
            If they differ in number.
        """
        if len(self.track_ids) != len(self.vectors):
            raise BadInput(f"fingerprints: {len(self.vectors)} rows for {len(self.track_ids)} tracks")


@dataclass(frozen=True)
class SplitSettings:
    """Wanted shares, the cosine from which on two tracks are one recording (0-1], and the seed."""

    fractions: Fractions
    duplicate_similarity: float
    seed: int

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If the similarity is not in (0, 1].
        """
        if not 0.0 < self.duplicate_similarity <= 1.0:
            raise BadParameter(
                f"split.duplicate_similarity is {self.duplicate_similarity}: it must be above 0 and at most 1"
            )


def split(
    table: pd.DataFrame, fingerprints: Fingerprints, settings: SplitSettings
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Split a collection.

    Parameters
    ----------
    table : DataFrame
        ``track_id``, ``artist_id``, ``official_split`` (or null).
    fingerprints : Fingerprints
        Of the tracks that have audio.
    settings : SplitSettings
        Shares, threshold, seed.

    Returns
    -------
    splits : DataFrame
        ``track_id``, ``split``, ``group_id``.
    metrics : dict
        Counts of tracks, groups and duplicates; share of each part beside the wanted one.

    Raises
    ------
    BadInput
        If a fingerprint belongs to no track of the table, or a part stays empty.
    """
    table = table.sort_values("track_id")
    ids = [str(track_id) for track_id in table["track_id"]]
    strangers = sorted(set(fingerprints.track_ids) - set(ids))
    if strangers:
        raise BadInput(f"fingerprints: track '{strangers[0]}' is not in groups.parquet")
    duplicates = near_duplicates(fingerprints.vectors, settings.duplicate_similarity)
    alike = [(fingerprints.track_ids[i], fingerprints.track_ids[j]) for i, j in duplicates.pairs]
    known = table[table["artist_id"].notna()]
    groups = group(ids, same_key_links(list(known["track_id"]), list(known["artist_id"])) + alike)
    given = table.loc[table["official_split"].notna(), ["track_id", "official_split"]]
    official = dict(zip(given["track_id"], given["official_split"], strict=True))
    parts = assign(groups, official, settings.fractions, settings.seed)
    rows = {"track_id": ids, "split": [parts[i] for i in ids], "group_id": [groups[i] for i in ids]}
    metrics = {
        "n_tracks": len(ids),
        "n_groups": len(set(groups.values())),
        "n_official": len(official),
        "n_groups_torn_by_official": torn_groups(groups, parts),
        "largest_group": max(Counter(groups.values()).values(), default=0),
        "duplicates": {
            "n_pairs": len(alike),
            "threshold": settings.duplicate_similarity,
            "next_similarity": duplicates.next_similarity,
        },
        "parts": _shares(list(parts.values()), settings.fractions),
    }
    return pd.DataFrame(rows, columns=["track_id", "split", "group_id"]), metrics


def _shares(parts: list[str], fractions: Fractions) -> dict[str, dict[str, float]]:
    """Count each part, beside the share that was wanted."""
    total = max(1, len(parts))
    counts = Counter(parts)
    return {
        part: {"n": counts[part], "share": counts[part] / total, "wanted": fractions.of(part)}
        for part in PARTS
    }
