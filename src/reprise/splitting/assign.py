"""Assign whole groups to training, validation and test, near the wanted fractions.

No label is read. Where the caller hands classes over, each part gets its share of every class; without them all
tracks are of one class, and the same rule only looks at sizes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from reprise.errors import BadInput, BadParameter
from reprise.splitting.official import PARTS, TRAIN, Official

LARGEST_SHARES = (
    1 / 12,
    1 / 6,
    1 / 3,
    1 / 2,
    1,
)  # of test or validation that one group may fill, call by call
ENOUGH = 10  # tracks from which on every part must get some

Classes = Counter[str]
"""How many tracks of each class."""


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
    groups: Mapping[str, str],
    official: Official,
    fractions: Fractions,
    seed: int,
    classes: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Choose the part of every track.

    Groups with tracks of an official part go there first, see `Official`. A hash of the names of the others decides
    in which order they are called, and whether test or validation has the first choice (in the ratio of their
    shares): a part takes a group if it comes nearer to its size by it. Small groups are called first, so that test
    and validation hold many artists; a group larger than the part joins it only if it were empty otherwise. All the
    rest is training. An added track thus moves few others.

    Parameters
    ----------
    groups : mapping of str to str
        Group of each track.
    official : Official
        What upstream prescribes.
    fractions : Fractions
        Wanted shares; of the tracks that upstream leaves open, where it prescribes something.
    seed : int
        Seed of the hash.
    classes : mapping of str to str, optional
        Class of the tracks that have one: shares are then wanted of each class.

    Returns
    -------
    dict of str to str
        Part of each track.

    Raises
    ------
    BadInput
        If a wanted part of ten or more tracks stays empty.
    """
    content = _content(groups, classes or {})
    chosen = official.groups(groups)
    wanted = tuple(part for part in PARTS if fractions.of(part) > 0)
    rest, *aside = tuple(part for part in wanted if part not in official.closed) or (TRAIN,)
    shares = {part: fractions.of(part) for part in (rest, *aside)}
    lacking = _Lacking(content, chosen, shares)
    free = sorted(set(content) - set(chosen), key=lambda name: (_hash(seed, name), name))
    chosen |= _set_aside(
        {name: _choices(_hash(seed, name), aside, shares) for name in free}, content, lacking
    )
    chosen |= {name: rest for name in free if name not in chosen}
    for part in aside:
        donor, n_groups = Counter(chosen[name] for name in free).most_common(1)[0] if free else (rest, 0)
        if part not in chosen.values() and n_groups > 1:
            given = [name for name in free if chosen[name] == donor]
            chosen[min(given, key=lambda name: lacking.miss(part, content[name]))] = part
    parts = {track_id: official.part_of(track_id, chosen[name]) for track_id, name in groups.items()}
    _require_all(parts, content, wanted)
    return parts


def _choices(digest: str, aside: Sequence[str], shares: Mapping[str, float]) -> list[str]:
    """Return the parts beside training, the one that has the first choice at the front: a hash decides."""
    drawn = int(digest[-8:], 16) / 2**32 * sum(shares[part] for part in aside)
    ends = list(accumulate(shares[part] for part in aside))
    first = next((part for part, end in zip(aside, ends, strict=True) if drawn < end), None)
    return sorted(aside, key=lambda part: part != first)


def _set_aside(
    choices: Mapping[str, Sequence[str]], content: Mapping[str, Classes], lacking: _Lacking
) -> dict[str, str]:
    """Return the groups that leave training, and for which part; small ones are called first."""
    chosen: dict[str, str] = {}
    for largest in LARGEST_SHARES:
        for name in choices:
            if name in chosen:
                continue
            fitting = [part for part in choices[name] if lacking.comes_nearer(part, content[name], largest)]
            if fitting:
                chosen[name] = fitting[0]
                lacking.give(fitting[0], content[name])
    return chosen


class _Lacking:
    """How many tracks of each class the open parts still lack."""

    def __init__(
        self, content: Mapping[str, Classes], chosen: Mapping[str, str], shares: Mapping[str, float]
    ) -> None:
        """Share out the tracks of all groups but those in closed parts."""
        sizes: Classes = Counter()
        for name, classes in content.items():
            if name not in chosen or chosen[name] in shares:
                sizes.update(classes)
        whole = sum(shares.values()) or 1.0
        self._sizes = sizes
        self._wanted = {part: sizes.total() * share / whole for part, share in shares.items()}
        self._lacking = {
            part: {kind: size * share / whole for kind, size in sizes.items()}
            for part, share in shares.items()
        }
        for name, part in chosen.items():
            self.give(part, content[name])

    def comes_nearer(self, part: str, classes: Classes, largest: float) -> bool:
        """Whether a part comes nearer to its size and to its shares of the classes by a group that is not too large.

        The distance to the shares is the sum over classes of lacking^2 / size.
        """
        lacking, size = self._lacking[part], classes.total()
        if size > max(1.0, largest * self._wanted[part]) or sum(lacking.values()) < size / 2:
            return False
        return (
            sum(n * (lacking[kind] - n / 2) / self._sizes[kind] for kind, n in sorted(classes.items())) >= 0
        )

    def miss(self, part: str, classes: Classes) -> float:
        """Return how far a part would be from its size, were the group all that it gets."""
        return abs(self._wanted[part] - classes.total())

    def give(self, part: str, classes: Classes) -> None:
        """Note that a part got a group."""
        if part in self._lacking:
            for kind, count in classes.items():
                self._lacking[part][kind] -= count


def _content(groups: Mapping[str, str], classes: Mapping[str, str]) -> dict[str, Classes]:
    """Count the tracks of each class in each group; those without a class are one of their own."""
    content: dict[str, Classes] = {}
    for track_id, name in groups.items():
        content.setdefault(name, Counter())[classes.get(track_id, "")] += 1
    return content


def _hash(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def _require_all(parts: Mapping[str, str], content: Mapping[str, Classes], wanted: tuple[str, ...]) -> None:
    """Refuse a split of ten or more tracks that leaves a wanted part empty."""
    missing = [part for part in wanted if part not in parts.values()]
    if missing and len(parts) >= ENOUGH:
        largest = max(classes.total() for classes in content.values())
        raise BadInput(
            f"split: no track for {missing[0]}: {len(parts)} tracks form {len(content)} group(s) by artist and "
            f"near-duplicates, the largest of {largest}; at least one group per part is needed: "
            "add tracks of other artists, or raise split.duplicate_similarity"
        )
