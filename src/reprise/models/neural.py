"""What all neural models share: standardised input, the training loop, weights in and out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from reprise.errors import BadInput
from reprise.models.base import FitReport, Model, ModelParams, Shapes
from reprise.training.crops import Batch, Batches, Crops
from reprise.training.device import fix_threads, resolve_device
from reprise.training.loop import Job, train
from reprise.training.parallel import process_count, train_together
from reprise.training.phase import Phase, Terms, lengthened
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.models.base import FloatArray

HEALTH_TRACKS = 500
"""Training tracks on which signs of life are measured, at most."""


class NeuralModel(Model, nn.Module):
    """A model of weights. A subclass gives crops, a network, and named loss terms per example.

    Parameters
    ----------
    params
        The model's parameters.
    shapes
        Sizes of the data.
    bands
        Bands of an input example, each standardised by its own mean and deviation over the training tracks.
    """

    input_mean: Tensor
    input_deviation: Tensor

    def __init__(self, params: Any, shapes: Shapes, bands: int) -> None:
        nn.Module.__init__(self)
        Model.__init__(self, params, shapes)
        self.register_buffer("input_mean", torch.zeros(bands))
        self.register_buffer("input_deviation", torch.ones(bands))

    @classmethod
    def create(cls, params: ModelParams, shapes: Shapes, seed: int) -> Model:
        """Seed torch, then build: equal seeds give equal weights."""
        fix_threads()
        torch.manual_seed(seed)
        return cls(params, shapes)  # type: ignore[call-arg]

    @abstractmethod
    def crops(self, tracks: Tracks) -> Crops:
        """Return where the model's input examples come from."""

    @abstractmethod
    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
        """Return named loss terms, each of shape ``(batch,)``."""

    @abstractmethod
    def weights(self) -> dict[str, float]:
        """Return the weight of each loss term."""

    @abstractmethod
    def track_latent(self, values: Tensor) -> Tensor:
        """Return the latent of one track, shape ``(latent_dim,)``, from all its crops ``(crops, bands, frames)``."""

    @abstractmethod
    def check_health(self, batches: Batches, run: Run) -> dict[str, Any]:
        """Return signs of life; raise `reprise.training.health.CollapsedModel` where they are missing."""

    @property
    def n_parameters(self) -> int:
        """Number of trained weights, counted."""
        return sum(parameter.numel() for parameter in self.parameters())

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.input_mean.device

    def codes(self, tracks: Tracks) -> NDArray[np.int64] | None:  # noqa: ARG002
        """Return the given class of every track (-1: not given); ``None`` for label-free models."""
        return None

    def lyrics_beside(self, tracks: Tracks) -> NDArray[np.float32] | None:  # noqa: ARG002
        """Return the lyrics embedding of every track for models that read it along with audio; ``None`` for others."""
        return None

    def phases(self, batches: Batches, run: Run) -> tuple[Phase, ...]:  # noqa: ARG002
        """Return the phases of training: one, unless a model says otherwise."""
        return (Phase("train", self.params.epochs, self.params.learning_rate, self.losses, self.weights()),)

    def standardise(self, values: Tensor) -> Tensor:
        """Return values of shape ``(batch, bands, frames)`` with mean 0 and deviation 1 in each band."""
        return (values - self.input_mean[:, None]) / self.input_deviation[:, None]

    def unstandardise(self, values: Tensor) -> Tensor:
        """Return standardised values in the unit of the map (dB for mel maps): the inverse of `standardise`."""
        return values * self.input_deviation[:, None] + self.input_mean[:, None]

    def fit(self, tracks: Tracks, run: Run) -> FitReport:
        """Train with early stopping on the validation tracks, then check signs of life."""
        count = process_count(run.training)
        if count == 1:
            self.to(resolve_device(run.training.device))
        batches = self._batches(tracks)
        self.prepare(tracks, batches)
        steps = -(-batches.steps_per_epoch // run.training.accumulate)
        phases = lengthened(self.phases(batches, run), steps, run.training.min_steps)
        key = f"{type(self).__name__} {self.params!r} {self.shapes!r} {self.input_mean.sum().item()!r}"
        job = Job(self, batches, run)
        progress = train(job, phases, key) if count == 1 else train_together(job, phases, key, count)
        self.to(resolve_device(run.training.device))
        return FitReport(progress.history, progress.best_epoch, self.check_health(batches, run))

    def prepare(self, tracks: Tracks, batches: Batches) -> None:  # noqa: ARG002
        """Set what is computed from the training tracks before training: the standardisation of the input."""
        mean, deviation = batches.crops.moments(batches.train)
        self.input_mean.copy_(mean)
        self.input_deviation.copy_(deviation)

    def embed(self, tracks: Tracks) -> FloatArray:
        """Return one latent per track, computed track by track: no latent depends on the other tracks."""
        crops = self.crops(tracks)
        return stack(
            self.track_latent(values) for values in self.each_track(crops, np.arange(len(tracks.ids)))
        )

    def each_track(self, crops: Crops, rows: NDArray[np.int64]) -> Iterator[Tensor]:
        """Yield all crops of each track on the model's device, with the model in its embedding state."""
        self.eval()
        with torch.inference_mode():
            for row in rows:
                yield crops.of_track(int(row)).to(self.device)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return all weights and statistics by name."""
        return {name: value.detach().cpu().numpy() for name, value in self.state_dict().items()}

    def load_tensors(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over weights and statistics.

        Raises
        ------
        BadInput
            If names or shapes are not those of this model.
        """
        try:
            self.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in tensors.items()})
        except RuntimeError as error:
            raise BadInput(f"the weights are of another model than {type(self).__name__}: {error}") from error
        self.eval()

    def _batches(self, tracks: Tracks) -> Batches:
        codes = self.codes(tracks)
        train, validation = tracks.train, tracks.validation
        if codes is not None:
            train, validation = train[codes[train] >= 0], validation[codes[validation] >= 0]
        return Batches(
            self.crops(tracks),
            train,
            validation,
            codes,
            self.crops_per_track,
            self.params.batch_size,
            self.lyrics_beside(tracks),
        )

    @property
    def crops_per_track(self) -> int:
        """Crops of each track in an epoch: one, where a crop is the whole track."""
        return 1


def stack(latents: Iterator[Tensor]) -> FloatArray:
    """Return tensors of equal shape as one float32 array."""
    return np.stack([latent.float().cpu().numpy() for latent in latents])
