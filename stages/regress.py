"""Regress 18 targets of a song on its lyrics, its audio descriptors and its metadata."""

from __future__ import annotations

from pathlib import Path

from reprise import params, tables
from reprise.lyrics.packaged import locate
from reprise.songs.artefacts import save_regressor, save_report, save_unavailable
from reprise.songs.choice import tuner
from reprise.songs.experiment import run_experiment, why_not
from reprise.songs.source import read_songs
from reprise.songs.summary import metrics
from reprise.stage import run

CORPUS = Path("data/corpus/songs")
DESCRIPTORS = Path("data/features/songs/vectors/descriptors.parquet")
LYRICS = Path("data/lyrics/songs")
SPLITS = Path("data/splits/songs.parquet")
REGRESSOR = Path("data/regressor")
METRICS = Path("metrics/regress.json")
TARGETS = Path("plots/regress/targets.csv")
BY_SIZE = Path("plots/regress/learning_curve.csv")
CURVE = Path("plots/training/regressor.tsv")


def main() -> None:
    """Read the songs, fit the regressor and its baselines, write both."""
    given = params.load()
    block, lyrics = given.regress.to_dict(), given.lyrics.to_dict()
    locate(lyrics["model"])  # it reads queries later: better missed now than then
    songs = read_songs(CORPUS, DESCRIPTORS, LYRICS, SPLITS, block["targets"])
    why = why_not(songs, tables.read_json(CORPUS / "corpus.json")["missing"])
    if why:
        save_unavailable(REGRESSOR, TARGETS, BY_SIZE, CURVE, why)
        tables.write_json(METRICS, {"available": False, "why": why})
        return
    experiment = run_experiment(songs, block, given.seed, tuner(block, lyrics, given.seed))
    save_regressor(REGRESSOR, experiment, block, lyrics)
    save_report(TARGETS, BY_SIZE, CURVE, experiment)
    tables.write_json(METRICS, metrics(experiment))


if __name__ == "__main__":
    run(main)
