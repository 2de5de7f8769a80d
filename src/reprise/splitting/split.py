"""The split of a collection: groups from artists and fingerprints, parts from groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reprise.errors import BadInput, BadParameter
from reprise.splitting.assign import Fractions, assign
from reprise.splitting.groups import NearDuplicates, group, near_duplicates, same_key_links
from reprise.splitting.official import PARTS, Official, conflicts

BY_CHANCE = 1.0  # pairs of different tracks that may look alike before a warning


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


@dataclass(frozen=True)
class Split:
    """A split and what is to be said of it.

    Attributes
    ----------
    rows : DataFrame
        ``track_id``, ``split``, ``group_id``.
    metrics : dict
        Counts of tracks, groups, duplicates and official tracks; share of each part beside the wanted one.
    warnings : list of str
        What the user should know, one sentence each.
    """

    rows: pd.DataFrame
    metrics: dict[str, Any]
    warnings: list[str]


def split(
    table: pd.DataFrame,
    fingerprints: Fingerprints,
    settings: SplitSettings,
    classes: Mapping[str, str] | None = None,
) -> Split:
    """Split a collection.

    Parameters
    ----------
    table : DataFrame
        ``track_id``, ``artist_id``, ``official_split`` (or null).
    fingerprints : Fingerprints
        Of the tracks that have audio.
    settings : SplitSettings
        Shares, threshold, seed.
    classes : mapping of str to str, optional
        Class of the tracks that have one, for a stratified split. Left away, no label is read.

    Returns
    -------
    Split

    Raises
    ------
    BadInput
        If a fingerprint or a class belongs to no track of the table, or a part stays empty.
    """
    table = table.sort_values("track_id")
    ids = [str(track_id) for track_id in table["track_id"]]
    _refuse_strangers(ids, fingerprints.track_ids, "fingerprints")
    _refuse_strangers(ids, classes or (), "classes")
    duplicates = near_duplicates(fingerprints.vectors, settings.duplicate_similarity)
    alike = [(fingerprints.track_ids[i], fingerprints.track_ids[j]) for i, j in duplicates.pairs]
    known = table[table["artist_id"].notna()]
    groups = group(ids, same_key_links(list(known["track_id"]), list(known["artist_id"])) + alike)
    given = table.loc[table["official_split"].notna(), ["track_id", "official_split"]]
    official = Official(dict(zip(given["track_id"], given["official_split"], strict=True)))
    parts = assign(groups, official, settings.fractions, settings.seed, classes)
    torn = conflicts(groups, parts, alike)
    metrics = {
        "n_tracks": len(ids),
        "n_groups": len(set(groups.values())),
        "largest_group": max(Counter(groups.values()).values(), default=0),
        "official": {"n_tracks": len(official.parts), **vars(torn)},
        "duplicates": _duplicates(duplicates, settings.duplicate_similarity),
        "parts": _shares(list(parts.values()), settings.fractions),
        "classes": _balance(parts, classes),
    }
    rows = {"track_id": ids, "split": [parts[i] for i in ids], "group_id": [groups[i] for i in ids]}
    warnings = torn.warnings() + _by_chance(duplicates, settings.duplicate_similarity)
    return Split(pd.DataFrame(rows, columns=["track_id", "split", "group_id"]), metrics, warnings)


def _refuse_strangers(ids: Sequence[str], given: Sequence[str] | Mapping[str, str], what: str) -> None:
    strangers = sorted(set(given) - set(ids))
    if strangers:
        raise BadInput(f"{what}: track '{strangers[0]}' is not in groups.parquet")


def _duplicates(found: NearDuplicates, threshold: float) -> dict[str, float]:
    """Return what near-duplicates were found, and how far the other pairs are from the threshold."""
    return {
        "n_pairs": len(found.pairs),
        "threshold": threshold,
        "next_similarity": found.next_similarity,
        "typical_similarity": found.typical,
        "spread": found.spread,
        "n_pairs_by_chance": found.expected_by_chance(threshold),
    }


def _by_chance(found: NearDuplicates, threshold: float) -> list[str]:
    """Return a sentence if the threshold is so low that different tracks reach it."""
    expected = found.expected_by_chance(threshold)
    if expected <= BY_CHANCE:
        return []
    sentence = (
        f"split.duplicate_similarity is {threshold}, but different tracks of this collection are at "
        f"{found.typical:.2f} ± {found.spread:.2f}: about {expected:.0f} pairs of them pass for one recording and share "
        "a group. Nothing leaks by it, but groups get coarse; short clips need a higher threshold (docs/duplicates.md)"
    )
    return [sentence]


def _shares(parts: list[str], fractions: Fractions) -> dict[str, dict[str, float]]:
    """Count each part, beside the share that was wanted."""
    total = max(1, len(parts))
    counts = Counter(parts)
    return {
        part: {"n": counts[part], "share": counts[part] / total, "wanted": fractions.of(part)}
        for part in PARTS
    }


def _balance(parts: Mapping[str, str], classes: Mapping[str, str] | None) -> dict[str, Any]:
    """Say whether classes were read, and how far their shares in a part are from those of all tracks."""
    if not classes:
        return {"read": False}
    overall = Counter(classes.values())
    worst = 0.0
    for part in PARTS:
        inside = Counter(kind for track_id, kind in classes.items() if parts[track_id] == part)
        if inside:
            worst = max(
                worst,
                *(abs(inside[kind] / inside.total() - n / overall.total()) for kind, n in overall.items()),
            )
    return {"read": True, "n": len(overall), "largest_deviation_of_a_share": worst}
