"""Acoustic properties of tracks that clusters may follow instead of a label."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation.onsets import onset_rates
from reprise.tables import read_table

PROPERTIES = {
    "tempo": "tempo",
    "loudness": "rms_mean",
    "brightness": "centroid_mean",
    "noisiness": "flat_mean",
}
"""Name of a property to the descriptor that measures it."""


def read_properties(vectors: Path, track_ids: NDArray[np.str_]) -> dict[str, NDArray[np.float64]]:
    """Return each property of the given tracks, in their order, shape ``(n,)``."""
    table = (
        read_table(vectors / "descriptors.parquet", "descriptors").set_index("track_id").reindex(track_ids)
    )
    return {name: table[column].to_numpy(dtype=np.float64) for name, column in PROPERTIES.items()}


def read_all_properties(
    vectors: Path, track_ids: NDArray[np.str_], mel: NDArray[Any], frame_rate: float
) -> dict[str, NDArray[np.float64]]:
    """Return the properties of `read_properties`, and the onset rate read off the mel maps ``(n, bands, frames)``."""
    return read_properties(vectors, track_ids) | {"onset rate": onset_rates(mel, frame_rate)}
