"""One comparison of a reported number with the one that was computed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reprise.audit.finding import Finding

TOLERANCE = 2e-5
"""Reported numbers have six significant digits."""

REMEDY = "report the mean over all declared seeds and all tracks of the scope, of the clustering that was declared beforehand"


def agreed(
    where: tuple[str, str, str],
    reported: float,
    again: float,
    runs: Sequence[float] = (),
    remedy: str = REMEDY,
) -> Finding:
    """Compare.

    Parameters
    ----------
    where
        Name of the number, what it is of, and the stage that reported it.
    reported, again
        The two numbers.
    runs
        The number for each run of which ``again`` is the mean: tells whether the best was reported.
    remedy
        What to change if they differ.
    """
    name, subject, stage = where
    same = np.isfinite(again) and abs(reported - again) <= TOLERANCE * max(1.0, abs(again))
    best = len(runs) > 1 and not same and abs(reported - max(runs)) <= TOLERANCE
    return Finding(
        f"scores.{stage}",
        f"{name} of {subject}",
        stage,
        "ok" if same else "leak",
        reported - again if np.isfinite(again) else reported,
        f"{name} reported {reported:.5f}, computed again {again:.5f}"
        + (f" as the mean of {len(runs)} runs" if len(runs) > 1 else "")
        + (": the reported one is the best run" if best else ""),
        remedy,
        count=max(len(runs), 1),
    )


def counted(subject: str, stage: str, reported: int, expected: int, what: str) -> Finding:
    """Compare a reported number of rows with the number that the split and the labels give."""
    return Finding(
        "scores.rows",
        subject,
        stage,
        "ok" if reported == expected else "leak",
        float(reported - expected),
        f"{reported} {what} reported, {expected} by the split",
        "score every track of the scope; a track that is dropped belongs into the rejects table, not out of the score",
        count=abs(reported - expected),
    )


def granular(where: tuple[str, str, str], share: float, n: int) -> Finding:
    """Check that a reported share of n is a whole number of n: a share of fewer tracks hardly ever is.

    References
    ----------
    Brown & Heathers, The GRIM test, Social Psychological and Personality Science 8, 2017.
    """
    name, subject, stage = where
    hits = share * n
    whole = abs(hits - round(hits)) <= 1e-5 * n + 1e-6
    return Finding(
        "scores.granularity",
        f"{name} of {subject}",
        stage,
        "ok" if whole else "leak",
        float(hits - round(hits)),
        f"{name} {share:.6g} of {n} is {hits:.3f} tracks",
        f"compute {name} over all {n}",
        count=n,
    )


def entry(report: Mapping[str, Any], *path: str) -> Mapping[str, Any] | None:
    """Return a block of a report, or ``None`` where the report says that it is not available."""
    found: Any = report
    for name in path:
        if not isinstance(found, Mapping) or found.get("available", True) is False or name not in found:
            return None
        found = found[name]
    return None if found.get("available", True) is False else found
