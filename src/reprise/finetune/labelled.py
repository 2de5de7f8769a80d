"""Tracks with acoustic labels, as training and judging need them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Labelled:
    """Spectrograms with acoustic labels.

    Attributes
    ----------
    mel
        Log-mel spectrograms in dB, shape (tracks, bands, frames).
    classes
        Class of each track, -1 without a label.
    labels
        Names of the classes, in their order.
    split
        "train", "validation" or "test" of each track.
    groups
        Group (artist and near-duplicates) of each track.
    """

    mel: NDArray[Any]
    classes: NDArray[np.int64]
    labels: list[str]
    split: NDArray[np.str_]
    groups: NDArray[np.str_]

    def rows(self, split: str) -> NDArray[np.int64]:
        """Return the rows of the labelled tracks of a split."""
        return np.flatnonzero((self.split == split) & (self.classes >= 0))
