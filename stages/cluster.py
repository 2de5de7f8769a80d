"""Cluster the latents of the selected model by every method and seed. No label is within reach."""

from pathlib import Path

from reprise import params, tables
from reprise.clustering.assignments import ClusterSettings, assign, read_own
from reprise.clustering.summary import summarise
from reprise.models.read_latents import Unavailable, load_latents
from reprise.stage import run

MODELS = Path("data/models")
CLUSTERS = Path("data/clusters/assignments.parquet")
METRICS = Path("metrics/cluster.json")


def main(model: str) -> None:
    """Write the assignments and what can be said of them without labels."""
    settings = params.load()
    options = ClusterSettings(
        settings.cluster.k, tuple(settings.cluster.methods), settings.cluster.seeds, settings.seed
    )
    latents = load_latents(MODELS / model)
    if isinstance(latents, Unavailable):
        tables.write_table(CLUSTERS, tables.empty_table("assignments"), "assignments")
        tables.write_json(METRICS, {"available": False, "why": latents.why, "selected_model": model})
        return
    own = read_own(MODELS / model, latents.track_ids)
    assignments = assign(latents.track_ids, latents.values, own, options)
    tables.write_table(CLUSTERS, assignments, "assignments")
    tables.write_json(
        METRICS,
        {
            "available": True,
            "selected_model": model,
            "labels_used": latents.labels_used,
            "n_tracks": len(latents.track_ids),
            "k": options.k,
            "methods": summarise(assignments, latents.track_ids, latents.values, options),
        },
    )


if __name__ == "__main__":
    run(main)
