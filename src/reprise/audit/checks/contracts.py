"""Whether label-free tables hold columns that nobody asked for, and groups are named by their own tracks: both are places to carry a label through."""

from __future__ import annotations

import numpy as np

from reprise.audit.finding import Finding
from reprise.audit.labelling import Strings


def unexpected_columns(table: str, stage: str, columns: list[str], allowed: tuple[str, ...]) -> Finding:
    """Check that a table has the columns of its contract and no others.

    Parameters
    ----------
    table, stage
        The table, and the stage that writes it.
    columns, allowed
        What it has, and what it may have.
    """
    extra = sorted(set(columns) - set(allowed))
    return Finding(
        "contracts.columns",
        table,
        stage,
        "leak" if extra else "ok",
        float(len(extra)),
        f"{len(extra)} columns beside the {len(allowed)} of the contract"
        + (f": {', '.join(extra[:5])}" if extra else ""),
        "remove the columns: what a label-free table carries reaches every stage that reads it",
        count=len(extra),
    )


def group_names(role: str, stage: str, tracks: Strings, groups: Strings) -> Finding:
    """Check that each group is named by one of its own tracks: a name of another making could say anything.

    Parameters
    ----------
    role, stage
        The corpus, and the stage that groups it.
    tracks, groups
        Shape (n,): tracks and their groups.
    """
    members: dict[str, set[str]] = {}
    for track, group in zip(tracks.tolist(), groups.tolist(), strict=True):
        members.setdefault(group, set()).add(track)
    strange = int(np.count_nonzero([group not in held for group, held in members.items()]))
    return Finding(
        "contracts.group_names",
        f"{role} split",
        stage,
        "leak" if strange else "ok",
        float(strange),
        f"{strange} of {len(members)} groups are not named by a track of their own",
        "name a group by its smallest track id",
        count=strange,
    )
