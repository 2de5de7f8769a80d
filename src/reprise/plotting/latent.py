"""Maps of latents: one point per track, one panel per way of colouring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import NDArray

from reprise.plotting.style import MUTED, canvas, colour_of

LEGEND_UP_TO = 16
"""Classes that a legend still helps with."""


def latent_map(points: NDArray[Any], colourings: Mapping[str, Sequence[str]], title: str) -> Figure:
    """Draw the same points once for each colouring.

    Parameters
    ----------
    points
        Shape ``(n, 2)``.
    colourings
        Title of a panel to the class of each point; the empty class is drawn grey and has no legend.
    title
        Title of the figure.
    """
    figure = canvas(5.2 * len(colourings), 5.2)
    figure.suptitle(title, fontsize=11, wrap=True)
    for number, (name, classes) in enumerate(colourings.items(), 1):
        axes = figure.add_subplot(1, len(colourings), number)
        kinds = sorted(
            set(classes) - {""}, key=lambda kind: (len(kind), kind) if kind.isdigit() else (0, kind)
        )
        colours = colour_of(kinds) | {"": "#d5d5d5"}
        for kind in ([""] if "" in classes else []) + kinds:
            rows = np.flatnonzero(np.asarray(classes) == kind)
            axes.scatter(
                points[rows, 0],
                points[rows, 1],
                s=9 if kind == "" else 20,
                color=colours[kind],
                lw=0,
                alpha=0.85,
                label=kind or None,
            )
        axes.set_title(name, fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color("#cccccc")
        if 0 < len(kinds) <= LEGEND_UP_TO:
            axes.legend(
                loc="upper center",
                bbox_to_anchor=(0.5, -0.01),
                ncols=5,
                frameon=False,
                fontsize=8,
                handletextpad=0.1,
                columnspacing=0.8,
            )
    return figure


def ellipses(
    points: NDArray[Any], classes: Sequence[str], means: NDArray[Any], covariances: NDArray[Any], title: str
) -> Figure:
    """Draw points with the 2-sigma ellipses of the components of a mixture.

    Parameters
    ----------
    points
        Shape ``(n, 2)``.
    classes
        The class of each point, empty where not known.
    means, covariances
        Shapes ``(components, 2)`` and ``(components, 2, 2)``, in the plane of the points.
    title
        Title of the figure.
    """
    figure = latent_map(points, {"": classes}, title)
    axes = figure.axes[0]
    for mean, covariance in zip(means, covariances, strict=True):
        variances, directions = np.linalg.eigh(covariance)
        angle = float(np.degrees(np.arctan2(directions[1, 1], directions[0, 1])))
        width, height = 4.0 * np.sqrt(np.maximum(variances[::-1], 0.0))
        axes.add_patch(
            Ellipse((mean[0], mean[1]), width, height, angle=angle, fill=False, color=MUTED, lw=1.2)
        )
        axes.plot(mean[0], mean[1], "+", color="black", ms=6)
    return figure
