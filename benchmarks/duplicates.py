"""How well near-duplicates are found: planted copies and different tracks, embedded and real; writes docs/duplicates.md.

    python benchmarks/duplicates.py --real ../shared/data/gtzan_mini --write

Each corpus is taken as it is for different tracks, and 40 of its tracks are copied in every way of
`reprise.splitting.planted`. A quarter of an hour on two cores.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import numpy.typing as npt

from duplicates_page import page, picture
from reprise.audio.decode import decode
from reprise.audio.fingerprint import fingerprint
from reprise.audio.frames import frame_features
from reprise.audio.settings import AudioSettings
from reprise.corpus.generate import generate
from reprise.plotting.save import save_png
from reprise.splitting.groups import near_duplicates
from reprise.splitting.planted import RATE, changes

Float32 = npt.NDArray[np.float32]
Int16 = npt.NDArray[np.int16]

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = AudioSettings()
REAL_SAMPLES = 660_000
AUDIO = (".flac", ".wav", ".mp3", ".ogg", ".au")
LENGTHS = (5, 10, 20)  # seconds to which clips are cropped, beside their own length
TRIAL = 10_000  # vectors whose comparison is timed


@dataclass(frozen=True)
class Measured:
    """One corpus.

    Attributes
    ----------
    name : str
    n_tracks : int
    different : ndarray, shape (n_pairs,)
        Similarity of different tracks.
    copies : dict of str to ndarray, shape (n_copies,)
        Similarity of copies with their originals, by change.
    strangers : dict of str to float
        Largest similarity of copies with other originals, by change.
    spreads : dict of int to float
        Standard deviation of the similarity of different tracks, by clip length in seconds.
    """

    name: str
    n_tracks: int
    different: Float32
    copies: dict[str, Float32]
    strangers: dict[str, float]
    spreads: dict[int, float]


def vector(samples: Int16 | Float32) -> Float32:
    """Return the fingerprint of samples."""
    return fingerprint(frame_features(samples, SETTINGS).log_mel, SETTINGS.frame_rate)


def copied(samples: Int16, other: Int16) -> dict[str, Float32]:
    """Return the fingerprints of a track and of its copies.

    Copies are cropped to the track's length, as every clip is. Where one is shorter, other music follows: a clip that
    starts later ends later too.
    """
    track, filler = (one.astype(np.float32) / np.float32(32_768) for one in (samples, other))
    filler *= np.sqrt(np.mean(track**2) / np.mean(filler**2))
    longer = np.concatenate([track, filler])[: track.size * 4 // 3 + 1]
    return {"": vector(track)} | {
        name: vector(change(longer)[: track.size]) for name, change in changes().items()
    }


def measure(name: str, tracks: list[Int16], n_planted: int, workers: int) -> Measured:
    """Compare all tracks of a corpus, and copies of some."""
    planted = np.linspace(0, len(tracks) - 1, min(n_planted, len(tracks))).astype(int)
    with joblib.Parallel(n_jobs=workers, batch_size=1) as pool:
        own = np.stack(pool(joblib.delayed(vector)(one) for one in tracks))
        rows = pool(joblib.delayed(copied)(tracks[k], tracks[(k + 37) % len(tracks)]) for k in planted)
    copies, strangers = {}, {}
    for change in changes():
        cosine = np.stack([row[change] for row in rows]) @ own.T
        place = np.arange(len(planted)), planted
        copies[change] = cosine[place].copy()
        cosine[place] = -1.0
        strangers[change] = float(cosine.max())
    spreads = {
        seconds: float(_different(np.stack([vector(one[: seconds * RATE]) for one in tracks])).std())
        for seconds in LENGTHS
    }
    return Measured(name, len(tracks), _different(own), copies, strangers, spreads)


def _different(vectors: Float32) -> Float32:
    """Return the similarity of every two vectors."""
    cosine: Float32 = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return cosine


def real_tracks(folder: Path) -> Iterator[Int16]:
    """Read the files of a folder, cropped to one length; shorter ones are left out."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix in AUDIO):
        samples = np.rint(decode(path)[:REAL_SAMPLES] * 32_768).clip(-32_768, 32_767).astype(np.int16)
        if samples.size == REAL_SAMPLES:
            yield samples


def comparison_seconds() -> float:
    """Return the processor seconds that comparing every two of `TRIAL` vectors takes on one core."""
    rows = np.random.default_rng(0).standard_normal((TRIAL, 2_048), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    started = time.process_time()
    near_duplicates(rows, 0.5)
    return time.process_time() - started


def fingerprint_milliseconds(samples: Int16) -> float:
    """Return the processor milliseconds of one fingerprint, the log-mel map being there."""
    log_mel = frame_features(samples, SETTINGS).log_mel
    fingerprint(log_mel, SETTINGS.frame_rate)
    started = time.process_time()
    for _ in range(100):
        fingerprint(log_mel, SETTINGS.frame_rate)
    return (time.process_time() - started) * 10.0


def main() -> None:
    """Measure, print, and write the page if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--real", type=Path, help="folder of audio files of different recordings")
    parser.add_argument("--real-name", default="GTZAN mini", help="what they are")
    parser.add_argument("--tracks", type=int, default=40, help="tracks of each corpus that are copied")
    parser.add_argument("--threshold", type=float, default=0.15, help="cosine of split.duplicate_similarity")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write docs/duplicates.md and its picture")
    options = parser.parse_args()
    embedded = [track.samples for track in generate("tracks", 25, 0, options.workers)]
    corpora = [measure("embedded", embedded, options.tracks, options.workers)]
    if options.real:
        real = list(real_tracks(options.real))
        corpora.append(measure(options.real_name, real, options.tracks, options.workers))
    costs = fingerprint_milliseconds(embedded[0]), comparison_seconds() * math.pow(100_000 / TRIAL, 2)
    text = page(corpora, options.threshold, costs)
    print(text)
    if options.write:
        save_png(picture(corpora, options.threshold), ROOT / "docs/images/duplicates.png", dpi=110)
        (ROOT / "docs/duplicates.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
