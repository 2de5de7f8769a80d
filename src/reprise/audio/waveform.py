"""Features of the waveform itself: root mean square and zero crossings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.compiled import kernel
from reprise.audio.settings import AudioSettings

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

QUIET = -1e-10  # a sample above it counts as positive


def rms(energy: Float32, settings: AudioSettings) -> Float32:
    """Compute the root mean square of frames from the sums of squares of their samples."""
    level: Float32 = np.sqrt(energy / np.float32(settings.n_fft))
    return level


def zero_crossing_rate(samples: npt.NDArray[np.int16] | Float32, settings: AudioSettings) -> Float64:
    """Compute the share of samples at which the sign changes, for centred frames.

    Changes are counted between the places where frames begin and end, so that overlapping frames cost nothing. A change
    between the last sample of the preceding frame and the first of a frame is not one of that frame's.

    Parameters
    ----------
    samples : ndarray of int16 or float32, shape (n,)
        Mono samples.

    Returns
    -------
    ndarray, shape (n_frames,)
        In [0, 1).
    """
    start = np.arange(settings.n_frames(samples.size)) * settings.hop_length - settings.n_fft // 2
    first, last = np.maximum(start, 0), np.minimum(start + settings.n_fft, samples.size) - 1
    places = np.union1d(first, last)
    count = _crossings(samples, samples.dtype.type(QUIET), places)
    return (count[np.searchsorted(places, last)] - count[np.searchsorted(places, first)]) / settings.n_fft


@kernel
def _crossings(samples: npt.NDArray[np.int16] | Float32, quiet: np.generic, places: Int) -> Int:
    """Count the changes of sign from the first of some ascending places to each."""
    count = np.zeros(places.size, np.int64)
    for number in range(1, places.size):
        changes = np.int32(0)
        part = samples[places[number - 1] : places[number] + 1]
        for at in range(part.size - 1):
            changes += np.int32((part[at + 1] < quiet) != (part[at] < quiet))
        count[number] = count[number - 1] + changes
    return count
