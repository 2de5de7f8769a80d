"""All checks on all material."""

from __future__ import annotations

from dataclasses import dataclass

from reprise.audit.finding import Finding, decide
from reprise.audit.labelling import Plan
from reprise.audit.material import Material
from reprise.audit.run_data import data_checks
from reprise.audit.run_reports import report_checks
from reprise.audit.run_representations import representation_checks


@dataclass(frozen=True)
class Settings:
    """Parameters of the audit.

    Attributes
    ----------
    plan
        Permutations and seed.
    level
        Chance of any false alarm among the permutation tests of a run.
    duplicate_similarity
        Cosine of fingerprints from which two tracks are one recording, as in the split.
    """

    plan: Plan
    level: float
    duplicate_similarity: float


def run_checks(material: Material, settings: Settings) -> list[Finding]:
    """Return every finding, its severity decided with all tests in view."""
    found = [
        *data_checks(material, settings.plan, settings.duplicate_similarity),
        *representation_checks(material, settings.plan),
        *report_checks(material),
    ]
    return decide(found, settings.level, settings.plan.permutations)
