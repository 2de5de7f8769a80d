"""Findings as metrics and as a table."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from reprise.audit.finding import Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("leak", "warn", "control", "skipped", "ok")
COLUMNS = ("severity", "check", "subject", "stage", "statistic", "p", "count", "evidence", "remedy")

STATIC = (
    "which stage may depend on which secret is proven from dvc.yaml, which no confined stage can read: "
    "python -m reprise.taint"
)


def metrics(findings: list[Finding], level: float, given: dict[str, str]) -> dict[str, Any]:
    """Return the content of ``metrics/leakage.json``.

    Parameters
    ----------
    findings
        Decided findings.
    level
        False discovery rate of the permutation tests.
    given
        Labels that each model was given on purpose.
    """
    counts = Counter(finding.severity for finding in findings)
    checks: dict[str, Any] = {}
    for finding in findings:
        family, kind = finding.check.split(".", 1)
        checks.setdefault(family, {}).setdefault(kind, {})[finding.subject] = _entry(finding)
    return {
        "available": True,
        "summary": {severity: counts[severity] for severity in SEVERITIES}
        | {
            "checks": len(findings),
            "tests": sum(finding.p is not None for finding in findings),
            "false_discovery_rate": level,
            "correction": "Benjamini-Hochberg over all permutation tests; labels permuted between artists as blocks",
        },
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


def _entry(finding: Finding) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "severity": finding.severity,
        "stage": finding.stage,
        "statistic": finding.statistic,
        "evidence": finding.evidence,
    }
    if finding.p is not None:
        entry["p"] = finding.p
    if finding.count is not None:
        entry["count"] = finding.count
    if finding.severity in ("leak", "warn"):
        entry["remedy"] = finding.remedy
    return entry
