"""Assign whole groups to training, validation and test, near the wanted fractions and without a label."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reprise.errors import BadInput, BadParameter

PARTS = ("train", "validation", "test")
ENOUGH = 10  # tracks from which on every part must get some


@dataclass(frozen=True)
class Fractions:
    """Wanted share of tracks of each part; they sum to 1."""

    train: float
    validation: float
    test: float

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If a share is negative or they do not sum to 1.
        """
        shares = [self.train, self.validation, self.test]
        if min(shares) < 0 or abs(sum(shares) - 1.0) > 1e-6:
            text = ", ".join(f"{part} {share}" for part, share in zip(PARTS, shares, strict=True))
            raise BadParameter(f"split: {text} sum to {sum(shares):g}: they must be at least 0 and sum to 1")

    def of(self, part: str) -> float:
        """Return the share of a part."""
        return float(getattr(self, part))


def assign(
    groups: Mapping[str, str], official: Mapping[str, str], fractions: Fractions, seed: int
) -> dict[str, str]:
    """Choose the part of every track.

    Largest groups first, those of one size in an order that the seed and their names decide: each goes to the part
    that lacks most tracks, the last ones to parts that are still empty. A track with an official part keeps it, and draws the rest of its group along (to test
    rather than validation rather than train, where the official parts of a group disagree).

    Parameters
    ----------
    groups : mapping of str to str
        Group of each track.
    official : mapping of str to str
        Part of the tracks that have an official one.
    fractions : Fractions
        Wanted shares.
    seed : int
        Seed of the order.

    Returns
    -------
    dict of str to str
        Part of each track.

    Raises
    ------
    BadInput
        If an official part has another name, or a wanted part of ten or more tracks stays empty.
    """
    unknown = sorted(set(official.values()) - set(PARTS))
    if unknown:
        raise BadInput(f"groups.parquet: official_split '{unknown[0]}': it must be one of {', '.join(PARTS)}")
    chosen = _official_groups(groups, official)
    sizes = Counter(groups.values())
    free = sorted(set(sizes) - set(chosen), key=lambda name: (-sizes[name], _hash(seed, name), name))
    lacking = {part: fractions.of(part) * len(groups) for part in PARTS if fractions.of(part) > 0}
    for name, part in chosen.items():
        lacking[part] = lacking.get(part, 0.0) - sizes[name]
    for number, name in enumerate(free):
        empty = [part for part in lacking if part not in chosen.values()]
        candidates = empty if len(free) - number <= len(empty) else list(lacking)
        chosen[name] = max(candidates, key=lambda part: lacking[part])
        lacking[chosen[name]] -= sizes[name]
    parts = {track_id: official.get(track_id, chosen[name]) for track_id, name in groups.items()}
    _require_all(parts, sizes, fractions)
    return parts


def torn_groups(groups: Mapping[str, str], parts: Mapping[str, str]) -> int:
    """Count the groups that official parts tear apart."""
    seen: dict[str, set[str]] = {}
    for track_id, name in groups.items():
        seen.setdefault(name, set()).add(parts[track_id])
    return sum(len(names) > 1 for names in seen.values())


def _official_groups(groups: Mapping[str, str], official: Mapping[str, str]) -> dict[str, str]:
    """Return the part that each group with official members is drawn to."""
    drawn: dict[str, str] = {}
    for track_id, part in official.items():
        name = groups[track_id]
        drawn[name] = max(part, drawn.get(name, part), key=PARTS.index)
    return drawn


def _hash(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def _require_all(parts: Mapping[str, str], sizes: Mapping[str, int], fractions: Fractions) -> None:
    """Refuse a split of ten or more tracks that leaves a wanted part empty."""
    if len(parts) < ENOUGH:
        return
    for part in PARTS:
        if fractions.of(part) > 0 and part not in parts.values():
            raise BadInput(
                f"split: no track for {part}: {len(parts)} tracks form {len(sizes)} group(s) by artist and "
                f"near-duplicates, the largest of {max(sizes.values())}; at least one group per part is needed: "
                "add tracks of other artists, or raise split.duplicate_similarity"
            )
