"""Pictures of the acoustic labels: a heat map of what is in them, and a map of the tracks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from reprise.relabel.acoustic import Relabelling

TAGS_SHOWN = 18
DISCARDED = "discarded"


def heat_map(result: Relabelling, fdr: float) -> Figure:
    """Draw standardised descriptors by label and, where there are tags, log2 lift by label (dots: over-represented at `fdr`)."""
    names = {cluster: theme.name or f"({theme.named_by})" for cluster, theme in result.themes.items()}
    tagged = not result.profile.empty
    rows = 1 + tagged
    figure = Figure(figsize=(11, (0.42 * result.k + 1.9) * rows), layout="constrained")
    axes = figure.subplots(rows, 1, squeeze=False)[:, 0]
    centres = result.centres.rename(index=names)
    _colour_table(axes[0], centres, limit=2.0, label="standard deviations from the mean")
    axes[0].set_title("Acoustic labels: mean of each descriptor (training tracks)")
    if tagged:
        lift, significant = _lift_tables(result.profile, names, fdr)
        _colour_table(axes[1], lift, limit=2.5, label="log2 lift")
        y, x = np.nonzero(significant.to_numpy())
        axes[1].scatter(x, y, s=18, color="white", marker="o", edgecolors="black", linewidths=0.6)
        axes[1].set_title(
            f"Original tags: log2 lift; a dot marks over-representation at a false discovery rate of {fdr:g}"
        )
    return figure


def track_map(result: Relabelling) -> Figure:
    """Draw all tracks on the two main axes of the standardised descriptors (fitted on the training tracks), coloured by label."""
    train = (result.clusters["split"] == "train").to_numpy()
    projection = PCA(n_components=2, svd_solver="full").fit(result.standardised[train])
    points = projection.transform(result.standardised)
    figure = Figure(figsize=(9.5, 6.2), layout="constrained")
    axes = figure.subplots()
    labels = result.clusters["label"].where(result.clusters["label"] != "", DISCARDED).to_numpy()
    colours = colormaps["tab10"].colors  # type: ignore[attr-defined]
    for index, name in enumerate([*result.label_to_idx, DISCARDED]):
        rows = labels == name
        if rows.any():
            colour = "#bbbbbb" if name == DISCARDED else colours[index % len(colours)]
            axes.scatter(
                points[rows, 0],
                points[rows, 1],
                s=22,
                alpha=0.8,
                linewidths=0,
                color=colour,
                label=f"{name} ({rows.sum()})",
            )
    first, second = 100 * projection.explained_variance_ratio_
    axes.set(
        xlabel=f"first principal axis ({first:.0f} % of the variance)",
        ylabel=f"second principal axis ({second:.0f} %)",
        title="Tracks by acoustic label",
    )
    figure.legend(loc="outside right upper", frameon=False, fontsize="small")
    return figure


def _lift_tables(
    profile: pd.DataFrame, names: dict[int, str], fdr: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Log2 lift and significance, clusters by tags, for the tags with the smallest p-values."""
    best = profile.groupby("tag")["p_value"].min().sort_values(kind="stable").index[:TAGS_SHOWN]
    table = profile[profile["tag"].isin(best)].copy()
    table["log2_lift"] = np.log2(table["lift"].clip(lower=2.0**-4))
    table["significant"] = (table["q_value"] <= fdr) & (table["lift"] > 1)
    clusters = [cluster for cluster in names if cluster in set(table["cluster"])]
    pivots = [
        table.pivot(index="cluster", columns="tag", values=value).loc[clusters, best].rename(index=names)
        for value in ("log2_lift", "significant")
    ]
    return pivots[0], pivots[1]


def _colour_table(axes: Axes, table: pd.DataFrame, *, limit: float, label: str) -> None:
    image = axes.imshow(
        table.to_numpy(dtype=np.float64), cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto"
    )
    axes.set_xticks(
        range(table.shape[1]), [str(name) for name in table.columns], rotation=50, ha="right", fontsize=8
    )
    axes.set_yticks(range(table.shape[0]), [str(name) for name in table.index], fontsize=8)
    axes.figure.colorbar(image, ax=axes, label=label, pad=0.01)
