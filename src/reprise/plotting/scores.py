"""Scores as dots with their intervals, and the level of chance beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from reprise.plotting.style import MUTED, PALETTE, canvas, plain


@dataclass(frozen=True)
class Dot:
    """One score.

    Parameters
    ----------
    row
        What was scored; dots of the same row stand on one line.
    series
        Which of several scores of the row.
    value, low, high
        The score and its 95 % interval.
    chance
        Level that chance reaches (97.5 % quantile), or ``None``.
    """

    row: str
    series: str
    value: float
    low: float
    high: float
    chance: float | None = None


def interval_dots(dots: Sequence[Dot], title: str, xlabel: str) -> Figure:
    """Draw one line per row, one colour per series, a tick where chance ends.

    Parameters
    ----------
    dots
        Scores; rows and series in order of first appearance.
    title, xlabel
        Texts.
    """
    rows, series = (list(dict.fromkeys(getattr(dot, name) for dot in dots)) for name in ("row", "series"))
    figure = canvas(7.0, 1.3 + 0.22 * len(rows) * max(len(series), 2))
    axes = figure.add_subplot()
    for dot in dots:
        number = series.index(dot.series)
        y = rows.index(dot.row) + (number - (len(series) - 1) / 2) * 0.7 / max(len(series), 1)
        colour = PALETTE[number % len(PALETTE)]
        first = dot.row == next(other.row for other in dots if other.series == dot.series)
        axes.plot([dot.low, dot.high], [y, y], color=colour, lw=2, solid_capstyle="round")
        axes.plot(dot.value, y, "o", color=colour, ms=5.5, label=dot.series if first else None)
        if dot.chance is not None:
            axes.plot(dot.chance, y, "|", color=MUTED, ms=9, mew=1.6)
    if any(dot.chance is not None for dot in dots):
        axes.plot([], [], "|", color=MUTED, ms=9, mew=1.6, label="chance, 97.5 %")
    axes.axvline(0.0, color=MUTED, lw=0.6)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(xlabel)
    axes.grid(axis="x", color="#e6e6e6")
    axes.set_axisbelow(True)
    plain(axes)
    if len(series) > 1 or any(dot.chance is not None for dot in dots):
        figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize=8)
    return figure
