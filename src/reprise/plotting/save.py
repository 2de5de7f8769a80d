"""Saving figures so that the same figure gives the same bytes."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure


def save_png(figure: Figure, path: str | Path, *, dpi: int = 100) -> None:
    """Write a figure as PNG without the metadata that changes with library versions.

    Parameters
    ----------
    figure
        What to write; built with `matplotlib.figure.Figure`, never with pyplot (no global state, no display).
    path
        Target; parent directories are made.
    dpi
        Dots per inch.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=dpi, metadata={"Software": None})
