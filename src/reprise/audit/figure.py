"""The audit at a glance: what was checked, and how surprising the permutation tests are."""

from __future__ import annotations

from collections import Counter

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reprise.audit.finding import Finding
from reprise.audit.report import SEVERITIES

COLOURS = {"leak": "#b2182b", "warn": "#ef8a62", "control": "#762a83", "skipped": "#bdbdbd", "ok": "#4393c3"}


def audit_figure(findings: list[Finding], level: float) -> Figure:
    """Draw findings by check, and the p values of all permutation tests against Holm's limits.

    Parameters
    ----------
    findings
        Decided findings.
    level
        Chance of any false alarm.
    """
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=[3, 2])
    _draw_counts(left, findings)
    _draw_tests(right, findings, level)
    return figure


def _draw_counts(axes: Axes, findings: list[Finding]) -> None:
    names = sorted({finding.check for finding in findings}, reverse=True)
    counts = Counter((finding.check, finding.severity) for finding in findings)
    start = np.zeros(len(names))
    for severity in reversed(SEVERITIES):
        width = np.array([counts[name, severity] for name in names], dtype=float)
        axes.barh(names, width, left=start, color=COLOURS[severity], label=f"{severity} ({int(width.sum())})")
        start += width
    axes.set_xlabel("findings")
    axes.set_title("what was checked")
    axes.tick_params(axis="y", labelsize=8)
    axes.margins(y=0.01)
    axes.legend(loc="best", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_tests(axes: Axes, findings: list[Finding], level: float) -> None:
    tested = sorted(
        (finding.p, finding.check, finding.severity) for finding in findings if finding.p is not None
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("how surprising")
    if not tested:
        axes.text(
            0.5, 0.5, "no permutation test was made", ha="center", va="center", transform=axes.transAxes
        )
        axes.set_axis_off()
        return
    rank = np.arange(1, len(tested) + 1)
    limit = level / (len(tested) - rank + 1)
    axes.plot(
        rank, limit, color="black", linewidth=1, label=f"rejected up to here (any false alarm: {level:g})"
    )
    for severity in SEVERITIES:
        chosen = [number for number, (_, _, found) in enumerate(tested) if found == severity]
        if chosen:
            p = [tested[number][0] for number in chosen]
            axes.scatter(rank[chosen], p, color=COLOURS[severity], label=severity, zorder=3)
    axes.set_yscale("log")
    axes.set_ylim(bottom=min(limit[0], tested[0][0]) / 8, top=1.5)
    axes.set_xlabel("rank of the permutation test")
    axes.set_ylabel("p")
    axes.legend(loc="lower right", frameon=False)
