"""What relabelling writes, for the stage and for a table of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reprise import tables
from reprise.plotting.save import save_png
from reprise.relabel.acoustic import Relabelling
from reprise.relabel.figures import heat_map, track_map
from reprise.relabel.naming import Rules
from reprise.relabel.radar import radar
from reprise.relabel.report import summarise


@dataclass(frozen=True)
class Places:
    """Where it goes.

    Attributes
    ----------
    data, plots
        Folders.
    metrics
        File.
    """

    data: Path
    plots: Path
    metrics: Path


def write(result: Relabelling, rules: Rules, places: Places, *, fixed: bool, seed: int) -> None:
    """Write labels, profiles, metrics and plots.

    Parameters
    ----------
    result
        The relabelling.
    rules
        The rules that it used.
    places
        Where to.
    fixed
        Whether the number of clusters was given rather than chosen.
    seed
        Seed of bootstrap and permutations.
    """
    tables.write_csv(places.data / "tracks_with_cluster_names.csv", result.labelled)
    tables.write_json(places.data / "label_to_idx.json", result.label_to_idx)
    tables.write_table(places.data / "relabel/clusters.parquet", result.clusters)
    tables.write_csv(places.data / "relabel/profiles.csv", result.profile)
    tables.write_csv(places.plots / "k.csv", result.numbers)
    tables.write_csv(places.plots / "coherence.csv", result.f_values)
    save_png(heat_map(result, rules.fdr), places.plots / "heatmap.png")
    save_png(radar(result), places.plots / "radar.png")
    save_png(track_map(result), places.plots / "map.png")
    tables.write_json(places.metrics, summarise(result, rules, fixed=fixed, seed=seed))
