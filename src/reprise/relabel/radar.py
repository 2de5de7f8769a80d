"""A radar picture of each acoustic label: how far its mean lies from that of all tracks, descriptor by descriptor."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from reprise.relabel.acoustic import Relabelling
from reprise.relabel.words import AXES

COLUMNS = 4
LIMIT = 2.0
SPOKES = 7


def radar(result: Relabelling) -> Figure:
    """Draw one small radar for each label: standard deviations from the mean of the training tracks; the ring in bold is that mean."""
    names = {cluster: theme.name for cluster, theme in result.themes.items() if theme.name}
    spokes = choose_spokes(result.centres)
    angles = np.linspace(0, 2 * np.pi, len(spokes), endpoint=False)
    closed = np.append(angles, angles[0])
    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(3.3 * COLUMNS, 3.5 * rows), layout="constrained")
    for number, (cluster, name) in enumerate(names.items()):
        axes = figure.add_subplot(rows, COLUMNS, number + 1, projection="polar")
        values = result.centres.loc[cluster, list(spokes)].to_numpy(dtype=np.float64).clip(-LIMIT, LIMIT)
        axes.plot(closed, np.append(values, values[0]), color="tab:blue", linewidth=1.5)
        axes.fill(closed, np.append(values, values[0]), color="tab:blue", alpha=0.25)
        axes.plot(np.linspace(0, 2 * np.pi, 100), np.zeros(100), color="black", linewidth=1)
        axes.set_ylim(-LIMIT, LIMIT)
        axes.set_yticks([-1, 0, 1], ["-1", "0", "+1"], fontsize=6, color="0.4")
        axes.set_xticks(angles, list(spokes.values()), fontsize=7)
        axes.set_title(name, fontsize=9)
    return figure


def choose_spokes(centres: pd.DataFrame) -> dict[str, str]:
    """Return column and caption of each spoke: descriptors that have a word, else those on which the labels differ most.

    Parameters
    ----------
    centres
        Standardised centres, one row per cluster, one column per descriptor.
    """
    worded = {axis.column(centres.columns): f"{axis.low} –\n{axis.high}" for axis in AXES}
    spokes = {column: word for column, word in worded.items() if column is not None}
    if len(spokes) >= 3:
        return spokes
    widest = centres.std(axis=0).sort_values(ascending=False, kind="stable").index[:SPOKES]
    return {str(column): str(column) for column in widest}
