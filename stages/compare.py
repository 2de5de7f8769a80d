"""Compare all models on the same footing, beside hand-made features, chance and what the designs expected."""

from pathlib import Path

from reprise import params
from reprise.audio.settings import AudioSettings
from reprise.evaluation.properties import read_all_properties
from reprise.evaluation.reference import read_reference
from reprise.evaluation.uncertainty import Resampling
from reprise.progress import track
from reprise.report.comparison import Comparison
from reprise.report.contestant import Field, measure
from reprise.report.control import read_controls
from reprise.report.entries import read_hand_made, read_models, read_track_ids
from reprise.report.listening import listen
from reprise.report.output import Outputs, write
from reprise.report.paradox import read_pairs
from reprise.stage import run
from reprise.training.tracks import read_tracks

MODELS, LYRICS, LABELS = Path("data/models"), Path("data/lyrics/tracks"), Path("data/labels")
VECTORS, FRAMES = Path("data/features/tracks/vectors"), Path("data/features/tracks/frames")
SPLITS, CORPUS = Path("data/splits/tracks.parquet"), Path("data/corpus/tracks/corpus.json")
METRICS, DOCUMENT = Path("metrics/compare.json"), Path("metrics/MODEL_COMPARISON.md")
TABLE, PAGE = Path("plots/comparison_table.csv"), Path("plots/model_comparison.html")
RECORDS, FIGURE = Path("plots/compare/scores.json"), Path("plots/compare/paradox.png")


def main() -> None:
    """Measure every model and write metrics, tables, figure, document and page."""
    settings = params.load()
    ids, tracks, given = read_track_ids(VECTORS), read_tracks(FRAMES, SPLITS, LYRICS), settings.features
    audio = AudioSettings(given.sample_rate, given.n_fft, given.hop_length, given.n_mels, given.n_mfcc)
    reference = read_reference(LABELS, SPLITS, CORPUS, ids)
    resampling = Resampling(settings.compare.bootstrap, settings.compare.bootstrap, settings.seed)
    properties = read_all_properties(VECTORS, ids, tracks.mel, audio.frame_rate)
    field = Field(reference, properties, settings.cluster.k, settings.compare.seeds, resampling)
    models, absent = read_models(MODELS, list(settings.models), ids)
    contestants = [*models, *read_hand_made(VECTORS, reference)]
    results = [measure(contestant, field) for contestant in track(contestants, desc="compare", unit="model")]
    controls = read_controls(MODELS, list(settings.models), reference, field.k, settings.seed)
    pairs = read_pairs(MODELS, {result.contestant.name: result for result in results}, field)
    heard = listen(MODELS, [model.name for model in models], tracks, reference, audio)
    comparison = Comparison(results, absent, dict(reference.missing), controls, pairs)
    write(comparison, field, heard, Outputs(METRICS, DOCUMENT, TABLE, RECORDS, FIGURE, PAGE))


if __name__ == "__main__":
    run(main)
