"""Stage features@role: log-mel, MFCC, descriptors, pooled statistics, segments and fingerprints of every track."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from reprise import params
from reprise.audio.compute import Compute
from reprise.audio.extract import Job, extract_collection
from reprise.audio.settings import AudioSettings
from reprise.stage import run
from reprise.tables import read_table, write_json

CORPUS = Path("data/corpus")
FEATURES = Path("data/features")
METRICS = Path("metrics/features")


def main(role: str) -> None:
    """Extract the features of one role's tracks."""
    p = params.load().features
    settings = AudioSettings(p.sample_rate, p.n_fft, p.hop_length, p.n_mels, p.n_mfcc, p.segment_seconds)
    compute = Compute(p.compute.backend, p.compute.scheduler, p.workers)
    job = Job(settings, p.chunk, compute, p.kept_gb)
    tracks = read_table(CORPUS / role / "tracks.parquet", "tracks")
    counts = extract_collection(CORPUS / role / "audio", tracks, FEATURES / role, job)
    write_json(METRICS / f"{role}.json", {**counts, "settings": asdict(settings)})


if __name__ == "__main__":
    run(main)
