"""What a proof may look at: latents, labels, splits, true factors, descriptors, and the trained model itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import Clusters, cluster
from reprise.errors import BadInput, MissingData
from reprise.evaluation.properties import read_properties
from reprise.evaluation.reference import Reference, read_reference
from reprise.evaluation.uncertainty import Resampling
from reprise.models.read_latents import NO_LABELS, Latents, Unavailable, fair_scope, load_latents
from reprise.proofs.linear import mfcc_scores
from reprise.tables import read_array, read_json, read_table

if TYPE_CHECKING:
    import pandas as pd

    from reprise.models.base import Model
    from reprise.training.tracks import Tracks


@dataclass(frozen=True)
class Places:
    """Where the evidence lies: the declared inputs of the stage ``prove``."""

    models: Path
    frames: Path
    vectors: Path
    lyrics: Path
    labels: Path
    splits: Path
    corpus: Path
    factors_corpus: Path
    factors_frames: Path


@dataclass(frozen=True)
class Probe:
    """Tracks rendered with known factors, as the model embeds them.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    factors
        One row per track, the factors that vary, drawn independently of each other.
    """

    latents: NDArray[np.float64]
    factors: pd.DataFrame


@dataclass(frozen=True)
class Grid:
    """Tracks rendered with one factor varied and all others still, as the model embeds them.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    table
        One row per track: ``factor`` that is varied, ``base`` (which piece), ``level`` (from 0 up).
    """

    latents: NDArray[np.float64]
    table: pd.DataFrame


@dataclass(frozen=True)
class Evidence:
    """The evidence about one model.

    Parameters
    ----------
    name
        The model.
    places
        Where its data lie.
    latents
        Its latents of all tracks.
    k, seeds
        Number of clusters and of clustering seeds.
    resampling
        Numbers of resamples and permutations.
    """

    name: str
    places: Places
    latents: Latents
    k: int
    seeds: int
    resampling: Resampling

    @cached_property
    def reference(self) -> Reference:
        """Labels, splits and groups in the order of the latents."""
        return read_reference(
            self.places.labels, self.places.splits, self.places.corpus / "corpus.json", self.latents.track_ids
        )

    @property
    def attribute(self) -> str:
        """The label the model was given, or the one it is judged by."""
        return str(self.config["params"].get("mode", "genre")) if self.conditional else "genre"

    @property
    def conditional(self) -> bool:
        """Whether the model was given labels."""
        return self.latents.labels_used != NO_LABELS

    @property
    def scope(self) -> str:
        """``test`` for models that were given labels, else ``all``."""
        return fair_scope(self.latents.labels_used)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The model's configuration."""
        return read_json(self.places.models / self.name / "config.json")

    @cached_property
    def baseline(self) -> NDArray[np.float32]:
        """PCA of the flattened MFCC with as many components as the model has latent units: the peer of every gain."""
        mfcc = read_array(self.places.frames / "mfcc.npy", mmap=False)
        frames = read_table(self.places.frames / "tracks.parquet", "frames")["track_id"].to_numpy(
            dtype=np.str_
        )
        rows = np.searchsorted(frames, self.latents.track_ids)
        if not np.array_equal(frames[np.minimum(rows, len(frames) - 1)], self.latents.track_ids):
            raise BadInput(
                f"{self.places.frames}: other tracks than the model embeds; train it again (dvc repro)"
            )
        train = np.flatnonzero(self.reference.split == "train")
        return mfcc_scores(mfcc[rows], train, self.latents.values.shape[1])

    @cached_property
    def given(self) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        """Latents of labelled tracks encoded with their true class, and the row of each; conditional models only."""
        found = load_latents(self.places.models / self.name, "latents_given")
        assert isinstance(found, Latents)  # the model itself is available
        return found.values, np.searchsorted(self.latents.track_ids, found.track_ids)

    @cached_property
    def model(self) -> Model:
        """The trained model, loaded once.

        Raises
        ------
        MissingData
            If the model is not available.
        """
        from reprise.models.store import load_model  # brings what only models of weights need

        found = load_model(self.places.models / self.name)
        if isinstance(found, Unavailable):
            raise MissingData(f"the model {self.name} is not available: {found.why}")
        return found

    @cached_property
    def tracks(self) -> Tracks:
        """The maps of all tracks, without labels."""
        from reprise.training.tracks import read_tracks

        return read_tracks(self.places.frames, self.places.splits, self.places.lyrics)

    @cached_property
    def _rendered(self) -> tuple[pd.DataFrame, NDArray[np.float64], pd.DataFrame] | None:
        """Factors, latents and grid positions of the tracks rendered for proofs; ``None`` where the dataset has none."""
        from reprise.training.tracks import Tracks

        ids = read_table(self.places.factors_frames / "tracks.parquet", "frames")["track_id"].to_numpy(
            np.str_
        )
        factors = read_table(self.places.factors_corpus / "factors.parquet", "factors").set_index("track_id")
        if factors.empty or factors.shape[1] == 0:
            return None
        mel = read_array(self.places.factors_frames / "mel.npy")
        mfcc = read_array(self.places.factors_frames / "mfcc.npy")
        lyrics = np.zeros((len(ids), self.tracks.lyrics.shape[1]), np.float32)
        none = np.array([], np.int64)
        tracks = Tracks(ids, mel, mfcc, none, none, lyrics, np.zeros(len(ids), np.bool_))
        latents = np.asarray(self.model.embed(tracks), np.float64)
        grid = read_table(self.places.factors_corpus / "grid.parquet", "grid").set_index("track_id")
        return factors.reindex(ids), latents, grid.reindex(ids)

    @cached_property
    def probe(self) -> Probe | None:
        """The tracks with independent factors; ``None`` where the dataset has none."""
        if self._rendered is None:
            return None
        factors, latents, grid = self._rendered
        free = grid["factor"].isna().to_numpy()  # not in the grid: drawn independently
        table = factors[free]
        varying = [column for column in sorted(table.columns) if table[column].nunique() > 1]
        return Probe(latents[free], table[varying]) if varying else None

    @cached_property
    def grid(self) -> Grid | None:
        """The tracks with one factor varied at a time; ``None`` where the dataset has none."""
        if self._rendered is None:
            return None
        _, latents, grid = self._rendered
        placed = grid["factor"].notna().to_numpy()
        return Grid(latents[placed], grid[placed]) if placed.any() else None

    @cached_property
    def properties(self) -> dict[str, NDArray[np.float64]]:
        """Measured acoustic properties of each track by name."""
        return read_properties(self.places.vectors, self.latents.track_ids)

    def kmeans(self, latents: NDArray[Any], k: int | None = None) -> list[Clusters]:
        """Cluster latents by K-Means, once per seed."""
        first = self.resampling.seed
        count = self.k if k is None else k
        return [cluster(latents, "kmeans", count, seed) for seed in range(first, first + self.seeds)]

    @cached_property
    def clusters(self) -> list[Clusters]:
        """K-Means of the model's latents."""
        return self.kmeans(self.latents.values)

    @cached_property
    def baseline_clusters(self) -> list[Clusters]:
        """K-Means of the baseline."""
        return self.kmeans(self.baseline)


def read_evidence(
    name: str, places: Places, k: int, seeds: int, resampling: Resampling
) -> Evidence | Unavailable:
    """Return the evidence about a trained model, or why there is none."""
    latents = load_latents(places.models / name)
    return (
        latents if isinstance(latents, Unavailable) else Evidence(name, places, latents, k, seeds, resampling)
    )
