"""Stage placebo: run the features and lyrics functions again on exchanged sounds and words, far from any label."""

from __future__ import annotations

from pathlib import Path

from reprise import params
from reprise.audio.compute import Compute
from reprise.audio.extract import Job
from reprise.audio.settings import AudioSettings
from reprise.audit.placebo import run_placebo
from reprise.audit.placebo_store import save_placebo
from reprise.lyrics.settings import EncoderSettings
from reprise.stage import run

DATA = Path("data")
PLACEBO = DATA / "placebo"


def main() -> None:
    """Exchange, run again, compare; write what came of it."""
    p = params.load()
    f = p.features
    settings = AudioSettings(f.sample_rate, f.n_fft, f.hop_length, f.n_mels, f.n_mfcc, f.segment_seconds)
    job = Job(settings, f.chunk, Compute(workers=f.workers), kept_gb=0)  # nothing kept from before is read
    encoder = EncoderSettings(p.lyrics.model, p.lyrics.max_tokens, p.lyrics.batch_size)
    save_placebo(PLACEBO, run_placebo(DATA, job, encoder, (p.placebo.tracks, p.seed)))


if __name__ == "__main__":
    run(main)
