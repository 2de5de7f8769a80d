"""A small clean world on disk, as the stages before the audit leave it: sound, words and representations all follow hidden factors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from reprise import tables
from reprise.audit.labelling import Labelling, Plan
from reprise.audit.run import Settings
from reprise.audit.source import Material, read_material
from reprise.datasets.wav import wav_bytes
from reprise.tables import DESCRIPTORS, TARGETS

GENRES = ("blues", "jazz", "metal", "reggae", "classical", "hip hop")
ARTISTS, PER_ARTIST = 48, 3
N = ARTISTS * PER_ARTIST
MODELS = ("pca", "cvae")


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Run as the stage does: small matrices on many threads of a busy machine mostly wait."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def settings() -> Settings:
    return Settings(Plan(permutations=1999, seed=0), level=0.01, duplicate_similarity=0.97)


@pytest.fixture
def labelled() -> Callable[[int], Labelling]:
    """Build a labelling of tracks whose ids, artists and genres are drawn anew for each seed."""

    def build(seed: int) -> Labelling:
        rng = np.random.default_rng(seed)
        artists = np.repeat([f"artist{number}" for number in range(ARTISTS)], PER_ARTIST)
        genre = np.repeat(rng.choice(GENRES, ARTISTS), PER_ARTIST)
        return Labelling.build("genre", _hashes(seed), genre, artists)

    return build


@pytest.fixture
def clean_world(tmp_path: Path) -> Callable[[int], Path]:
    """Write a clean world and return its root."""

    def build(seed: int) -> Path:
        root = tmp_path / f"world{seed}"
        _World(root, seed).write()
        return root

    return build


@pytest.fixture
def clean_material(clean_world: Callable[[int], Path]) -> Callable[[int], Material]:
    def build(seed: int = 0) -> Material:
        root = clean_world(seed)
        return read_material(root / "data", root / "metrics", list(MODELS))

    return build


@pytest.fixture(scope="session")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Return the clean world of seed 0, to plant leaks in (nothing in it may be changed in place)."""
    root = tmp_path_factory.mktemp("world")
    _World(root, 0).write()
    return read_material(root / "data", root / "metrics", list(MODELS))


def _hashes(seed: int, n: int = N) -> NDArray[np.str_]:
    digests = [hashlib.sha256(f"{seed}/{number}".encode()).hexdigest()[:16] for number in range(n)]
    return np.array(digests, dtype=np.str_)


class _World:
    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.rng = root, np.random.default_rng(seed)
        self.ids = _hashes(seed)
        self.artist = np.repeat(np.arange(ARTISTS), PER_ARTIST)
        self.genre = self.rng.integers(0, len(GENRES), ARTISTS)[self.artist]
        styles = self.rng.normal(size=(len(GENRES), 6))
        hands = self.rng.normal(size=(ARTISTS, 6))
        self.factors = 0.7 * styles[self.genre] + 0.5 * hands[self.artist] + self.rng.normal(size=(N, 6))
        order = np.argsort(self.ids)
        for name in ("ids", "artist", "genre", "factors"):
            setattr(self, name, getattr(self, name)[order])
        self.split = np.array(["train", "train", "train", "validation", "test"])[self.artist % 5]

    def write(self) -> None:
        self._corpus()
        self._features("tracks")
        self._lyrics()
        self._models()
        self._clusters()
        self._songs()
        self._rest()

    def _table(self, **columns: object) -> pd.DataFrame:
        return pd.DataFrame({"track_id": self.ids, **columns})

    def _mixed(self, columns: int, noise: float = 0.5) -> NDArray[np.float64]:
        mixed: NDArray[np.float64] = self.factors @ self.rng.normal(size=(6, columns))
        return mixed + noise * self.rng.normal(size=mixed.shape)

    def _corpus(self) -> None:
        folder = self.root / "data/corpus/tracks"
        (folder / "audio").mkdir(parents=True)
        self.level = np.exp(0.3 * self.factors[:, 0]) * 500
        for track, level in zip(self.ids, self.level, strict=True):
            pcm = self.rng.normal(0, level, 500).clip(-32000, 32000).astype(np.int16)
            pcm[-1] = 1
            (folder / "audio" / f"{track}.wav").write_bytes(wav_bytes(pcm, 22050))
        genre = np.array(GENRES)[self.genre]
        tables.write_table(folder / "tracks.parquet", self._table(n_samples=500, sample_rate=22050), "tracks")
        tables.write_table(folder / "labels.parquet", self._table(genre=genre, language="en"), "labels")
        groups = self._table(artist_id=[f"a{number}" for number in self.artist], official_split=None)
        tables.write_table(folder / "groups.parquet", groups, "groups")
        tables.write_json(folder / "corpus.json", {"missing": {}})
        self.labels = self._table(genre=genre, language="en")
        self.groups = groups
        for part, rows in (("train", self.split != "test"), ("test", self.split == "test")):
            tables.write_table(self.root / f"data/labels/{part}/labels.parquet", self.labels[rows], "labels")

    def _features(self, role: str) -> None:
        folder = self.root / "data/features" / role / "vectors"
        descriptors = pd.DataFrame(self._mixed(22), columns=list(DESCRIPTORS))
        descriptors["rms_mean"] = np.log(self.level) + 0.01 * self.rng.normal(size=N)
        tables.write_table(
            folder / "descriptors.parquet", pd.concat([self._table(), descriptors], axis=1), "descriptors"
        )
        pooled = pd.DataFrame(self._mixed(30), columns=[f"p{number}" for number in range(30)])
        tables.write_table(folder / "pooled.parquet", pd.concat([self._table(), pooled], axis=1))
        prints = self.rng.normal(size=(N, 128)).astype(np.float32)
        tables.write_array(
            folder / "fingerprints.npy", prints / np.linalg.norm(prints, axis=1, keepdims=True)
        )
        split = self._table(split=self.split, group_id=[f"g{number}" for number in self.artist])
        tables.write_table(self.root / f"data/splits/{role}.parquet", split, "splits")

    def _lyrics(self) -> None:
        words = np.array([f"word{number}" for number in range(80)])
        topics = np.exp(1.5 * self.factors @ self.rng.normal(size=(6, 80)) / 2)
        counts = [self.rng.multinomial(40, row / row.sum()) for row in topics]
        text = [" ".join(np.repeat(words, count)) for count in counts]
        embeddings = np.array(counts) @ self.rng.normal(size=(80, 24))
        embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
        tables.write_table(self.root / "data/corpus/tracks/lyrics.parquet", self._table(text=text), "lyrics")
        tables.write_array(self.root / "data/lyrics/tracks/embeddings.npy", embeddings.astype(np.float32))
        tables.write_table(self.root / "data/lyrics/tracks/tracks.parquet", self._table())

    def _models(self) -> None:
        for model, given in zip(MODELS, ("none", "genre of training tracks"), strict=True):
            folder = self.root / "data/models" / model
            latents = self._mixed(8).astype(np.float32)
            config = {"available": True, "model": model, "labels_used": given}
            tables.write_json(folder / "config.json", config)
            tables.write_array(folder / "latents.npy", latents)
            tables.write_table(folder / "tracks.parquet", self._table())
            if given != "none":
                planted = np.hstack([latents, np.eye(len(GENRES))[self.genre]]).astype(np.float32)
                tables.write_array(folder / "negative_control.npy", planted)
                tables.write_table(folder / "tracks_given.parquet", self._table())

    def _clusters(self) -> None:
        runs, against = [], {}
        for method in ("kmeans", "gmm"):
            clusters = [
                np.where(self.rng.random(N) < 0.5, self.genre, self.rng.integers(0, 6, N)) for _ in range(3)
            ]
            runs += [self._table(method=method, seed=seed, cluster=run) for seed, run in enumerate(clusters)]
            against[method] = {
                scope: float(
                    np.mean([adjusted_mutual_info_score(self.genre[rows], run[rows]) for run in clusters])
                )
                for scope, rows in (("all", self.split != ""), ("test", self.split == "test"))
            }
        scores = {
            scope: {method: {"ami": {"value": found[scope]}} for method, found in against.items()}
            for scope in ("all", "test")
        }
        tables.write_table(self.root / "data/clusters/assignments.parquet", pd.concat(runs), "assignments")
        report = {"available": True, "against": {"genre": {"available": True, **scores}}}
        tables.write_json(self.root / "metrics/evaluate.json", report)

    def _songs(self) -> None:
        folder = self.root / "data/corpus/songs"
        self._features("songs")
        tables.write_table(folder / "labels.parquet", self.labels, "labels")
        tables.write_table(folder / "groups.parquet", self.groups, "groups")
        years = pd.array(self.rng.integers(1950, 2020, N), "Int64")
        tables.write_table(
            folder / "metadata.parquet", self._table(title="t", artist="a", year=years), "metadata"
        )
        targets = pd.DataFrame(self._mixed(18), columns=list(TARGETS))
        tables.write_table(folder / "targets.parquet", pd.concat([self._table(), targets], axis=1), "targets")
        tables.write_table(folder / "lyrics.parquet", self._table(text="one two three"), "lyrics")

    def _rest(self) -> None:
        triplets = np.repeat(np.arange(20), 3)
        sides = {"track_a": self.ids[3 * triplets % N], "track_b": self.ids[(3 * triplets + 1) % N]}
        pairs = pd.DataFrame({"triplet_id": [f"t{number}" for number in triplets], **sides})
        pairs = pairs.assign(dimension="arousal", higher_value="a", agreement="full-agreement")
        pairs = pairs.assign(consistency="consistent", votes_a=3, votes_b=0, votes_tie=0)
        tables.write_table(self.root / "data/corpus/emotion/pairs.parquet", pairs, "pairs")
        names = np.array(["slow dark", "fast bright", "loud dense"])[(self.factors[:, 1] > 0).astype(int)]
        csv = self._table(new_acoustic_label=names)
        tables.write_csv(self.root / "data/tracks_with_cluster_names.csv", csv)
