"""Many channels into one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from reprise.audio.unreadable import UnreadableAudio

Float32 = npt.NDArray[np.float32]

KINDS = {
    "u8": np.uint8,
    "s16": np.int16,
    "s32": np.int32,
    "s64": np.int64,
    "flt": np.float32,
    "dbl": np.float64,
}
"""Sample formats by ffmpeg's names, which end in ``p`` where each channel has a plane of its own."""


def mix(block: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Average the channels of (n_frames, n_channels); one channel passes as it is.

    One multiply-add per channel: ``block.mean(axis=1)`` costs twenty times as much.
    """
    channels = block.shape[1]
    if channels == 1:
        return np.ascontiguousarray(block[:, 0])
    total: npt.NDArray[Any] = block[:, 0] + block[:, 1]
    for channel in range(2, channels):
        total += block[:, channel]
    total *= np.float32(1.0 / channels)
    return total


def as_mono(frame: Any) -> Float32:
    """Return the samples of a decoded frame as float32 in [-1, 1], its channels averaged.

    Parameters
    ----------
    frame : av.AudioFrame
        Of any sample format, packed or planar.
    """
    channels, samples = frame.layout.nb_channels, frame.samples
    kind = KINDS.get(frame.format.name.removesuffix("p"))
    if kind is None:
        raise UnreadableAudio("unsupported", f"samples of the kind {frame.format.name}")
    # not frame.to_ndarray(): of eight planes it reads a ninth that is none, and the process ends (PyAV 17.1)
    if frame.format.is_planar:
        values = np.stack([np.frombuffer(plane, kind, samples) for plane in frame.planes[:channels]], axis=1)
    else:
        values = np.frombuffer(frame.planes[0], kind, samples * channels).reshape(-1, channels)
    if values.dtype == np.uint8:
        values = values.astype(np.float32) / 128.0 - 1.0
    elif values.dtype.kind == "i":
        values = values.astype(np.float32) / np.float32(-float(np.iinfo(values.dtype).min))
    mono: Float32 = mix(values.astype(np.float32, copy=False))
    return mono
