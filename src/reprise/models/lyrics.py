"""The lyrics branch: principal components of sentence embeddings, fitted on training tracks that have lyrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.training.tracks import Tracks


class LyricsComponents(nn.Module):
    """Projection of sentence embeddings; a track without lyrics lies at the mean of training, the origin.

    Parameters
    ----------
    dimensions
        Size of a sentence embedding.
    components
        Principal components kept; 0 leaves lyrics out.
    """

    center: Tensor
    axes: Tensor

    def __init__(self, dimensions: int, components: int) -> None:
        super().__init__()
        self.register_buffer("center", torch.zeros(dimensions))
        self.register_buffer("axes", torch.zeros(components, dimensions))

    def fit(self, tracks: Tracks) -> None:
        """Fit mean and axes (exact singular value decomposition, signs fixed)."""
        rows = tracks.train[tracks.has_lyrics[tracks.train]]
        vectors = tracks.lyrics[rows].astype(np.float64)
        center = vectors.mean(0)
        axes = np.linalg.svd(vectors - center, full_matrices=False)[2][: len(self.axes)]
        largest = axes[
            np.arange(len(axes)), np.abs(axes).argmax(1)
        ]  # the sign of an axis is arbitrary: make it +
        self.center.copy_(torch.from_numpy(center))
        self.axes.copy_(torch.from_numpy(axes * np.sign(largest)[:, None]))

    def project(self, tracks: Tracks) -> NDArray[np.float32]:
        """Return the components of every track, shape ``(n, components)``; zeros where a track has no lyrics."""
        centered = tracks.lyrics - self.center.cpu().numpy()
        scores = centered @ self.axes.cpu().numpy().T
        scores[~tracks.has_lyrics] = 0.0
        return np.asarray(scores, dtype=np.float32)


def lyrics_obstacle(tracks: Tracks, components: int) -> str | None:
    """Return why the lyrics branch cannot be fitted, or ``None``."""
    if not tracks.has_lyrics.any():
        return "the dataset has no lyrics"
    count = int(tracks.has_lyrics[tracks.train].sum())
    if count <= components:
        return f"{count} training tracks have lyrics; {components} components need at least {components + 1}"
    return None


def balance(block: Any, train: Any) -> float:
    """Return the factor that gives a block a total variance of one over the training rows."""
    total = float(np.asarray(block)[train].var(axis=0, dtype=np.float64).sum())
    return 1.0 / np.sqrt(total) if total > 0 else 1.0
