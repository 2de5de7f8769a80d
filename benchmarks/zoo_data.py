"""The tracks of a benchmark of models: features and splits by the project's own code, genres apart from both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import soundfile

from reprise.audio.extract import Job, extract_collection
from reprise.audio.settings import AudioSettings
from reprise.splitting.assign import Fractions
from reprise.splitting.split import Fingerprints, SplitSettings, split
from reprise.tables import read_array, read_table, write_array, write_table
from reprise.training.tracks import Tracks, read_tracks
from sections import ROOT

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIXES = {".wav", ".flac", ".au"}
SAMPLES = 660_000
RATE = 22_050
EMBEDDED = "synthetic"


@dataclass(frozen=True)
class Collection:
    """Tracks with the project's split, and the genre of each, which no model sees."""

    tracks: Tracks
    genres: NDArray[np.str_]

    @property
    def unseen(self) -> NDArray[np.int64]:
        """Row numbers of the test tracks."""
        seen = np.concatenate([self.tracks.train, self.tracks.validation])
        return np.setdiff1d(np.arange(len(self.genres)), seen)

    def whole(self) -> Tracks:
        """Return the tracks with the test tracks among those to train on; validation still says when to stop."""
        return replace(self.tracks, train=np.sort(np.concatenate([self.tracks.train, self.unseen])))


def embedded() -> Collection:
    """Return the tracks of the last ``dvc repro``."""
    data = ROOT / "data"
    labels = read_table(data / "corpus/tracks/labels.parquet", "labels")
    features = data / "features/tracks"
    tracks = read_tracks(
        features / "frames",
        data / "splits/tracks.parquet",
        data / "lyrics/tracks",
        segments=features / "segments",
    )
    return Collection(tracks, _genres(labels, tracks))


def extracted(folder: Path, work: Path, params: Mapping[str, Any]) -> Collection:
    """Return the files ``<genre>.<name>.<suffix>`` of a folder, cropped to 30 s.

    Parameters
    ----------
    folder
        Audio, mono or not, at 22,050 Hz.
    work
        Empty folder for clips and features.
    params
        The content of ``params.yaml``.
    """
    rows, genres = [], []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES:
            continue
        values, rate = soundfile.read(path, dtype="int16", always_2d=True)
        mono = values.mean(1).round().astype("<i2")[:SAMPLES]
        if rate != RATE or len(mono) < SAMPLES:
            print(f"{path.name}: left out ({len(mono)} samples at {rate} Hz)")
            continue
        track = hashlib.sha256(mono.tobytes()).hexdigest()[:16]
        (work / "audio").mkdir(exist_ok=True)
        soundfile.write(work / "audio" / f"{track}.wav", mono, rate)
        rows.append({"track_id": track, "n_samples": len(mono), "sample_rate": rate})
        genres.append({"track_id": track, "genre": path.name.split(".")[0]})
    p = params["features"]
    settings = AudioSettings(p["sample_rate"], p["n_fft"], p["hop_length"], p["n_mels"], p["n_mfcc"])
    extract_collection(work / "audio", pd.DataFrame(rows).drop_duplicates(), work, Job(settings))
    write_table(work / "splits.parquet", _split(work, params), "splits")
    write_array(work / "lyrics/embeddings.npy", np.zeros((0, 384), np.float32))
    write_table(work / "lyrics/tracks.parquet", pd.DataFrame({"track_id": pd.Series([], dtype="string")}))
    tracks = read_tracks(
        work / "frames", work / "splits.parquet", work / "lyrics", segments=segments_folder(work)
    )
    return Collection(tracks, _genres(pd.DataFrame(genres).drop_duplicates(), tracks))


def segments_folder(features: Path) -> Path:
    """Return where the features of segments lie: in a folder of their own, or beside the other vectors."""
    own = features / "segments"
    return own if own.exists() else features / "vectors"


def _split(work: Path, params: Mapping[str, Any]) -> pd.DataFrame:
    ids = list(read_table(work / "vectors/descriptors.parquet", "descriptors")["track_id"])
    groups = pd.DataFrame({"track_id": ids, "artist_id": ids, "official_split": None})
    p = params["split"]
    settings = SplitSettings(
        Fractions(p["train"], p["validation"], p["test"]), p["duplicate_similarity"], params["seed"]
    )
    fingerprints = Fingerprints(ids, read_array(work / "vectors/fingerprints.npy"))
    return split(groups, fingerprints, settings).rows


def _genres(labels: pd.DataFrame, tracks: Tracks) -> NDArray[np.str_]:
    found: NDArray[np.str_] = (
        labels.set_index("track_id")["genre"].reindex(tracks.ids).to_numpy(dtype=np.str_)
    )
    return found
