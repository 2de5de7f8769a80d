"""Interactive charts of the comparison, as plotly figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from reprise.evaluation.projection import neighbourhood_map
from reprise.plotting.style import PALETTE
from reprise.report.comparison import Comparison
from reprise.report.contestant import Result

SYMBOLS = ("circle", "diamond", "square")
"""Neighbours in the legend differ in shape as well: ten colours are too many to tell apart."""

LAYOUT = {
    "template": "plotly_white",
    "font": {"family": "system-ui, sans-serif", "size": 13},
    "margin": {"l": 10, "r": 10, "t": 40, "b": 40},
    "colorway": list(PALETTE),
}


def agreement_chart(comparison: Comparison, attribute: str) -> go.Figure:
    """Draw AMI and ARI of every representation with intervals, best first."""
    scored = [r for r in comparison.results if (attribute, r.scope) in r.scores]
    scored.sort(key=lambda r: r.scores[attribute, r.scope]["ami"].tracks.value)
    figure = go.Figure()
    for metric in ("ami", "ari"):
        found = [r.scores[attribute, r.scope][metric] for r in scored]
        figure.add_scatter(
            x=_rounded([e.tracks.value for e in found]),
            y=[_label(r) for r in scored],
            name=metric.upper(),
            mode="markers",
            marker={"size": 10},
            error_x={
                "array": _rounded([e.tracks.high - e.tracks.value for e in found]),
                "arrayminus": _rounded([e.tracks.value - e.tracks.low for e in found]),
                "thickness": 1.5,
            },
        )
    chance = [r.scores[attribute, r.scope]["ami"].chance_high for r in scored]
    figure.add_scatter(
        x=_rounded(chance), y=[_label(r) for r in scored], name="AMI, chance 97.5 %", mode="markers",
        marker={"symbol": "line-ns-open", "size": 12, "color": "#888888"},
    )  # fmt: skip
    figure.update_layout(
        **LAYOUT | {"margin": {"l": 10, "r": 10, "t": 80, "b": 40}},
        title=f"Agreement of K-Means with {attribute} (95 % over artists; * test tracks only)",
        xaxis_title="0 is chance, 1 is identity",
        height=160 + 34 * len(scored),
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom"},
    )
    figure.update_yaxes(automargin=True)
    return figure


def captures_chart(comparison: Comparison) -> go.Figure:
    """Draw, for each representation, the share of each property's variance between clusters."""
    names = [name for name in comparison.results[0].metrics["captures"] if name != "chance"]
    labels = [_label(result) for result in comparison.results]
    values = [[result.metrics["captures"].get(name, 0.0) for name in names] for result in comparison.results]
    figure = go.Figure(
        go.Heatmap(
            z=[_rounded(row) for row in values],
            x=names,
            y=labels,
            colorscale="Blues",
            zmin=0,
            zmax=1,
            texttemplate="%{z:.2f}",
        )
    )
    figure.update_layout(**LAYOUT, height=100 + 30 * len(labels))
    figure.update_yaxes(automargin=True, autorange="reversed")
    return figure


def latent_chart(result: Result, classes: list[str], attribute: str, seed: int) -> go.Figure:
    """Draw the map of one representation, coloured by class; hovering shows the cluster."""
    points, method = neighbourhood_map(result.contestant.latents, seed)
    span = float(np.abs(points).max()) or 1.0
    points = points / span
    figure = go.Figure()
    for number, kind in enumerate(sorted(set(classes))):
        rows = [row for row, found in enumerate(classes) if found == kind]
        figure.add_scatter(
            x=_rounded(points[rows, 0]),
            y=_rounded(points[rows, 1]),
            mode="markers",
            name=kind or "unknown",
            marker={
                "size": 8,
                "color": PALETTE[number % len(PALETTE)] if kind else "#cccccc",
                "symbol": SYMBOLS[number % len(SYMBOLS)],
            },
            text=[f"cluster {result.clusters[0][row]}" for row in rows],
            hovertemplate="%{text}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(**LAYOUT, title=f"{result.contestant.name}: {attribute} ({method})", height=460)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure


def learning_chart(result: Result) -> go.Figure:
    """Draw training and validation loss of one model."""
    history = result.contestant.history
    figure = go.Figure()
    for number, split in enumerate(("train", "validation")):
        figure.add_scatter(
            x=history["epoch"].tolist(),
            y=_rounded(history[f"{split}_loss"]),
            name=split,
            mode="lines+markers",
            line={"color": PALETTE[number]},
        )
    figure.update_layout(
        **LAYOUT, title=f"{result.contestant.name}: loss by epoch", xaxis_title="epoch", height=340
    )
    return figure


def _label(result: Result) -> str:
    return result.contestant.name + ("" if result.scope == "all" else " *")


def _rounded(values: Any) -> list[float]:
    return [float(f"{float(value):.5g}") for value in values]
