"""Findings as metrics and as a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from reprise.audit.finding import Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("leak", "warn", "control", "skipped", "ok")
COLUMNS = (
    "severity", "check", "subject", "stage", "statistic", "p", "adjusted", "count", "evidence", "remedy",
)  # fmt: skip

STATIC = (
    "which stage may depend on which secret is proven from dvc.yaml, which no confined stage can read: "
    "python -m reprise.taint"
)
CORRECTION = (
    "Holm over all permutation tests: the chance that a clean run raises any alarm by them is at most the level, however they depend on each other; "
    "labels are permuted between artists as blocks (names one by one). Findings without p are facts or exact recomputations"
)


def metrics(findings: list[Finding], level: float, given: dict[str, str]) -> dict[str, Any]:
    """Return the content of ``metrics/leakage.json``.

    Parameters
    ----------
    findings
        Decided findings.
    level
        Chance of any false alarm among the permutation tests.
    given
        Labels that each model was given on purpose.
    """
    counts = Counter(finding.severity for finding in findings)
    checks: dict[str, Any] = {}
    for finding in findings:
        family, kind = finding.check.split(".", 1)
        checks.setdefault(family, {}).setdefault(kind, {})[finding.subject] = _entry(finding)
    tested = [finding.adjusted for finding in findings if finding.adjusted is not None]
    return {
        "available": True,
        "summary": {severity: counts[severity] for severity in SEVERITIES}
        | {
            "checks": len(findings),
            "tests": len(tested),
            "smallest_corrected_p": min(tested, default=1.0),
            "false_alarm_level": level,
            "correction": CORRECTION,
        },
        "stages_at_fault": _stages(findings),
        "declared": {"models": given, "static": STATIC},
        "checks": checks,
    }


def table(findings: list[Finding]) -> pd.DataFrame:
    """Return one row for each finding, the gravest first."""
    rows = [{column: getattr(finding, column) for column in COLUMNS} for finding in findings]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["count"] = frame["count"].astype("Int64")
    grave = frame["severity"].map({severity: number for number, severity in enumerate(SEVERITIES)})
    return (
        frame.assign(_grave=grave)
        .sort_values(["_grave", "check", "subject"], kind="stable")
        .drop(columns="_grave")
    )


def _stages(findings: list[Finding]) -> dict[str, int]:
    """Count leaks by the stage at fault; ``none`` where there is no leak."""
    counts = Counter(finding.stage for finding in findings if finding.severity == "leak")
    return dict(sorted(counts.items())) or {"none": 0}


def _entry(finding: Finding) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "severity": finding.severity,
        "stage": finding.stage,
        "statistic": finding.statistic,
        "evidence": finding.evidence,
    }
    if finding.p is not None and finding.adjusted is not None:
        entry |= {"p": finding.p, "p_corrected": finding.adjusted}
    if finding.count is not None:
        entry["count"] = finding.count
    if finding.severity in ("leak", "warn"):
        entry["remedy"] = finding.remedy
    return entry
