"""The 22 acoustic descriptors of a track, for the song regression and the acoustic profiles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reprise.audio.beats import intervals
from reprise.audio.frames import FrameFeatures
from reprise.audio.mfcc import delta
from reprise.audio.tempo import Tempo
from reprise.tables import DESCRIPTORS

Int = npt.NDArray[np.intp]


def descriptors(frames: FrameFeatures, tempo: Tempo, beats: Int, frame_rate: float) -> dict[str, float]:
    """Summarise a track in 22 numbers.

    Parameters
    ----------
    frames : FrameFeatures
        Features of its frames.
    tempo : Tempo
        Its tempo.
    beats : ndarray of int, shape (n_beats,)
        Frame numbers of its beats.
    frame_rate : float
        Frames per second.

    Returns
    -------
    dict of str to float
        In the order of `reprise.tables.DESCRIPTORS`. ``mfcc1`` and ``mfcc2`` are the first two coefficients, the
        first of which is level; ``chroma`` is taken over all twelve classes; ``dmean`` is the mean derivative per
        frame; intervals are in seconds.
    """
    series: dict[str, npt.NDArray[np.floating]] = {
        "zcr": frames.zcr,
        "rms": frames.rms,
        "centroid": frames.centroid,
        "bw": frames.bandwidth,
        "flat": frames.flatness,
        "mfcc1": frames.mfcc[:, 0],
        "mfcc2": frames.mfcc[:, 1],
        "chroma": frames.chroma,
    }
    values = {f"{name}_mean": float(value.mean(dtype=np.float64)) for name, value in series.items()}
    values |= {f"{name}_std": float(value.std(dtype=np.float64)) for name, value in series.items()}
    slopes = delta(frames.mfcc[:, :2].T.astype(np.float64)).mean(axis=1)
    values |= {"mfcc1_dmean": float(slopes[0]), "mfcc2_dmean": float(slopes[1])}
    values |= {"tempo": tempo.bpm, "tempo_conf": tempo.confidence}
    values["beat_int_mean"], values["beat_int_std"] = intervals(beats, frame_rate)
    return {name: values[name] for name in DESCRIPTORS}
