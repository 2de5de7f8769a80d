"""Train a model that is given the labels of training and validation tracks; embed every track without its label."""

from __future__ import annotations

from pathlib import Path

from reprise import params
from reprise.stage import run
from reprise.training.fitting import (
    fit_further,
    fit_model,
    write_curve,
    write_fitted,
    write_further,
    write_metrics,
)
from reprise.training.tracks import read_tracks

FRAMES = Path("data/features/tracks/frames")
SPLITS = Path("data/splits/tracks.parquet")
LYRICS = Path("data/lyrics/tracks")
LABELS = Path("data/labels/train")
MODELS, CURVES, METRICS = Path("data/models"), Path("plots/training"), Path("metrics/train")


def main(model: str) -> None:
    """Read tracks and given labels, train, write weights, latents, learning curve and metrics."""
    given = params.load()
    tracks = read_tracks(FRAMES, SPLITS, LYRICS, LABELS)
    job = (model, given.models[model].to_dict(), given.training.to_dict(), given.seed, tracks)
    fitted = fit_model(*job)
    write_fitted(MODELS / model, model, fitted, tracks, given.seed)
    write_further(MODELS / model, fit_further(*job))
    write_curve(CURVES / f"{model}.tsv", fitted)
    write_metrics(METRICS / f"{model}.json", fitted)


if __name__ == "__main__":
    run(main)
