"""Whether compared pairs stay on one side: they are split by triplet, so a track must belong to one triplet only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reprise.audit.finding import Finding, skipped

if TYPE_CHECKING:
    import pandas as pd


def triplets(stage: str, pairs: pd.DataFrame) -> Finding:
    """Check that splitting by triplet splits by track.

    Parameters
    ----------
    stage
        The stage that wrote the pairs.
    pairs
        ``triplet_id``, ``track_a``, ``track_b``.
    """
    import pandas as pd

    if pairs.empty:
        return skipped("pairs.triplets", "arousal/valence pairs", stage, "the emotion dataset has no pairs")
    sides = [
        pairs[["triplet_id", side]].set_axis(["triplet_id", "track_id"], axis=1)
        for side in ("track_a", "track_b")
    ]
    member = pd.concat(sides).drop_duplicates()
    count = member.groupby("track_id")["triplet_id"].nunique()
    shared = int((count > 1).sum())
    return Finding(
        "pairs.triplets",
        "arousal/valence pairs",
        stage,
        "leak" if shared else "ok",
        float(shared),
        f"{shared} of {len(count)} tracks belong to more than one of {member['triplet_id'].nunique()} triplets",
        "split by connected groups of triplets, not by triplet",
        count=shared,
    )
