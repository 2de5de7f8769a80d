"""Bars, sorted or in the order given, with an optional threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from numpy.typing import NDArray

from reprise.plotting.style import PALETTE, canvas, plain


def bars(
    values: NDArray[Any],
    title: str,
    labels: tuple[str, str],
    *,
    threshold: float | None = None,
    log: bool = False,
) -> Figure:
    """Draw one bar per value.

    Parameters
    ----------
    values
        Shape ``(n,)``.
    title
        Title of the figure.
    labels
        Texts of the x and y axis.
    threshold
        Height of a dashed line, or ``None``.
    log
        Whether the y axis is logarithmic.
    """
    figure = canvas(7.0, 3.2)
    axes = figure.add_subplot()
    axes.bar(range(len(values)), values, color=PALETTE[0], width=0.85)
    if threshold is not None:
        axes.axhline(threshold, color=PALETTE[1], ls="--", lw=1.2)
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_locator(NullLocator())
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    plain(axes)
    return figure


def grouped(groups: Sequence[str], series: dict[str, NDArray[Any]], title: str, ylabel: str) -> Figure:
    """Draw bars side by side for each group.

    Parameters
    ----------
    groups
        Names of the groups.
    series
        Name to shape ``(len(groups),)``.
    title, ylabel
        Texts.
    """
    figure = canvas(1.6 + 0.9 * len(groups), 3.6)
    axes = figure.add_subplot()
    width = 0.8 / len(series)
    for number, (name, values) in enumerate(series.items()):
        places = [place + (number - (len(series) - 1) / 2) * width for place in range(len(groups))]
        axes.bar(places, values, width=width * 0.92, color=PALETTE[number % len(PALETTE)], label=name)
    axes.set_xticks(range(len(groups)), groups, rotation=30, ha="right", fontsize=8)
    axes.set_ylabel(ylabel)
    axes.set_title(title, loc="left", fontsize=11)
    axes.legend(frameon=False, fontsize=8)
    plain(axes)
    return figure
