"""Principal components: the linear model of equal size that every claim of a gain is held against."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def principal_axes(rows: NDArray[Any], components: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return centre ``(d,)`` and orthonormal principal axes ``(components, d)``; the smaller Gram matrix is solved.

    Parameters
    ----------
    rows
        Shape ``(n, d)``.
    components
        Axes wanted; at most ``n - 1`` are returned.
    """
    flat = rows.astype(np.float32)
    center = flat.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = flat - center
    wanted = min(components, len(flat) - 1, flat.shape[1])
    if len(flat) <= flat.shape[1]:
        variances, vectors = np.linalg.eigh((centred @ centred.T).astype(np.float64))
        axes = vectors[:, np.argsort(-variances)[:wanted]].astype(np.float32).T @ centred
    else:
        variances, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        axes = vectors[:, np.argsort(-variances)[:wanted]].T
    axes = axes / np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-12)
    return center, axes.astype(np.float32)


def project(
    rows: NDArray[Any], center: NDArray[np.float32], axes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the scores of rows on the axes, shape ``(n, components)``."""
    return np.asarray((rows.astype(np.float32) - center) @ axes.T, dtype=np.float32)


def mfcc_scores(mfcc: NDArray[Any], train: NDArray[Any], components: int) -> NDArray[np.float32]:
    """Return principal-component scores of flattened MFCC, as the model ``pca`` computes them.

    Parameters
    ----------
    mfcc
        Shape ``(n, coefficients, frames)``.
    train
        Rows that coefficients are standardised and axes are fitted on.
    components
        Components kept.

    Returns
    -------
    ndarray
        Shape ``(n, components)``.
    """
    values = np.asarray(mfcc, dtype=np.float32)
    mean = values[train].mean(axis=(0, 2), dtype=np.float64)
    deviation = values[train].std(axis=(0, 2), dtype=np.float64)
    scale = np.where(deviation > 1e-6, deviation, 1.0)
    flat = ((values - mean[:, None]) / scale[:, None]).astype(np.float32).reshape(len(values), -1)
    return project(flat, *principal_axes(flat[train], components))
