"""Classes that a conditional model is given, and how it embeds tracks whose class nobody tells it.

A latent that is encoded with the track's own label contains that label. Every track is therefore encoded with *every*
class, and the latents are averaged with the classes' frequencies in training: the expectation over an unknown class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor

from reprise.models.neural import NeuralModel
from reprise.training.crops import Batches
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.models.base import FloatArray, Shapes

Mode = Literal["genre", "language"]


class ConditionalModel(NeuralModel):
    """What models share that are given the class ``params.mode``: stands before the architecture among a model's bases."""

    frequencies: Tensor

    def __init__(self, params: Any, shapes: Shapes, **sizes: Any) -> None:
        super().__init__(params, shapes, **sizes)
        self.register_buffer("frequencies", torch.full((len(shapes.classes),), 1.0 / len(shapes.classes)))

    @classmethod
    def condition(cls, params: Any) -> str | None:
        """Return the label attribute the model is given."""
        mode: str = params.mode
        return mode

    @property
    def labels_used(self) -> str:
        """Which labels the model was given."""
        return labels_used_in(self.params.mode)

    def codes(self, tracks: Tracks) -> NDArray[np.int64]:
        """Return the given class of every track (-1: not given)."""
        return class_codes(tracks.labels[self.params.mode], self.shapes.classes)

    def prepare(self, tracks: Tracks, batches: Batches) -> None:
        """Set the standardisation of the input and the frequencies of the classes in training."""
        super().prepare(tracks, batches)
        assert batches.codes is not None
        self.frequencies.copy_(class_frequencies(batches.codes[batches.train], len(self.shapes.classes)))


def class_codes(labels: NDArray[np.str_], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the number of each label in ``classes``; -1 where it is not among them."""
    number = {name: code for code, name in enumerate(classes)}
    return np.array([number.get(label, -1) for label in labels.tolist()], dtype=np.int64)


def class_frequencies(codes: NDArray[np.int64], n_classes: int) -> Tensor:
    """Return the share of each class among the known codes, shape ``(n_classes,)``."""
    counts = np.bincount(codes[codes >= 0], minlength=n_classes)
    shares: Tensor = torch.from_numpy(counts / counts.sum()).float()
    return shares


def expected(per_class: Tensor, frequencies: Tensor) -> Tensor:
    """Return the expectation over classes of values of shape ``(classes, ...)``."""
    expectation: Tensor = torch.tensordot(frequencies, per_class, dims=1)
    return expectation


def class_obstacle(tracks: Tracks, attribute: str) -> str | None:
    """Return why a model cannot be conditioned on the attribute, or ``None``."""
    classes = tracks.classes(attribute)
    if len(classes) < 2:
        return f"the training tracks have {len(classes)} known classes of {attribute}; conditioning needs at least 2"
    codes = class_codes(tracks.labels[attribute], classes)
    if (codes[tracks.train] >= 0).sum() < 2 or not (codes[tracks.validation] >= 0).any():
        return f"too few training or validation tracks have a known {attribute}"
    return None


def labels_used_in(attribute: str) -> str:
    """Return the words for ``labels_used`` of a conditional model."""
    return f"{attribute} of training and validation tracks"


def given_tables(ids: NDArray[np.str_], latents: FloatArray) -> dict[str, Any]:
    """Return the artefacts of latents that were encoded with the true class, with their ids."""
    import pandas as pd

    return {"latents_given.npy": latents, "tracks_given.parquet": pd.DataFrame({"track_id": ids})}


def labelled_rows(tracks: Tracks, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the training and validation rows of known class, ascending."""
    rows = np.sort(np.concatenate([tracks.train, tracks.validation]))
    known: NDArray[np.int64] = rows[codes[rows] >= 0]
    return known
