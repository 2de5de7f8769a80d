"""What is known of the segments of a track without learning, and whether it suffices to whiten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reprise.models.textures import textures
from reprise.models.whitening import TrackWhitening
from reprise.training.health import live_units, require_units
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray


def described(tracks: Tracks, row: int, frames: int) -> NDArray[np.float32]:
    """Return hand-made features beside textures of the segments of a track, shape ``(segments, features)``."""
    hand_made, mel = tracks.segments[row], tracks.mel[row]
    starts = np.linspace(0, max(0, mel.shape[1] - frames), len(hand_made)).round().astype(np.int64)
    pieces = np.stack([mel[:, start : start + frames] for start in starts])
    return np.concatenate([hand_made, textures(pieces)], axis=1)


def segments_obstacle(tracks: Tracks, dimensions: int) -> str | None:
    """Return why whitening cannot be fitted on these tracks, or ``None``."""
    if tracks.segments.shape[1] < 2:
        return "the clips are too short for two segments of 3 s: what varies within a track is unknown"
    if len(tracks.train) <= dimensions:
        return f"{len(tracks.train)} training tracks cannot give {dimensions} principal axes"
    return None


def within_share(whitening: TrackWhitening, segments: NDArray[Any]) -> float:
    """Return the share of the variance of whitened segments ``(tracks, segments, features)`` that lies within tracks."""
    tracks, count, features = segments.shape
    normal = whitening.gaussianise(segments.reshape(-1, features)) @ whitening.fitted["matrix"]
    normal = normal.reshape(tracks, count, features)
    within = np.square(normal - normal.mean(1, keepdims=True)).sum()
    return float(within / np.square(normal - normal.mean((0, 1))).sum())


def live_axes(whitening: TrackWhitening, segments: NDArray[Any], least_share: float) -> int:
    """Return how many axes of the vectors of training tracks ``(tracks, segments, features)`` are not constant.

    Raises
    ------
    CollapsedModel
        If the share of them is below ``least_share``.
    """
    vectors = np.stack([whitening.track(one) for one in segments]).astype(np.float32)
    live = live_units(vectors)
    require_units(live, whitening.dimensions, least_share, "live")
    return live
