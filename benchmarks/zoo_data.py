"""The tracks of a benchmark of models: features and splits by the project's own code, genres apart from both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
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
PEERS = {"hand-made features": "pooled.parquet", "22 descriptors": "descriptors.parquet"}


@dataclass(frozen=True)
class Collection:
    """Tracks with the project's split, and the genre of each, which no model sees.

    Parameters
    ----------
    tracks
        All tracks, others included; no model learns from those.
    genres
        Shape ``(n,)``.
    peers
        Hand-made features by name, shape ``(n, features)``.
    others
        Rows of tracks that are not of the collection.
    about_others
        What they are.
    """

    tracks: Tracks
    genres: NDArray[np.str_]
    peers: Mapping[str, NDArray[np.float64]]
    others: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    about_others: str = ""

    @property
    def own(self) -> NDArray[np.int64]:
        """Row numbers of the tracks of the collection."""
        return np.setdiff1d(np.arange(len(self.genres)), self.others)

    @property
    def unseen(self) -> NDArray[np.int64]:
        """Row numbers of its test tracks."""
        return np.setdiff1d(self.own, np.concatenate([self.tracks.train, self.tracks.validation]))

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
    return Collection(tracks, _genres(labels, tracks), _peers(features / "vectors", tracks))


def extracted(folder: Path, others: Path | None, work: Path, params: Mapping[str, Any]) -> Collection:
    """Return the files ``<genre>.<name>.<suffix>`` of two folders, each file cropped to 30 s or repeated up to it.

    Parameters
    ----------
    folder
        Audio of the collection, mono or not, at 22,050 Hz.
    others
        Audio of tracks that are not to be learned from.
    work
        Empty folder for clips and features.
    params
        The content of ``params.yaml``.
    """
    own = list(_clips(folder, work))
    known = {row["track_id"] for row in own}
    further = [] if others is None else [row for row in _clips(others, work) if row["track_id"] not in known]
    table = pd.DataFrame([*own, *further]).drop_duplicates("track_id")
    p = params["features"]
    settings = AudioSettings(p["sample_rate"], p["n_fft"], p["hop_length"], p["n_mels"], p["n_mfcc"])
    clips = table[["track_id", "n_samples", "sample_rate"]]
    extract_collection(work / "audio", clips, work, Job(settings))
    write_table(work / "splits.parquet", _split(work, params, known), "splits")
    write_array(work / "lyrics/embeddings.npy", np.zeros((0, 384), np.float32))
    write_table(work / "lyrics/tracks.parquet", pd.DataFrame({"track_id": pd.Series([], dtype="string")}))
    tracks = read_tracks(
        work / "frames", work / "splits.parquet", work / "lyrics", segments=work / "segments"
    )
    foreign = np.array([row for row, name in enumerate(tracks.ids.tolist()) if name not in known], np.int64)
    return Collection(
        tracks, _genres(table, tracks), _peers(work / "vectors", tracks), foreign, _about(further)
    )


def _clips(folder: Path, work: Path) -> Iterator[dict[str, Any]]:
    """Write every file as a clip of 30 s; yield its name, its genre and how long the file was."""
    (work / "audio").mkdir(exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES:
            continue
        values, rate = soundfile.read(path, dtype="int16", always_2d=True)
        if rate != RATE or len(values) < RATE:
            print(f"{path.name}: left out ({len(values)} samples at {rate} Hz)")
            continue
        mono = np.resize(
            values.mean(1).round().astype("<i2"), SAMPLES
        )  # begins again at the end of a short file
        track = hashlib.sha256(mono.tobytes()).hexdigest()[:16]
        soundfile.write(work / "audio" / f"{track}.wav", mono, rate)
        yield {
            "track_id": track,
            "n_samples": SAMPLES,
            "sample_rate": rate,
            "genre": path.name.split(".")[0],
            "seconds": min(len(values), SAMPLES) / rate,
        }


def _about(further: list[dict[str, Any]]) -> str:
    if not further:
        return ""
    seconds = float(np.median([row["seconds"] for row in further]))
    return f"{seconds:.1f} s each (median; shorter than 30 s is repeated)"


def _split(work: Path, params: Mapping[str, Any], known: Set[str]) -> pd.DataFrame:
    """Split the collection as the pipeline would; other tracks are test tracks."""
    ids = list(read_table(work / "vectors/descriptors.parquet", "descriptors")["track_id"])
    own = np.array([name in known for name in ids])
    mine = [name for name in ids if name in known]
    groups = pd.DataFrame({"track_id": mine, "artist_id": mine, "official_split": None})
    p = params["split"]
    settings = SplitSettings(
        Fractions(p["train"], p["validation"], p["test"]), p["duplicate_similarity"], params["seed"]
    )
    prints = read_array(work / "vectors/fingerprints.npy")[own]
    rows = split(groups, Fingerprints(mine, prints), settings).rows
    outside = [name for name in ids if name not in known]
    foreign = pd.DataFrame({"track_id": outside, "split": "test", "group_id": outside})
    return pd.concat([rows, foreign.reindex(columns=rows.columns)], ignore_index=True).sort_values("track_id")


def _genres(labels: pd.DataFrame, tracks: Tracks) -> NDArray[np.str_]:
    found: NDArray[np.str_] = (
        labels.set_index("track_id")["genre"].reindex(tracks.ids).to_numpy(dtype=np.str_)
    )
    return found


def _peers(vectors: Path, tracks: Tracks) -> dict[str, NDArray[np.float64]]:
    found = {}
    for name, file in PEERS.items():
        table = read_table(vectors / file).set_index("track_id").reindex(tracks.ids)
        found[name] = table.to_numpy(dtype=np.float64)
    return found
