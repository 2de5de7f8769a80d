"""What a dataset's own split prescribes, and what it leaves open.

* A track that upstream lists keeps its part, so that test figures can be compared with published ones.
* The tracks that upstream leaves out are assigned as well, because every track is embedded: to training, or to parts
  that upstream does not have. The official validation and test parts get no other tracks, with one exception:
* A group (an artist, or near-duplicates) with official tracks goes where they are: an unlisted copy of a test track
  must not be trained on. Where official parts disagree within a group, its unlisted tracks go to test rather than
  validation rather than training, and what is torn is counted.
* An upstream with training and test parts only gets its validation part from groups of its training part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reprise.errors import BadInput

PARTS = ("train", "validation", "test")
TRAIN, VALIDATION, TEST = PARTS


@dataclass(frozen=True)
class Official:
    """The official split.

    Attributes
    ----------
    parts : mapping of str to str
        Part of the tracks that have an official one.
    """

    parts: Mapping[str, str]

    def __post_init__(self) -> None:
        """Check the names.

        Raises
        ------
        BadInput
            If a part has another name.
        """
        unknown = sorted(set(self.parts.values()) - set(PARTS))
        if unknown:
            raise BadInput(
                f"groups.parquet: official_split '{unknown[0]}': it must be one of {', '.join(PARTS)}"
            )

    @property
    def closed(self) -> frozenset[str]:
        """Parts that upstream prescribes, but for training: no other track may join them."""
        return frozenset(self.parts.values()) - {TRAIN}

    @property
    def validates_on_training(self) -> bool:
        """Whether upstream tests but does not validate, so that validation comes out of training."""
        return TEST in self.closed and VALIDATION not in self.closed

    def groups(self, groups: Mapping[str, str]) -> dict[str, str]:
        """Return the part of each group that has one by its official tracks."""
        drawn: dict[str, str] = {}
        for track_id, part in self.parts.items():
            name = groups[track_id]
            drawn[name] = max(part, drawn.get(name, part), key=PARTS.index)
        if self.validates_on_training:
            return {name: part for name, part in drawn.items() if part != TRAIN}
        return drawn

    def part_of(self, track_id: str, chosen: str) -> str:
        """Return the part of a track whose group was given ``chosen``."""
        own = self.parts.get(track_id, chosen)
        return VALIDATION if own == TRAIN and chosen == VALIDATION and self.validates_on_training else own


@dataclass(frozen=True)
class Conflicts:
    """What official parts do to the groups.

    Attributes
    ----------
    n_torn_groups, n_tracks_in_torn_groups : int
        Groups with tracks in more than one part, and their tracks.
    n_torn_pairs : int
        Pairs of near-duplicates with their tracks in two parts: the same recording trained on and tested on.
    """

    n_torn_groups: int
    n_tracks_in_torn_groups: int
    n_torn_pairs: int

    def warnings(self) -> list[str]:
        """Return a sentence if something is torn."""
        if not self.n_torn_groups:
            return []
        sentence = (
            f"the official split tears {self.n_torn_groups} group(s) of {self.n_tracks_in_torn_groups} tracks apart "
            f"(same artist or near-duplicate; {self.n_torn_pairs} pairs of near-duplicates). It is kept: test figures "
            "are comparable with published ones, and flattered as they are"
        )
        return [sentence]


def conflicts(
    groups: Mapping[str, str], parts: Mapping[str, str], alike: Iterable[tuple[str, str]]
) -> Conflicts:
    """Count what is torn apart.

    Parameters
    ----------
    groups, parts : mapping of str to str
        Group and part of each track.
    alike : iterable of (str, str)
        Pairs of near-duplicates.
    """
    seen: dict[str, set[str]] = {}
    for track_id, name in groups.items():
        seen.setdefault(name, set()).add(parts[track_id])
    torn = {name for name, found in seen.items() if len(found) > 1}
    sizes = Counter(groups.values())
    return Conflicts(
        len(torn),
        sum(sizes[name] for name in torn),
        sum(parts[first] != parts[second] for first, second in alike),
    )
