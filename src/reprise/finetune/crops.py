"""Crops of log-mel spectrograms from the memory map, pooled to half size in time and frequency.

Conventions
-----------
A crop has `FRAMES` frames (3 s at 22,050 Hz and hop 512) and all mel bands, in dB; pooling takes means of 2 x 2 cells, so 128 bands
give an image of 64 x 64. Rows are rows of ``frames/mel.npy``; where a crop starts is drawn from a generator given by the caller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput

Floats = NDArray[np.float32]

FRAMES = 128
POOL = 2


def check_mel(mel: NDArray[Any], where: str) -> None:
    """Check the spectrograms of a corpus once, at the door.

    Raises
    ------
    BadInput
        If the array has not the shape (tracks, bands, frames) with an even number of bands and at least `FRAMES` frames.
    """
    if mel.ndim != 3 or mel.shape[1] % POOL or mel.shape[2] < FRAMES:
        raise BadInput(
            f"{where}: shape {mel.shape}; needed are (tracks, an even number of bands, at least {FRAMES} frames)"
        )


def pool(crops: NDArray[Any]) -> Floats:
    """Return means of 2 x 2 cells.

    Parameters
    ----------
    crops
        Shape (n, bands, frames), both even.

    Returns
    -------
    numpy.ndarray
        Shape (n, 1, bands / 2, frames / 2), float32: images of one channel.
    """
    n, bands, frames = crops.shape
    cells = crops.astype(np.float32).reshape(n, bands // POOL, POOL, frames // POOL, POOL)
    pooled: Floats = cells.mean(axis=(2, 4), dtype=np.float32)[:, None]
    return pooled


def random_crops(mel: NDArray[Any], rows: NDArray[np.int64], generator: np.random.Generator) -> Floats:
    """Return one crop at a random place of each row (rows may repeat), shape (len(rows), 1, bands / 2, FRAMES / 2)."""
    starts = generator.integers(mel.shape[2] - FRAMES + 1, size=len(rows))
    return pool(
        np.stack([mel[row, :, start : start + FRAMES] for row, start in zip(rows, starts, strict=True)])
    )


def even_crops(mel: NDArray[Any], row: int, count: int) -> Floats:
    """Return `count` crops of one row, evenly spaced from its first to its last frame; the same every time."""
    starts = np.linspace(0, mel.shape[2] - FRAMES, count).round().astype(np.int64)
    return pool(np.stack([mel[row, :, start : start + FRAMES] for start in starts]))


def band_statistics(mel: NDArray[Any], rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return mean and standard deviation (dB) of each pooled band over the given rows.

    Parameters
    ----------
    mel
        Shape (tracks, bands, frames).
    rows
        The training rows.

    Returns
    -------
    tuple of numpy.ndarray
        Two arrays of shape (bands / 2,); a constant band has standard deviation 1.
    """
    usable = mel.shape[2] // POOL * POOL
    total, squares = np.zeros((2, mel.shape[1] // POOL))
    for row in rows:
        pooled = pool(mel[row : row + 1, :, :usable])[0, 0].astype(np.float64)
        total += pooled.mean(axis=1)
        squares += (pooled**2).mean(axis=1)
    mean = total / len(rows)
    scale = np.sqrt(np.maximum(squares / len(rows) - mean**2, 0.0))
    return mean.astype(np.float32), np.where(scale > 1e-6, scale, 1.0).astype(np.float32)
