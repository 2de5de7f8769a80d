"""Prove or refute what the designs claim of a model: a number with its null, a picture, a verdict."""

from pathlib import Path

from reprise import params
from reprise.evaluation.uncertainty import Resampling
from reprise.models.read_latents import Unavailable
from reprise.proofs.evidence import Places, read_evidence
from reprise.proofs.output import write_outcome, write_unavailable
from reprise.proofs.registry import prove
from reprise.stage import run

PLACES = Places(
    models=Path("data/models"),
    frames=Path("data/features/tracks/frames"),
    vectors=Path("data/features/tracks/vectors"),
    lyrics=Path("data/lyrics/tracks"),
    labels=Path("data/labels"),
    splits=Path("data/splits/tracks.parquet"),
    corpus=Path("data/corpus/tracks"),
    factors_corpus=Path("data/corpus/factors"),
    factors_frames=Path("data/features/factors/frames"),
)
METRICS = Path("metrics/proofs")
PLOTS = Path("plots/proofs")


def main(model: str) -> None:
    """Write the claims of one model."""
    settings = params.load()
    resampling = Resampling(settings.prove.permutations, settings.prove.permutations, settings.seed)
    evidence = read_evidence(model, PLACES, settings.cluster.k, settings.cluster.seeds, resampling)
    metrics, plots = METRICS / f"{model}.json", PLOTS / model
    if isinstance(evidence, Unavailable):
        write_unavailable(metrics, plots, model, evidence.why)
    else:
        write_outcome(metrics, plots, model, prove(model, evidence))


if __name__ == "__main__":
    run(main)
