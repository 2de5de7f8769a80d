"""Matrices as images: confusion between what was asked and what was found, strengths of relations, spectrograms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from reprise.plotting.style import canvas

NUMBERS_UP_TO = 14
"""Columns up to which the numbers are written into the cells."""


def heat(
    values: NDArray[Any], rows: Sequence[str], columns: Sequence[str], title: str, labels: tuple[str, str]
) -> Figure:
    """Draw a matrix of non-negative numbers with named rows and columns.

    Parameters
    ----------
    values
        Shape ``(len(rows), len(columns))``.
    rows, columns
        Names; an empty name leaves the tick away.
    title
        Title of the figure.
    labels
        Texts of the x and y axis.
    """
    figure = canvas(2.8 + 0.4 * min(len(columns), 14), 1.8 + (0.3 if len(rows) <= 12 else 0.17) * len(rows))
    axes = figure.add_subplot()
    image = axes.imshow(values, cmap="Blues", aspect="auto", vmin=0.0)
    ticks = [number for number, name in enumerate(columns) if name]
    axes.set_xticks(ticks, [columns[tick] for tick in ticks], rotation=45, ha="right", fontsize=8)
    ticks = [number for number, name in enumerate(rows) if name]
    axes.set_yticks(ticks, [rows[tick] for tick in ticks], fontsize=8)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.set_title(title, loc="left", fontsize=11)
    if len(columns) <= NUMBERS_UP_TO:
        middle = float(values.max()) / 2
        for row in range(len(rows)):
            for column in range(len(columns)):
                value = float(values[row, column])
                axes.text(column, row, f"{value:.2f}".lstrip("0"), ha="center", va="center", fontsize=7, color="white" if value > middle else "#333333")  # fmt: skip
    figure.colorbar(image, ax=axes, shrink=0.8)
    return figure


def spectrograms(
    maps: Sequence[Sequence[NDArray[Any]]], rows: Sequence[str], columns: Sequence[str], title: str
) -> Figure:
    """Draw a grid of maps, low bands at the bottom, one colour scale for each row.

    Parameters
    ----------
    maps
        Rows of arrays of shape ``(bands, frames)``.
    rows, columns
        Names.
    title
        Title of the figure.
    """
    figure = canvas(1.2 + 1.7 * len(columns), 0.7 + 1.5 * len(rows))
    figure.suptitle(title, fontsize=11)
    grid = figure.subplots(len(rows), len(columns), squeeze=False)
    for number, line in enumerate(maps):
        low, high = min(float(m.min()) for m in line), max(float(m.max()) for m in line)
        for place, values in enumerate(line):
            axes = grid[number][place]
            axes.imshow(values, origin="lower", aspect="auto", cmap="magma", vmin=low, vmax=high)
            axes.set_xticks([])
            axes.set_yticks([])
            if number == 0:
                axes.set_title(columns[place], fontsize=9)
            if place == 0:
                axes.set_ylabel(rows[number], fontsize=9)
    return figure
