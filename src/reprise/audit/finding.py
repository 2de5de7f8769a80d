"""What a check says, and which of many findings count when so many tests are made.

References
----------
Benjamini & Hochberg, Controlling the false discovery rate, JRSS B 57, 1995.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Severity = Literal["ok", "warn", "leak", "control", "skipped"]
"""``control``: a planted negative control that was found, as it must be. ``skipped``: the data for the check is not there."""


@dataclass(frozen=True)
class Finding:
    """The outcome of one check on one subject.

    Attributes
    ----------
    check
        Name of the check, ``<file>.<kind>``.
    subject
        What was inspected.
    stage
        Stage that is at fault if there is something.
    severity
        With a ``p``: what it becomes if the test rejects (see `decide`); without: final.
    statistic
        Size of the effect, in the unit that ``evidence`` names.
    evidence
        One sentence with the numbers.
    remedy
        What to change if it is a leak.
    p
        Of an exact permutation test; ``None`` for a fact that needs none.
    count
        Tracks, artists or pairs concerned; ``None`` where that means nothing.
    """

    check: str
    subject: str
    stage: str
    severity: Severity
    statistic: float
    evidence: str
    remedy: str
    p: float | None = None
    count: int | None = None


def skipped(check: str, subject: str, stage: str, why: str) -> Finding:
    """Return a finding that says why nothing was inspected."""
    return Finding(check, subject, stage, "skipped", 0.0, why, "")


def benjamini_hochberg(p: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Return which hypotheses are rejected at a false discovery rate of ``level``."""
    order = np.argsort(p, kind="stable")
    passed = np.flatnonzero(p[order] <= level * np.arange(1, len(p) + 1) / len(p))
    rejected = np.zeros(len(p), dtype=bool)
    if len(passed):
        rejected[order[: passed[-1] + 1]] = True
    return rejected


def decide(findings: Iterable[Finding], level: float) -> list[Finding]:
    """Settle the severity of tested findings: what was not rejected among all tests is ``ok``."""
    found = list(findings)
    tested = [number for number, finding in enumerate(found) if finding.p is not None]
    rejected = benjamini_hochberg(np.array([found[number].p for number in tested], dtype=float), level)
    for number, is_rejected in zip(tested, rejected, strict=True):
        if not is_rejected:
            found[number] = replace(found[number], severity="ok")
    return found
