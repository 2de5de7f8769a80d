"""A claim and its verdict: one rule decides all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from reprise.evaluation.uncertainty import Interval
from reprise.models.read_latents import NO_LABELS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Verdict = Literal["supported", "refuted", "undecided"]


def decide(found: Interval, threshold: float) -> Verdict:
    """Return ``supported`` above the threshold, ``refuted`` below it, ``undecided`` where the interval holds it.

    Parameters
    ----------
    found
        The claim's number with its 95 % interval; larger speaks for the claim.
    threshold
        What the claim says, or what its null reaches.
    """
    if found.low > threshold:
        return "supported"
    return "refuted" if found.high < threshold else "undecided"


@dataclass(frozen=True)
class Claim:
    """One sentence of a design, measured.

    Parameters
    ----------
    statement
        What the design says.
    measure
        What the number is, in words.
    found
        The number with its interval.
    threshold
        The number above which the claim holds.
    null
        What stands for "nothing there", in words: its level is the threshold or among the figures.
    figures
        Further numbers, strings and nested mappings.
    labels_used
        Labels that went into the number; ``none``.
    """

    statement: str
    measure: str
    found: Interval
    threshold: float
    null: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    labels_used: str = NO_LABELS

    @property
    def verdict(self) -> Verdict:
        """What the rule says."""
        return decide(self.found, self.threshold)

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as metrics."""
        return {
            "available": True,
            "statement": self.statement,
            "measure": self.measure,
            "verdict": self.verdict,
            "found": self.found.to_dict(),
            "threshold": self.threshold,
            "null": self.null,
            "labels_used": self.labels_used,
            "figures": dict(self.figures),
        }


@dataclass(frozen=True)
class Unmeasured:
    """A claim that these data cannot decide, and why."""

    statement: str
    why: str

    @property
    def verdict(self) -> Verdict:
        """Nothing is decided without a measurement."""
        return "undecided"

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as metrics."""
        return {"available": False, "statement": self.statement, "verdict": self.verdict, "why": self.why}


@dataclass(frozen=True)
class Outcome:
    """What one file of claims found.

    Parameters
    ----------
    claims
        Name to claim.
    pictures
        Name to figure.
    """

    claims: Mapping[str, Claim | Unmeasured]
    pictures: Mapping[str, Figure] = field(default_factory=dict)
