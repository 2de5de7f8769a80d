"""A small clean run: sound, words and representations all follow hidden factors, which genre and artist influence; no label is read on the way.

As `reprise.audit.source` reads it: files in the places of a real run. Tracks of one artist are alike and share their genre, which is what makes
row-wise permutation tests alarm on clean data.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

GENRES = ("blues", "jazz", "metal", "reggae", "classical", "hip hop")
LANGUAGES = ("English", "Bangla")
ARTISTS, PER_ARTIST = 48, 3
TRACKS = ARTISTS * PER_ARTIST
FACTORS = 6
PARTS = np.array(["train", "train", "train", "validation", "test"])
VOCABULARY = 80
CLUSTERS, SEEDS = 6, 3
MODELS = ("pca", "ae_multimodal", "cvae")
PARAMS = {
    "seed": 0,
    "models": {name: {} for name in MODELS},
    "cluster": {"k": CLUSTERS, "seeds": SEEDS, "methods": ["kmeans", "agglomerative"]},
    "compare": {"seeds": SEEDS, "bootstrap": 10},
    "split": {"train": 0.6, "validation": 0.2, "test": 0.2, "duplicate_similarity": 0.8},
    "audit": {"level": 0.01, "permutations": 4999},
}
"""Parameters of the simulated run, as the stage gets them."""

Naming = Literal["hash", "archive", "genre"]
Floats = NDArray[np.float64]


@dataclass
class World:
    """Tracks of a simulated collection, in ascending order of their ids.

    Attributes
    ----------
    seed
        Draws everything.
    naming
        How tracks are named: by a hash, by their row in an archive that lists genre after genre, or by genre and hash.
    """

    seed: int
    naming: Naming = "hash"
    rng: np.random.Generator = field(init=False)
    ids: NDArray[np.str_] = field(init=False)
    artist: NDArray[np.int64] = field(init=False)
    genre: NDArray[np.int64] = field(init=False)
    language: NDArray[np.int64] = field(init=False)
    factors: Floats = field(init=False)
    split: NDArray[np.str_] = field(init=False)

    def __post_init__(self) -> None:
        """Draw artists, genres, factors and names."""
        self.rng = np.random.default_rng(self.seed)
        artist = np.repeat(np.arange(ARTISTS), PER_ARTIST)
        genre = self.rng.integers(0, len(GENRES), ARTISTS)[artist]
        styles, hands = (self.rng.normal(size=(count, FACTORS)) for count in (len(GENRES), ARTISTS))
        factors = 0.7 * styles[genre] + 0.5 * hands[artist] + self.rng.normal(size=(TRACKS, FACTORS))
        ids = self._names(genre)
        order = np.argsort(ids)
        self.ids, self.artist, self.genre, self.factors = (
            ids[order],
            artist[order],
            genre[order],
            factors[order],
        )
        self.language = self.rng.integers(0, len(LANGUAGES), ARTISTS)[self.artist]
        self.split = PARTS[self.artist % len(PARTS)]

    def _names(self, genre: NDArray[np.int64]) -> NDArray[np.str_]:
        digests = [hashlib.sha256(f"{self.seed}/{row}".encode()).hexdigest()[:16] for row in range(TRACKS)]
        if self.naming == "archive":
            place = np.argsort(np.argsort(genre, kind="stable"))
            return np.array([f"{row:016d}" for row in place])
        if self.naming == "genre":
            return np.array([f"{code}_{digest[:14]}" for code, digest in zip(genre, digests, strict=True)])
        return np.array(digests)

    @property
    def groups(self) -> NDArray[np.str_]:
        """Group of each track: the smallest id of its artist."""
        return np.array([self.ids[np.flatnonzero(self.artist == one)[0]] for one in self.artist])

    def table(self, **columns: object) -> pd.DataFrame:
        """Return a table keyed by track."""
        return pd.DataFrame({"track_id": self.ids, **columns})

    def mixed(self, columns: int, noise: float = 0.5) -> Floats:
        """Return noisy linear functions of the factors, shape (n, columns)."""
        mixed: Floats = self.factors @ self.rng.normal(size=(FACTORS, columns))
        return mixed + noise * self.rng.normal(size=mixed.shape)

    def lyrics(self) -> tuple[list[str], NDArray[np.float32]]:
        """Return lyrics whose words follow the factors, in each track's language, and an embedding that follows the words."""
        topics = np.exp(1.5 * self.factors @ self.rng.normal(size=(FACTORS, VOCABULARY)) / 2)
        counts = np.array([self.rng.multinomial(40, row / row.sum()) for row in topics])
        forms = (
            np.array([f"word{n}" for n in range(VOCABULARY)]),
            np.array([f"শব্দ{n}" for n in range(VOCABULARY)]),
        )
        texts = [
            "\n".join(
                " ".join(line) for line in self.rng.permutation(np.repeat(forms[spoken], row)).reshape(8, 5)
            )
            for spoken, row in zip(self.language, counts, strict=True)
        ]
        tongue = np.eye(len(LANGUAGES))[self.language] @ self.rng.normal(size=(len(LANGUAGES), 24))
        vectors = counts @ self.rng.normal(size=(VOCABULARY, 24)) + 4 * tongue
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return texts, unit.astype(np.float32)
