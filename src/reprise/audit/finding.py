"""What a check says, and which of many findings count when so many tests are made.

Tests are corrected by Holm's method: the chance that a clean run raises any alarm by its permutation tests is at most the level, however the tests
depend on each other (they share labels and tracks). A rate of false discoveries would be the wrong promise here: one alarm is enough to distrust a run.

References
----------
Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
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
        Name of the check, ``<family>.<kind>``.
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
    adjusted
        ``p`` corrected for all tests of the run; ``None`` before `decide`.
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
    adjusted: float | None = None
    count: int | None = None


def skipped(check: str, subject: str, stage: str, why: str) -> Finding:
    """Return a finding that says why nothing was inspected."""
    return Finding(check, subject, stage, "skipped", 0.0, why, "")


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected for their number: those up to a level control the chance of any false alarm at that level."""
    order = np.argsort(p, kind="stable")
    scaled = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(scaled, 1.0)
    return corrected


def decide(findings: Iterable[Finding], level: float, permutations: int) -> list[Finding]:
    """Settle the severity of tested findings: what is not rejected among all tests is ``ok``.

    Parameters
    ----------
    findings
        All findings of a run.
    level
        Chance of any false alarm among the tests.
    permutations
        Behind each test: too few for so many tests is a finding of its own, since nothing could then be rejected.
    """
    found = list(findings)
    tested = [number for number, finding in enumerate(found) if finding.p is not None]
    corrected = holm(np.array([found[number].p for number in tested], dtype=float))
    for number, p in zip(tested, corrected, strict=True):
        severity: Severity = found[number].severity if p <= level else "ok"
        found[number] = replace(found[number], adjusted=float(p), severity=severity)
    return [*found, _resolution(len(tested), permutations, level)]


def _resolution(tests: int, permutations: int, level: float) -> Finding:
    smallest = tests / (permutations + 1)
    text = f"{tests} tests with {permutations} permutations each: the smallest corrected p is {smallest:.4f}, the level {level:g}"
    remedy = f"raise audit.permutations to at least {int(np.ceil(tests / level))}"
    enough = smallest <= level
    return Finding(
        "audit.resolution",
        "permutation tests",
        "audit",
        "ok" if enough else "warn",
        smallest,
        text,
        remedy,
        count=tests,
    )
