"""Writing a simulated world as the stages of a run leave it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from reprise import tables
from reprise.audit.differences import difference
from reprise.audit.placebo_store import Placebo, save_placebo
from reprise.audit.simulation.world import GENRES, LANGUAGES, MODELS, TRACKS, World
from reprise.datasets.wav import wav_bytes
from reprise.tables import DESCRIPTORS, TARGETS

SAMPLES = 500
EXCHANGED = 40
EMPTY = {
    "missing": {},
    "embedded": True,
    "title": "simulated",
    "source": "simulated",
    "licence": "none",
    "dataset": "synthetic",
}
ABOUT = EMPTY | {"n_rejects": 0, "n_duplicates": 0, "n_samples": SAMPLES}


def write_data(world: World, data: Path) -> None:
    """Write everything under ``data`` but clusters and what follows from them."""
    _corpus(world, data / "corpus/tracks")
    for role in ("tracks", "emotion", "songs"):
        _features(world, data, role)
        tables.write_json(data / "corpus" / role / "corpus.json", ABOUT)
    _lyrics(world, data)
    _models(world, data / "models")
    _songs(world, data / "corpus/songs")
    _emotion(world, data / "corpus/emotion")
    _placebo(world, data)


def _corpus(world: World, folder: Path) -> None:
    (folder / "audio").mkdir(parents=True)
    levels = np.exp(0.3 * world.factors[:, 0]) * 500
    for track, level in zip(world.ids, levels, strict=True):
        pcm = world.rng.normal(0, level, SAMPLES).clip(-32000, 32000).astype(np.int16)
        pcm[-1] = 1
        (folder / "audio" / f"{track}.wav").write_bytes(wav_bytes(pcm, 22050))
    labels = world.table(genre=np.array(GENRES)[world.genre], language=np.array(LANGUAGES)[world.language])
    factors = world.table(**{f"factor{n}": column for n, column in enumerate(world.factors.T)})
    tables.write_table(folder / "tracks.parquet", world.table(n_samples=SAMPLES, sample_rate=22050), "tracks")
    tables.write_table(folder / "labels.parquet", labels, "labels")
    tables.write_table(folder / "factors.parquet", factors, "factors")
    _groups(world, folder)
    for part, rows in (("train", world.split != "test"), ("test", world.split == "test")):
        tables.write_table(folder.parents[1] / f"labels/{part}/labels.parquet", labels[rows], "labels")


def _groups(world: World, folder: Path) -> None:
    artists = [world.groups[row][::-1] for row in range(TRACKS)]
    tables.write_table(
        folder / "groups.parquet", world.table(artist_id=artists, official_split=None), "groups"
    )


def _features(world: World, data: Path, role: str) -> None:
    folder = data / "features" / role / "vectors"
    descriptors = pd.DataFrame(world.mixed(len(DESCRIPTORS)), columns=list(DESCRIPTORS))
    descriptors["rms_mean"] = 0.3 * world.factors[:, 0] + 0.01 * world.rng.normal(size=TRACKS)
    pooled = pd.DataFrame(world.mixed(30), columns=[f"p{number}" for number in range(30)])
    prints = world.rng.normal(size=(TRACKS, 128)).astype(np.float32)
    tables.write_table(
        folder / "descriptors.parquet", pd.concat([world.table(), descriptors], axis=1), "descriptors"
    )
    tables.write_table(folder / "pooled.parquet", pd.concat([world.table(), pooled], axis=1))
    tables.write_array(folder / "fingerprints.npy", prints / np.linalg.norm(prints, axis=1, keepdims=True))
    if role != "emotion":
        split = world.table(split=world.split, group_id=world.groups)
        tables.write_table(data / f"splits/{role}.parquet", split, "splits")


def _lyrics(world: World, data: Path) -> None:
    texts, embeddings = world.lyrics()
    tables.write_table(data / "corpus/tracks/lyrics.parquet", world.table(text=texts), "lyrics")
    tables.write_array(data / "lyrics/tracks/embeddings.npy", embeddings)
    tables.write_table(data / "lyrics/tracks/tracks.parquet", world.table())


def _models(world: World, folder: Path) -> None:
    words = np.asarray(tables.read_array(folder.parent / "lyrics/tracks/embeddings.npy"))
    for model in MODELS:
        given = "genre of training tracks" if model == "cvae" else "none"
        latents = world.mixed(8)
        if model == "ae_multimodal":
            latents = np.hstack([latents, 3 * words @ world.rng.normal(size=(words.shape[1], 6))])
        config = {"available": True, "model": model, "labels_used": given}
        lyrics = {"lyrics_components": 6 if model == "ae_multimodal" else 0}
        tables.write_json(folder / model / "config.json", config | {"params": lyrics})
        tables.write_array(folder / model / "latents.npy", latents.astype(np.float32))
        tables.write_table(folder / model / "tracks.parquet", world.table())
        if given != "none":
            planted = np.hstack([latents, np.eye(len(GENRES))[world.genre]]).astype(np.float32)
            tables.write_array(folder / model / "negative_control.npy", planted)
            tables.write_table(folder / model / "tracks_given.parquet", world.table())


def _songs(world: World, folder: Path) -> None:
    labels = world.table(genre=np.array(GENRES)[world.genre], language="English")
    years = pd.array(world.rng.integers(1950, 2020, TRACKS), "Int64")
    targets = pd.DataFrame(world.mixed(len(TARGETS)), columns=list(TARGETS))
    tables.write_table(folder / "labels.parquet", labels, "labels")
    _groups(world, folder)
    tables.write_table(
        folder / "metadata.parquet", world.table(title="t", artist="a", year=years), "metadata"
    )
    tables.write_table(folder / "targets.parquet", pd.concat([world.table(), targets], axis=1), "targets")
    tables.write_table(folder / "lyrics.parquet", world.table(text="one two three"), "lyrics")


def _emotion(world: World, folder: Path) -> None:
    felt = 1 / (1 + np.exp(-world.factors[:, :2] - 0.3 * world.rng.normal(size=(TRACKS, 2))))
    tables.write_table(
        folder / "affect.parquet", world.table(arousal=felt[:, 0], valence=felt[:, 1]), "affect"
    )
    rows = []
    for triplet in range(TRACKS // PAIRED):
        members = range(PAIRED * triplet, PAIRED * (triplet + 1))
        for first, second in ((0, 1), (1, 2), (0, 2)):
            for column, dimension in enumerate(("arousal", "valence")):
                a, b = members[first], members[second]
                rows.append(_judged(world, f"{triplet:05d}", dimension, (a, b), felt[[a, b], column]))
    tables.write_table(folder / "pairs.parquet", pd.DataFrame(rows), "pairs")


PAIRED = 3


def _judged(
    world: World, triplet: str, dimension: str, pair: tuple[int, int], felt: np.ndarray
) -> dict[str, object]:
    votes = int(world.rng.binomial(3, 1 / (1 + np.exp(-8 * (felt[0] - felt[1])))))
    return {
        "triplet_id": triplet,
        "track_a": world.ids[pair[0]],
        "track_b": world.ids[pair[1]],
        "dimension": dimension,
        "higher_value": "a" if votes >= 2 else "b",
        "agreement": "full-agreement" if votes in (0, 3) else "majority-agreement",
        "consistency": "consistent" if world.rng.random() < 0.7 else "inconsistent",
        "votes_a": votes,
        "votes_b": 3 - votes,
        "votes_tie": 0,
    }


def _placebo(world: World, data: Path) -> None:
    """Write what a placebo of honest functions gives: the owners' rows, to the rounding of another processor."""
    vectors = data / "features/tracks/vectors"
    stored = {
        "audio": {
            name: tables.read_table(vectors / f"{name}.parquet")
            .drop(columns="track_id")
            .to_numpy(dtype=np.float64)
            for name in ("descriptors", "pooled")
        },
        "lyrics": {"embeddings": np.asarray(tables.read_array(data / "lyrics/tracks/embeddings.npy"))},
    }
    outcomes = {}
    for modality, arrays in stored.items():
        receivers = np.sort([np.flatnonzero(world.artist == artist)[0] for artist in range(EXCHANGED)])
        owners = world.rng.permutation(receivers)
        made = {
            name: rows[owners] * (1 + 1e-6 * world.rng.normal(size=rows[owners].shape))
            for name, rows in arrays.items()
        }
        differences = {name: difference(made[name], arrays[name][owners]) for name in arrays}
        rows = np.concatenate([made[name] for name in sorted(made)], axis=1)
        stage = "features" if modality == "audio" else "lyrics"
        outcomes[modality] = Placebo(modality, stage, world.ids[receivers], rows, differences)
    save_placebo(data / "placebo", outcomes)
