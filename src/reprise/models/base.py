"""What every model is: parameters it knows, data it needs, a way to be fitted, and one embedding per track.

This module imports no deep-learning library, so that a model which needs none does not pay for one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from reprise.models.read_latents import NO_LABELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.training.settings import Run
    from reprise.training.tracks import Tracks

    FloatArray = NDArray[np.float32]


class ModelParams(BaseModel):
    """Base of the parameters of a model: typed, strict, without defaults (those stand in ``params.yaml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


@dataclass(frozen=True)
class Shapes:
    """Sizes of the data a model is built for.

    Parameters
    ----------
    mel
        Bands and frames of the log-mel map of a track.
    mfcc
        Coefficients and frames of the MFCC map of a track.
    lyrics
        Dimensions of a lyrics embedding; 0 where the dataset has no lyrics.
    classes
        Names of the classes a conditional model is given, in ascending order; empty for label-free models.
    """

    mel: tuple[int, int]
    mfcc: tuple[int, int]
    lyrics: int = 0
    classes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the sizes as plain lists and numbers."""
        return {
            "mel": list(self.mel),
            "mfcc": list(self.mfcc),
            "lyrics": self.lyrics,
            "classes": list(self.classes),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Shapes:
        """Return the sizes that `to_dict` wrote."""
        mel, mfcc = value["mel"], value["mfcc"]
        return cls((mel[0], mel[1]), (mfcc[0], mfcc[1]), value["lyrics"], tuple(value["classes"]))


@dataclass(frozen=True)
class FitReport:
    """What a training run did.

    Parameters
    ----------
    history
        One row per epoch: ``epoch``, ``phase``, ``train_loss``, ``validation_loss``, then each term of both.
    best_epoch
        Epoch whose weights were kept, counted from 1 over all phases.
    health
        Measured signs of life (``kl_nats``, ``active_units``, ...): numbers and strings.
    """

    history: list[dict[str, Any]]
    best_epoch: int
    health: dict[str, Any] = field(default_factory=dict)


class Model(ABC):
    """A representation of tracks.

    Parameters
    ----------
    params
        The model's block of ``params.yaml``, checked.
    shapes
        Sizes of the data.
    """

    Params: ClassVar[type[ModelParams]]
    """Class of the parameters the model knows."""

    def __init__(self, params: Any, shapes: Shapes) -> None:
        self.params = params
        self.shapes = shapes

    @classmethod
    def create(cls, params: ModelParams, shapes: Shapes, seed: int) -> Model:  # noqa: ARG003
        """Return an untrained model; the seed governs its initial weights, where it has any."""
        return cls(params, shapes)

    @classmethod
    def condition(cls, params: Any) -> str | None:  # noqa: ARG003
        """Return the label attribute the model is given (``genre`` or ``language``), or ``None``."""
        return None

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:  # noqa: ARG003
        """Return why these tracks cannot train the model, or ``None`` where they can."""
        return None

    @property
    def labels_used(self) -> str:
        """Which labels the latents depend on, in words; ``none`` for label-free models."""
        return NO_LABELS

    @property
    def form(self) -> str:
        """What one input example is: ``segment`` (crops of a track) or ``literal`` (whole tracks)."""
        return "literal"

    @property
    @abstractmethod
    def latent_dim(self) -> int:
        """Dimensions of a latent vector."""

    @property
    @abstractmethod
    def n_parameters(self) -> int:
        """Number of fitted values, counted."""

    @abstractmethod
    def fit(self, tracks: Tracks, run: Run) -> FitReport:
        """Fit on the training tracks; validation tracks decide when to stop.

        Raises
        ------
        CollapsedModel
            If the result is not alive (see `reprise.training.health`).
        """

    @abstractmethod
    def embed(self, tracks: Tracks) -> FloatArray:
        """Return one latent per track, shape ``(n_tracks, latent_dim)``: posterior means, never samples.

        No label of any track is read: a track's latent does not change when labels do.
        """

    def extras(self, tracks: Tracks) -> dict[str, Any]:  # noqa: ARG002
        """Return further artefacts by file name: arrays (``.npy``) and tables (``.parquet``)."""
        return {}

    @abstractmethod
    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return all fitted values by name."""

    @abstractmethod
    def load_tensors(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over fitted values that `tensors` returned."""
