"""Within-track whitening: what varies inside a track is nuisance, what differs between tracks is character.

Segments of one track share artist, instruments, mix and style, and differ in the moment. Dividing by the covariance
*within* tracks therefore shrinks the directions of the moment. No label is needed: the track is the class.

References
----------
- Hatch, Kajarekar & Stolcke, Within-class covariance normalization for SVM-based speaker recognition, Interspeech 2006
  (equations 3 to 5: the whitening matrix).
- Garcia-Romero & Espy-Wilson, Analysis of i-vector length normalization in speaker recognition systems, Interspeech 2011
  (Gaussianisation and length normalisation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MOST_DEVIATIONS = 3.5
"""Gaussianised values end here: a value beyond all training values is extreme, not infinite."""


@dataclass
class TrackWhitening:
    """Gaussianise, whiten within tracks, average over segments, centre, give unit length, keep principal axes.

    Parameters
    ----------
    dimensions
        Principal axes kept.
    shrinkage
        Share of the isotropic covariance mixed into the one within tracks, in [0, 1].
    quantiles
        Knots of each feature's distribution function.
    fitted
        ``knots (quantiles, features)``, ``matrix (features, features)``, ``center (features,)``, ``axes (dimensions, features)``;
        empty before `fit`.
    """

    dimensions: int
    shrinkage: float
    quantiles: int
    fitted: dict[str, Array] = field(default_factory=dict)

    def fit(self, segments: NDArray[Any]) -> None:
        """Fit on training tracks, shape ``(tracks, segments, features)``; at least two segments a track."""
        tracks, count, features = segments.shape
        values = segments.reshape(-1, features).astype(np.float64)
        self.fitted = {"knots": np.quantile(values, np.linspace(0.0, 1.0, self.quantiles), axis=0)}
        normal = self.gaussianise(values).reshape(tracks, count, features)
        within = (normal - normal.mean(1, keepdims=True)).reshape(-1, features)
        covariance = within.T @ within / (tracks * (count - 1))
        isotropic = np.trace(covariance) / features * np.eye(features)
        mixed = (1 - self.shrinkage) * covariance + self.shrinkage * isotropic
        self.fitted["matrix"] = np.linalg.cholesky(np.linalg.inv(mixed))
        means = normal.mean(1) @ self.fitted["matrix"]
        self.fitted["center"] = means.mean(0)
        directions = _unit(means - self.fitted["center"])
        axes = np.linalg.svd(directions - directions.mean(0), full_matrices=False)[2][: self.dimensions]
        largest = axes[np.arange(len(axes)), np.abs(axes).argmax(1)]  # an axis has no sign: make it +
        self.fitted["axes"] = axes * np.sign(largest)[:, None]

    def gaussianise(self, values: NDArray[Any]) -> Array:
        """Map each feature through its training distribution function to a normal score; shape ``(n, features)``."""
        knots = self.fitted["knots"]
        ranks = np.linspace(0.0, 1.0, len(knots))
        least = 0.5 / len(knots)
        scores = np.empty(values.shape, np.float64)
        for number in range(values.shape[1]):
            column, steps = values[:, number].astype(np.float64), knots[:, number]
            # equal knots (a feature with a mode): the middle of the step, from both sides
            rank = 0.5 * (np.interp(column, steps, ranks) + 1 - np.interp(-column, -steps[::-1], ranks))
            scores[:, number] = ndtri(np.clip(rank, least, 1 - least))
        return np.clip(scores, -MOST_DEVIATIONS, MOST_DEVIATIONS)

    def track(self, segments: NDArray[Any]) -> Array:
        """Return the vector of one track, shape ``(dimensions,)``, from its segments ``(segments, features)``."""
        mean = self.gaussianise(segments).mean(0) @ self.fitted["matrix"]
        vector: Array = _unit((mean - self.fitted["center"])[None])[0] @ self.fitted["axes"].T
        return vector

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what was fitted, C-contiguous."""
        return {name: np.ascontiguousarray(value) for name, value in self.fitted.items()}

    def load(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `tensors` returned."""
        self.fitted = {name: np.asarray(tensors[name]) for name in ("knots", "matrix", "center", "axes")}


def _unit(rows: Array) -> Array:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    directions: Array = rows / np.where(lengths > 0, lengths, 1.0)
    return directions
