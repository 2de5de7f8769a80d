"""Embeddings of whole tracks: the mean over evenly spaced crops."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from reprise.finetune.crops import Floats, even_crops
from reprise.progress import track


def outputs_by_crop(
    model: nn.Module, mel: NDArray[Any], rows: NDArray[np.int64], crops: int, desc: str = ""
) -> Floats:
    """Return the model's output for evenly spaced crops of each row.

    Parameters
    ----------
    model
        Maps crops, shape (n, 1, bands, frames), to vectors, shape (n, d); put into evaluation mode here.
    mel
        Spectrograms in dB, shape (tracks, bands, frames).
    rows
        Rows to look at.
    crops
        Crops of each track. One track is one batch, so that a track's result does not depend on its neighbours.
    desc
        Name of the work on the progress bar; none is shown without it.

    Returns
    -------
    numpy.ndarray
        Shape (len(rows), crops, d), float32.
    """
    model.eval()
    shown = track(rows, desc=desc, unit="track") if desc else rows
    with torch.inference_mode():
        outputs = [model(torch.from_numpy(even_crops(mel, int(row), crops))).numpy() for row in shown]
    return np.stack(outputs).astype(np.float32)


def embed(model: nn.Module, mel: NDArray[Any], rows: NDArray[np.int64], crops: int, desc: str = "") -> Floats:
    """Return one embedding per row, the mean over its crops, shape (len(rows), d)."""
    means: Floats = outputs_by_crop(model, mel, rows, crops, desc).mean(axis=1, dtype=np.float32)
    return means


def embed_all(model: nn.Module, mel: NDArray[Any], crops: int) -> Floats:
    """Return one embedding per track of a corpus, in row order, shape (tracks, d)."""
    return embed(model, mel, np.arange(len(mel)), crops, "embed")
