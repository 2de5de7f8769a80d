"""Score the clusterings of the selected model against the labels, with intervals, chance and probes."""

from pathlib import Path

from reprise import params, tables
from reprise.clustering.assignments import clusterings
from reprise.evaluation.output import write_absent_plots, write_curve, write_plots
from reprise.evaluation.reference import read_reference
from reprise.evaluation.selected import Subject, metrics, score_all
from reprise.evaluation.uncertainty import Resampling
from reprise.models.read_latents import Unavailable, load_latents, load_seed_latents
from reprise.stage import run

MODELS = Path("data/models")
CLUSTERS = Path("data/clusters/assignments.parquet")
LABELS = Path("data/labels")
SPLITS = Path("data/splits/tracks.parquet")
CORPUS = Path("data/corpus/tracks/corpus.json")
METRICS = Path("metrics/evaluate.json")
PLOTS = Path("plots/evaluate")


def main(model: str) -> None:
    """Write the metrics and plots of the selected model."""
    settings = params.load()
    latents = load_latents(MODELS / model)
    write_curve(PLOTS, MODELS / model)
    if isinstance(latents, Unavailable):
        tables.write_json(METRICS, {"available": False, "why": latents.why, "selected_model": model})
        write_absent_plots(PLOTS, model, latents.why)
        return
    resampling = Resampling(settings.evaluate.bootstrap, settings.evaluate.permutations, settings.seed)
    subject = Subject(
        latents.values,
        latents.labels_used,
        clusterings(tables.read_table(CLUSTERS, "assignments"), latents.track_ids),
        read_reference(LABELS, SPLITS, CORPUS, latents.track_ids),
        load_seed_latents(MODELS / model),
    )
    scores = score_all(subject, resampling)
    tables.write_json(METRICS, {"selected_model": model} | metrics(subject, scores, resampling))
    write_plots(PLOTS, model, subject, scores, settings.seed)


if __name__ == "__main__":
    run(main)
