"""Curves over an axis: reliability diagrams, profiles, interpolation steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from reprise.plotting.style import MUTED, PALETTE, canvas, plain


def curves(
    x: NDArray[Any],
    lines: Mapping[str, NDArray[Any]],
    title: str,
    labels: tuple[str, str],
    *,
    diagonal: bool = False,
) -> Figure:
    """Draw named lines over a common axis.

    Parameters
    ----------
    x
        Shape ``(n,)``.
    lines
        Name to shape ``(n,)``.
    title
        Title of the figure.
    labels
        Texts of both axes.
    diagonal
        Whether to draw where both axes are equal.
    """
    figure = canvas(6.0, 3.8)
    axes = figure.add_subplot()
    if diagonal:
        axes.plot([0, 1], [0, 1], "--", color=MUTED, lw=1, label="calibrated")
    for number, (name, values) in enumerate(lines.items()):
        axes.plot(x, values, "o-", ms=4, color=PALETTE[number % len(PALETTE)], label=name)
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.grid(color="#e6e6e6")
    plain(axes)
    axes.legend(frameon=False, fontsize=8)
    return figure
