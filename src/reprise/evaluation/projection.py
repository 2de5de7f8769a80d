"""Two dimensions to look at: a t-SNE map of latents, deterministic for given latents.

References
----------
- van der Maaten, Hinton: Visualizing data using t-SNE. JMLR 9, 2008.
- Kobak, Berens: The art of using t-SNE for single-cell transcriptomics. Nature Communications 10, 2019 (start from PCA).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PERPLEXITY = 30.0
TSNE_UP_TO = 5_000
"""Tracks above which the map is a principal-component plane: t-SNE takes half a minute there."""


def plane(latents: NDArray[Any]) -> NDArray[np.float64]:
    """Return the first two principal components, shape ``(n, 2)``; signs fixed by the largest loading."""
    values = latents.astype(np.float64) - latents.mean(axis=0, dtype=np.float64)
    _, _, axes = np.linalg.svd(values, full_matrices=False)
    axes = axes[:2]
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    flat = values @ (axes * signs[:, None]).T
    padded: NDArray[np.float64] = np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))
    return padded


def neighbourhood_map(latents: NDArray[Any], seed: int) -> tuple[NDArray[np.float64], str]:
    """Return a map that keeps neighbours, and the name of its method.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    seed
        Seed of t-SNE.

    Returns
    -------
    ndarray
        Shape ``(n, 2)``.
    str
        ``t-SNE``, or ``PCA`` for too few or too many tracks.
    """
    n = len(latents)
    start = plane(latents)
    if not 4 * PERPLEXITY / 3 < n <= TSNE_UP_TO or start.std() == 0.0:
        return start, "PCA"
    from sklearn.manifold import TSNE

    start = (start / max(start[:, 0].std(), 1e-12) * 1e-4).astype(np.float32)
    model = TSNE(
        2, perplexity=min(PERPLEXITY, (n - 1) / 3), init=start, learning_rate="auto", random_state=seed
    )
    return np.asarray(model.fit_transform(latents.astype(np.float32)), dtype=np.float64), "t-SNE"
