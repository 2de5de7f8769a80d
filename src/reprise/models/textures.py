"""Spectro-temporal texture of a segment of the mel map: its spectrum, how much each band moves, and in which rhythms.

Averages over a segment forget rhythm. The modulation spectrum keeps it: the Fourier transform, over time, of the shape of
the spectrum.

References
----------
- Pampalk, Rauber & Merkl, Content-based organization and visualization of music archives, ACM Multimedia 2002
  (fluctuation patterns).
- McDermott & Simoncelli, Sound texture perception via statistics of the auditory periphery, Neuron 2011.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.fft import dct

if TYPE_CHECKING:
    from numpy.typing import NDArray

POOLED_BANDS = 4
"""Neighbouring mel bands that are averaged."""

QUIET = -60.0
"""Values in dB below which a band counts as silent: codecs and dither live there."""

CEPSTRAL = 12
"""Cosine components over the bands whose movement is analysed."""

EDGES = (1, 2, 3, 4, 6, 8, 11, 15, 21, 30, 43, 65)
"""Edges of the modulation bands, in periods a segment: 1/3 to 21 Hz where a segment is 3 s."""

FLOOR = 1e-3
"""Added before the logarithm."""


def textures(segments: NDArray[Any]) -> NDArray[np.float32]:
    """Return the texture of each segment.

    Parameters
    ----------
    segments
        Shape ``(segments, bands, frames)``, log-mel in dB.

    Returns
    -------
    NDArray[np.float32]
        Shape ``(segments, features)``: of each pooled band mean, standard deviation and deviation of its change from
        frame to frame; then, of each cosine component over the bands, the logarithmic modulation spectrum.
    """
    count, bands, frames = segments.shape
    pooled = min(POOLED_BANDS, bands)
    kept = bands // pooled * pooled
    values = np.maximum(segments[:, :kept].astype(np.float32), QUIET)
    values = values.reshape(count, kept // pooled, pooled, frames).mean(2)
    change = np.diff(values, axis=2)
    moving = dct(values - values.mean(2, keepdims=True), axis=1, norm="ortho")[:, :CEPSTRAL]
    spectrum = np.abs(np.fft.rfft(moving * np.hanning(frames), axis=2))
    edges = [edge for edge in EDGES if edge <= spectrum.shape[2]]
    if len(edges) < 2:
        edges = [0, spectrum.shape[2]]
    rhythm = np.stack([spectrum[:, :, a:b].mean(2) for a, b in itertools.pairwise(edges)], axis=2)
    parts = [values.mean(2), values.std(2), change.std(2), np.log(rhythm + FLOOR).reshape(count, -1)]
    return np.concatenate(parts, axis=1).astype(np.float32)
