"""Acoustic clusters of the descriptors, profiled against the original tags and named after them."""

from pathlib import Path

from reprise import params as parameters
from reprise import tables
from reprise.relabel.acoustic import Choice, relabel
from reprise.relabel.naming import Rules
from reprise.relabel.output import Places, write
from reprise.relabel.own_names import read_own_names
from reprise.stage import run

DESCRIPTORS = "data/features/tracks/vectors/descriptors.parquet"
SPLITS = "data/splits/tracks.parquet"
TAGS = "data/labels/train/tags.parquet"
OWN_NAMES = "inputs/names.yaml"
PLACES = Places(Path("data"), Path("plots/relabel"), Path("metrics/relabel.json"))


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
        own_names=read_own_names(OWN_NAMES),
        seed=params.seed,
    )
    write(result, rules, PLACES, fixed=settings.k > 0, seed=params.seed)


if __name__ == "__main__":
    run(main)
