"""The one form in which clips are kept: mono 16-bit PCM behind a header of 44 bytes, so equal clips are equal files."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

HEADER_BYTES = 44


def wav_bytes(pcm: npt.NDArray[np.int16], sample_rate: int) -> bytes:
    """Return a wav file without tags or optional chunks.

    Parameters
    ----------
    pcm : ndarray of int16, shape (n_samples,)
        One channel.
    sample_rate : int
        In Hz.

    Returns
    -------
    bytes
        ``44 + 2 * n_samples`` of them.
    """
    data = pcm_bytes(pcm)
    form = struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + len(data), b"WAVE")
    layout = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16)
    return form + layout + struct.pack("<4sI", b"data", len(data)) + data


def pcm_bytes(pcm: npt.NDArray[np.int16]) -> bytes:
    """Return samples as little-endian bytes on any machine."""
    return pcm.astype("<i2", copy=False).tobytes()
