"""Colours and empty figures that all pictures share."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

PALETTE = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#999933", "#882255", "#44aa99", "#ddaa77",
    "#332288", "#cc6677", "#117733", "#88ccee", "#aa4499", "#661100", "#6699cc", "#bbbbbb", "#000000", "#ffaabb",
)  # fmt: skip
"""Colours that stay apart for colour-blind readers (Tol, Colour schemes, SRON 2021); further classes repeat them."""

MUTED = "#8a8a8a"


def colour_of(names: list[str]) -> dict[str, str]:
    """Return a colour for each name, in the order given."""
    return {name: PALETTE[number % len(PALETTE)] for number, name in enumerate(names)}


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure of the given size in inches; independent of pyplot and of any display."""
    return Figure(figsize=(width, height), layout="constrained")


def plain(axes: Axes) -> None:
    """Leave only the frame's left and bottom sides."""
    axes.spines[["top", "right"]].set_visible(False)


def notice(text: str) -> Figure:
    """Return a figure that says why there is nothing to see."""
    figure = canvas(6.0, 1.6)
    figure.text(0.5, 0.5, text, ha="center", va="center", wrap=True, color=MUTED)
    return figure
