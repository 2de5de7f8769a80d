"""One row per test track: label with probabilities, mood, place on the map, cluster, neighbours."""

from reprise import params as parameters
from reprise import tables
from reprise.emotion.store import load_mood
from reprise.finetune.inputs import read_spectrograms
from reprise.finetune.saved import load_finetuned
from reprise.lookup.build import Sources, build_lookup
from reprise.lookup.columns import describe
from reprise.lookup.table import as_text
from reprise.models.read_latents import load_latents
from reprise.stage import run

FRAMES = "data/features/tracks/frames"
SPLITS = "data/splits/tracks.parquet"
GROUPS = "data/corpus/tracks/groups.parquet"
DESCRIPTORS = "data/features/tracks/vectors/descriptors.parquet"
TAGS = "data/labels/train/tags.parquet"
CLUSTERS = "data/clusters/assignments.parquet"
INDICES = "data/label_to_idx.json"
FINETUNED = "data/finetuned"
REGRESSOR = "data/av_regressor"
MODELS = "data/models"


def main(model: str) -> None:
    """Read both models, latents and clusters; write the table as CSV and parquet, and its metrics."""
    params = parameters.load()
    sources = Sources(
        read_spectrograms(FRAMES),
        load_finetuned(FINETUNED, INDICES),
        load_mood(REGRESSOR),
        load_latents(f"{MODELS}/{model}"),
        tables.read_table(CLUSTERS, "assignments"),
        tables.read_table(GROUPS, "groups"),
        tables.read_table(DESCRIPTORS, "descriptors"),
        tables.read_table(TAGS, "tags"),
    )
    splits = tables.read_table(SPLITS, "splits")
    lookup = build_lookup(sources, splits, params.lookup.neighbours, params.seed)
    tables.write_csv("data/inference_lookup.csv", as_text(lookup.table))
    tables.write_table("data/lookup/lookup.parquet", lookup.table)
    tables.write_json("data/lookup/schema.json", describe(lookup.table))
    tables.write_json("metrics/lookup.json", {"selected_model": model, **lookup.metrics})


if __name__ == "__main__":
    run(main)
