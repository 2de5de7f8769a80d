"""Acoustic clusters of the descriptors, profiled against the original tags and named after them."""

from reprise import params as parameters
from reprise import tables
from reprise.plotting.save import save_png
from reprise.relabel.acoustic import Choice, relabel
from reprise.relabel.figures import heat_map, track_map
from reprise.relabel.naming import Rules
from reprise.relabel.report import summarise
from reprise.stage import run

DESCRIPTORS = "data/features/tracks/vectors/descriptors.parquet"
SPLITS = "data/splits/tracks.parquet"
TAGS = "data/labels/train/tags.parquet"


def main() -> None:
    """Read the descriptors, splits and training tags; write labels, profiles, metrics and plots."""
    params = parameters.load()
    settings = params.relabel
    rules = Rules(settings.min_share, settings.fdr, settings.theme)
    result = relabel(
        tables.read_table(DESCRIPTORS, "descriptors"),
        tables.read_table(SPLITS, "splits"),
        tables.read_table(TAGS, "tags"),
        Choice(settings.k, settings.k_min, settings.k_max),
        rules,
        seed=params.seed,
    )
    tables.write_csv("data/tracks_with_cluster_names.csv", result.labelled)
    tables.write_json("data/label_to_idx.json", result.label_to_idx)
    tables.write_table("data/relabel/clusters.parquet", result.clusters)
    tables.write_csv("data/relabel/profiles.csv", result.profile)
    tables.write_csv("plots/relabel/k.csv", result.numbers)
    save_png(heat_map(result, rules.fdr), "plots/relabel/heatmap.png")
    save_png(track_map(result), "plots/relabel/map.png")
    tables.write_json(
        "metrics/relabel.json", summarise(result, rules, fixed=settings.k > 0, seed=params.seed)
    )


if __name__ == "__main__":
    run(main)
