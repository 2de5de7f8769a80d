"""Compare all models on the same footing, beside hand-made features, chance and what the designs expected."""

from pathlib import Path

from reprise import params, tables
from reprise.evaluation.properties import read_properties
from reprise.evaluation.reference import read_reference
from reprise.evaluation.uncertainty import Resampling
from reprise.progress import track
from reprise.report.comparison import Comparison, metrics, records, table
from reprise.report.contestant import Field, measure
from reprise.report.control import read_controls
from reprise.report.entries import read_hand_made, read_models, read_track_ids
from reprise.report.markdown import document
from reprise.report.page import page
from reprise.stage import run

MODELS = Path("data/models")
VECTORS = Path("data/features/tracks/vectors")
LABELS = Path("data/labels")
SPLITS = Path("data/splits/tracks.parquet")
CORPUS = Path("data/corpus/tracks/corpus.json")


def main() -> None:
    """Write metrics, document, table, bar data and page."""
    settings = params.load()
    ids = read_track_ids(VECTORS)
    reference = read_reference(LABELS, SPLITS, CORPUS, ids)
    draws = settings.compare.bootstrap
    resampling = Resampling(draws, draws, settings.seed)
    field = Field(
        reference, read_properties(VECTORS, ids), settings.cluster.k, settings.compare.seeds, resampling
    )
    models, absent = read_models(MODELS, list(settings.models), ids)
    contestants = [*models, *read_hand_made(VECTORS, reference)]
    results = [measure(contestant, field) for contestant in track(contestants, desc="compare", unit="model")]
    controls = read_controls(MODELS, list(settings.models), reference, field.k, settings.seed)
    comparison = Comparison(results, absent, dict(reference.missing), controls)
    tables.write_json("metrics/compare.json", metrics(comparison, field.k, field.seeds))
    tables.write_csv("plots/comparison_table.csv", table(comparison))
    tables.write_text("plots/compare/scores.json", records(comparison))
    tables.write_text("metrics/MODEL_COMPARISON.md", document(comparison))
    tables.write_text("plots/model_comparison.html", page(comparison, reference, settings.seed))


if __name__ == "__main__":
    run(main)
