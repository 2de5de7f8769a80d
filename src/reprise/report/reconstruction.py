"""Log-mel maps that trained models decode from their own latents, in the resolution of the features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from reprise.audio.mfcc import dct_matrix
from reprise.models.autoencoder import DenseAutoencoderBase
from reprise.models.base import Model
from reprise.models.pca import PCA
from reprise.models.variational import VariationalModel
from reprise.training.crops import Batch
from reprise.training.tracks import Tracks

Map = NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """A part of a track.

    Parameters
    ----------
    row
        Row of the track.
    start, length
        First frame, number of frames.
    label
        Class that conditional models are told; empty where it is not known.
    """

    row: int
    start: int
    length: int
    label: str

    @property
    def frames(self) -> slice:
        """The frames as a slice."""
        return slice(self.start, self.start + self.length)


def original(tracks: Tracks, window: Window) -> Map:
    """Return the map itself, shape ``(bands, length)``, dB."""
    return np.asarray(tracks.mel[window.row][:, window.frames], dtype=np.float32)


def smoothed(tracks: Tracks, window: Window) -> Map:
    """Return what the MFCC keep of the map: all that a model of MFCC can give back."""
    return _from_mfcc(np.asarray(tracks.mfcc[window.row], dtype=np.float32), tracks, window)


def reconstruct(model: Model, tracks: Tracks, window: Window, told: str | None = None) -> Map | None:
    """Return the map that a model decodes from its latent of a part of a track.

    Parameters
    ----------
    model
        Trained, in its embedding state.
    tracks
        Maps and lyrics.
    window
        Which part; models of whole tracks decode the track and the part is cut out.
    told
        Class that the decoder is told instead of the track's own (conditional generation).

    Returns
    -------
    ndarray or None
        Shape ``(bands, length)``, dB; ``None`` where the model has no decoder, does not know the class, or
        its decoder is told none.
    """
    with torch.inference_mode():
        if isinstance(model, VariationalModel):
            return _of_crops(model, tracks, window, told)
        if isinstance(model, PCA) and told is None:
            return _from_mfcc(_of_components(model, tracks, window.row), tracks, window)
        if isinstance(model, DenseAutoencoderBase) and told is None:
            return _of_track(model, tracks, window)
    return None


def _of_crops(model: VariationalModel, tracks: Tracks, window: Window, told: str | None) -> Map | None:
    codes = [_code(model, name) for name in (window.label, told or window.label)]
    if -1 in codes or (told is not None and not model.shapes.classes):
        return None
    crops, (bands, total) = model.crops(tracks), tracks.mel.shape[1:]
    count = -(-window.length // crops.length)
    starts = np.minimum(window.start + crops.length * np.arange(count), total - crops.length)
    values = crops.read(np.full(count, window.row), starts)
    lyrics = None
    if tracks.lyrics.shape[1]:
        lyrics = torch.from_numpy(np.repeat(tracks.lyrics[window.row : window.row + 1], count, axis=0))
    own, wanted = (None if code is None else torch.full((count,), code) for code in codes)
    latents = model.posterior(Batch(model.standardise(values), own, lyrics=lyrics))[0]
    maps = model.unstandardise(model.decode(latents, wanted))
    fine = interpolate(maps[:, None], size=(bands, crops.length), mode="bilinear")[:, 0].numpy()
    line = np.zeros((bands, total), np.float32)
    for start, part in zip(starts, fine, strict=True):
        line[:, start : start + crops.length] = part
    return line[:, window.frames]


def _of_track(model: DenseAutoencoderBase, tracks: Tracks, window: Window) -> Map | None:
    code = _code(model, window.label)
    if code == -1:
        return None
    values = model.standardise(model.crops(tracks).of_track(window.row))
    classes = None if code is None else torch.full((1,), code)
    mfcc = model.unstandardise(model.decode(model.encode(Batch(values, classes))))[0]
    return _from_mfcc(mfcc.numpy(), tracks, window)


def _of_components(model: PCA, tracks: Tracks, row: int) -> NDArray[np.float32]:
    mfcc = np.asarray(tracks.mfcc[row], dtype=np.float32)
    flat = ((mfcc - model.mean[:, None]) / model.deviation[:, None]).ravel() - model.center
    found = flat @ model.axes.T @ model.axes + model.center
    return np.asarray(found.reshape(mfcc.shape) * model.deviation[:, None] + model.mean[:, None])


def _from_mfcc(mfcc: NDArray[Any], tracks: Tracks, window: Window) -> Map:
    """Return the smooth map that MFCC stand for: the inverse of the orthonormal cosine transform."""
    basis = dct_matrix(tracks.mel.shape[1], len(mfcc))
    return np.asarray(basis.T @ mfcc[:, window.frames], dtype=np.float32)


def _code(model: VariationalModel | DenseAutoencoderBase, label: str) -> int | None:
    """Return the number of a class, -1 where the model does not know it, ``None`` where it is told none."""
    names = model.shapes.classes
    if not names:
        return None
    return names.index(label) if label in names else -1
