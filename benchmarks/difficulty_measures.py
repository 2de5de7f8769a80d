"""What the embedded corpus and real music are compared by: features, scores of clusterings, distributions, limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.audio.features import extract
from reprise.clustering.methods import kmeans
from reprise.evaluation.agreement import ami, ari
from reprise.evaluation.probes import linear_probe
from reprise.evaluation.uncertainty import resampled_rows

N_SAMPLES = 660_000
"""Length that every clip is cut to: what both collections have."""
N_MFCC, FOLDS, CLUSTERS, COMPONENTS, RESAMPLES = 20, 5, 10, 32, 200
Z = 1.96
SHAPES = tuple(range(1, 14))
"""Cepstral coefficients whose distributions are compared."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """What is kept of a track: the log-mel map and the MFCC over time, and its pooled features by name."""

    mel: NDArray[np.float16]
    mfcc: NDArray[np.float16]
    values: dict[str, float]


@dataclass(frozen=True)
class Collection:
    """Tracks and their genres; row ``i`` of both is the same track."""

    tracks: Sequence[Heard]
    genres: NDArray[np.str_]

    def take(self, rows: NDArray[np.intp]) -> Collection:
        """Return some of the tracks."""
        return Collection([self.tracks[row] for row in rows], self.genres[rows])

    def draw(self, per_genre: int, seed: int) -> Collection:
        """Return as many tracks of each genre, drawn by a seed."""
        rng = np.random.default_rng(seed)
        rows = [
            rng.permutation(np.flatnonzero(self.genres == genre))[:per_genre]
            for genre in np.unique(self.genres)
        ]
        return self.take(np.concatenate(rows))

    def column(self, name: str) -> Matrix:
        """Return one value of every track."""
        return np.array([track.values[name] for track in self.tracks])

    def pooled(self) -> Matrix:
        """Return mean and standard deviation over time of the MFCC, standardised over the tracks: (n, 40)."""
        names = [f"mfcc_{k:02d}_{pooling}" for pooling in ("mean", "std") for k in range(1, N_MFCC + 1)]
        table = np.stack([self.column(name) for name in names], axis=1)
        return np.asarray((table - table.mean(axis=0)) / table.std(axis=0))

    def flattened(self, components: int | None = None) -> Matrix:
        """Return flattened MFCC, each coefficient standardised over the tracks as the model ``pca`` does.

        In coordinates along the principal axes: all of them, in which distances are those of the flattened vectors,
        or the first few.
        """
        from sklearn.decomposition import PCA

        maps = np.stack([track.mfcc for track in self.tracks]).astype(np.float32)
        maps -= maps.mean(axis=(0, 2), keepdims=True)
        maps /= maps.std(axis=(0, 2), keepdims=True)
        scores = PCA(components or len(maps) - 1, svd_solver="full").fit_transform(
            maps.reshape(len(maps), -1)
        )
        return np.asarray(scores, np.float64)


def hear(samples: NDArray[Any]) -> Heard:
    """Compute the features of one track with the project's own code."""
    cut = samples[:N_SAMPLES]
    found = extract(cut)
    scale = 32_768.0 if cut.dtype == np.int16 else 1.0
    level = 10 * np.log10(np.mean(np.square(cut.astype(np.float64) / scale)))
    values = found.pooled | {"tempo": found.descriptors["tempo"], "loudness": float(level)}
    return Heard(found.log_mel.astype(np.float16), found.mfcc.astype(np.float16), values)


def scores(collection: Collection, seed: int) -> dict[str, float]:
    """Return the figures of one collection: K-Means by representation, and a linear probe for genre."""
    from sklearn.metrics import silhouette_score
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    representations = {
        "flattened MFCC": collection.flattened(),
        f"flattened MFCC, {COMPONENTS} principal components": collection.flattened(COMPONENTS),
        "pooled MFCC": collection.pooled(),
    }
    figures: dict[str, float] = {}
    for name, vectors in representations.items():
        clusters = kmeans(vectors, CLUSTERS, seed)
        figures[f"{name}: AMI"] = ami(collection.genres, clusters)
        figures[f"{name}: ARI"] = ari(collection.genres, clusters)
        figures[f"{name}: silhouette"] = float(silhouette_score(vectors, clusters))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    accuracy = cross_val_score(linear_probe(), collection.pooled(), collection.genres, cv=folds)
    return figures | {"pooled MFCC: linear probe for genre": float(accuracy.mean())}


def over_seeds(runs: Sequence[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Return mean and half-width of the 95 % interval over seeds, by figure."""
    return {
        name: (float(np.mean(values)), Z * float(np.std(values, ddof=1)))
        for name in runs[0]
        for values in [[run[name] for run in runs]]
    }


def bootstrap_error(collection: Collection, score: Callable[[Any, Any], float]) -> float:
    """Return the standard error over tracks of a clustering score of the pooled MFCC."""
    clusters = kmeans(collection.pooled(), CLUSTERS, 0)
    rows = resampled_rows(np.arange(len(clusters)), RESAMPLES, 0)
    return float(np.std([score(collection.genres[drawn], clusters[drawn]) for drawn in rows], ddof=1))


def distributions() -> dict[str, str]:
    """Return what is compared track by track: the title and the name of the value."""
    titles = {
        "tempo, estimated (beats a minute)": "tempo",
        "spectral centroid (Hz)": "centroid_mean",
        "loudness (dB RMS)": "loudness",
    }
    return titles | {f"MFCC {k}": f"mfcc_{k:02d}_mean" for k in SHAPES}


def variations() -> dict[str, str]:
    """Return how much MFCC vary within a track: the title and the name of the value."""
    return {f"MFCC {k}": f"mfcc_{k:02d}_std" for k in SHAPES}


def tied_to_genre(collection: Collection, name: str) -> float:
    """Return the part of a value's variance that lies between genres (η²), in [0, 1]."""
    column = collection.column(name)
    within = sum(
        column[collection.genres == genre].var() * np.mean(collection.genres == genre)
        for genre in np.unique(collection.genres)
    )
    return float(1 - within / column.var())


def all_values(collection: Collection) -> Matrix:
    """Return all pooled values of every track, (n, 130) or so, as they are."""
    names = sorted(set(collection.tracks[0].values) - {"loudness", "tempo"})
    return np.stack([collection.column(name) for name in names], axis=1)


def limits(embedded: Collection, real: Collection, seeds: int) -> dict[str, float]:
    """Return how far the corpus carries: accuracy of a genre classifier across the domains, and of a detector."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    across = linear_probe().fit(all_values(embedded), embedded.genres)
    back = linear_probe().fit(all_values(real), real.genres)
    own, told = [], []
    for seed in range(seeds):
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        own.append(cross_val_score(linear_probe(), all_values(real), real.genres, cv=folds).mean())
        drawn = embedded.draw(len(real.tracks) // len(np.unique(real.genres)), seed)
        both = np.concatenate([all_values(drawn), all_values(real)])
        origin = np.repeat([0, 1], [len(drawn.tracks), len(real.tracks)])
        told.append(cross_val_score(linear_probe(), both, origin, cv=folds).mean())
    return {
        "genre, trained on the embedded corpus, heard on real music": float(
            across.score(all_values(real), real.genres)
        ),
        "genre, trained on real music, heard on the embedded corpus": float(
            back.score(all_values(embedded), embedded.genres)
        ),
        "genre, real music, cross-validated": float(np.mean(own)),
        "embedded or real, cross-validated (chance .50)": float(np.mean(told)),
    }


def readability(values: Matrix, factors: dict[str, Matrix], seed: int) -> dict[str, float]:
    """Return how well each factor is read from pooled values of unseen tracks: R² of a ridge regression."""
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    reader = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-1, 5, 13)))
    return {
        name: float(cross_val_score(reader, values, column, cv=folds, scoring="r2").mean())
        for name, column in factors.items()
    }
