"""A fingerprint that near-duplicates share: the whitened modulation spectrum of the log-mel bands.

The level of 16 bands over 30 s is transformed along time. Its magnitudes do not change when the recording is shifted;
subtracting each band's mean level removes gain and equalisation; dividing by a local average over modulation
frequency leaves the fine structure, which is as particular to a recording as its events are. Magnitudes of a
modulation spectrum were introduced as features by Kingsbury, Morgan and Greenberg (1998).

Two fingerprints are compared by their cosine, which is their dot product. Among 100 tracks of GTZAN, the most similar
two of different recordings reach 0.55; copies with another gain, through mp3, with noise at 20 dB or shifted by up to
2 s stay above 0.95, and above 0.84 when shifted by 4 s.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.fft
from scipy.ndimage import uniform_filter1d

from reprise.audio.mel import clip_range

Float32 = npt.NDArray[np.float32]

SPAN = 29.7  # seconds that are compared, from the start; shorter tracks are padded
N_BANDS = 16
N_MODULATIONS = 128  # bins of 1 / SPAN Hz: up to 4.3 Hz, the rate of eighth notes
NEIGHBOURS = 9  # modulation bins of the local average
TOP_DB = 40.0  # what lies further below the loudest moment is noise of one copy
STILL = 1.0  # dB: a band that moves by less has no events


def fingerprint(log_mel: Float32, frame_rate: float) -> Float32:
    """Compute the fingerprint of a track.

    Parameters
    ----------
    log_mel : ndarray of float32, shape (n_frames, n_mels)
        Mel spectrogram in dB.
    frame_rate : float
        Frames per second.

    Returns
    -------
    ndarray of float32, shape (2048,)
        Of length 1, or 0 for a track without events.
    """
    length = round(SPAN * frame_rate)
    level = _band_means(clip_range(log_mel, TOP_DB)[:length])
    level -= level.mean(axis=0)
    level *= np.hanning(len(level))[:, None]
    modulation = np.abs(scipy.fft.rfft(level, length, axis=0))[1 : N_MODULATIONS + 1]
    local = uniform_filter1d(modulation, NEIGHBOURS, axis=0, mode="mirror")
    whitened = modulation / np.maximum(local, STILL)
    whitened -= whitened.mean(axis=0)
    norm = float(np.linalg.norm(whitened)) or 1.0
    unit: Float32 = (whitened.ravel() / norm).astype(np.float32)
    return unit


def _band_means(log_mel: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Average neighbouring mel bands: (n_frames, n_mels) to (n_frames, 16)."""
    edges = np.linspace(0, log_mel.shape[1], min(N_BANDS, log_mel.shape[1]) + 1).astype(int)
    sums = np.add.reduceat(log_mel, edges[:-1], axis=1, dtype=np.float64)
    means: npt.NDArray[np.float64] = sums / np.diff(edges)
    return means
