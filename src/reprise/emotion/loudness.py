"""The baseline that any mood model has to beat: louder is more aroused."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def loudness(mel: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean power of each track in dB, from log-mel spectrograms in dB of shape (tracks, bands, frames)."""
    power = [float((10.0 ** (track.astype(np.float64) / 10)).sum(axis=0).mean()) for track in mel]
    return 10 * np.log10(np.maximum(np.asarray(power, dtype=np.float64), 1e-20))
