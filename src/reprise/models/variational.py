"""The variational autoencoder that all VAEs of the zoo start from; a model changes the networks or the objective.

Reference: Kingma & Welling, Auto-Encoding Variational Bayes, arXiv 1312.6114.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from reprise.models.base import ModelParams, Shapes
from reprise.models.layers import sample
from reprise.models.losses import gaussian_reconstruction, kl_to_standard_normal
from reprise.models.neural import HEALTH_TRACKS, NeuralModel
from reprise.training.crops import Batch, Batches, Crops
from reprise.training.health import active_units, require_information, require_units
from reprise.training.phase import Phase, Terms
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from reprise.models.base import FloatArray

Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0.0, le=1.0)]


class VariationalParams(ModelParams):
    """Parameters of every VAE.

    Parameters
    ----------
    form
        ``segment``: crops of ``segment_frames`` frames, pooled, a track's latent is the mean over its crops.
        ``literal``: the whole mel map of a track at full resolution, as the designs write it.
    segment_frames
        Frames of a crop (128 frames at hop 512 are 3 s); segment form only.
    pool
        Bands and frames averaged into one value; segment form only.
    crops_per_track
        Crops of each track in an epoch; segment form only.
    latent_dim
        Dimensions of the latent space.
    free_bits
        Nats per dimension without cost; 0 is the plain evidence bound.
    anneal_epochs
        Epochs over which the weight of the divergence rises from nothing to its own; 0 has it there from the start.
    learning_rate, batch_size, epochs
        Of Adam; ``epochs`` is the most, early stopping may end before.
    """

    form: Literal["segment", "literal"]
    segment_frames: Positive
    pool: Positive
    crops_per_track: Positive
    latent_dim: Positive
    free_bits: Annotated[float, Field(ge=0.0)]
    anneal_epochs: Annotated[int, Field(ge=0)]
    learning_rate: Rate
    batch_size: Annotated[int, Field(ge=2)]
    epochs: Positive


class VariationalModel(NeuralModel):
    """Encoder to a Gaussian posterior, decoder to a Gaussian of unit variance, standard normal prior.

    Parameters
    ----------
    params
        At least `VariationalParams`.
    shapes
        Sizes of the data.
    """

    def __init__(self, params: Any, shapes: Shapes) -> None:
        bands, frames = shapes.mel
        self.size = (bands, frames)
        if params.form == "segment":
            self.size = (bands // params.pool, params.segment_frames // params.pool)
        super().__init__(params, shapes, self.size[0])

    @abstractmethod
    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of the latents, each ``(batch, latent_dim)``, of standardised values."""

    @abstractmethod
    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Return standardised maps ``(batch, bands, frames)`` of latents ``(batch, latent_dim)``."""

    @property
    def latent_dim(self) -> int:
        """Dimensions of a latent vector."""
        dimensions: int = self.params.latent_dim
        return dimensions

    @property
    def form(self) -> str:
        """``segment`` or ``literal``."""
        form: str = self.params.form
        return form

    @property
    def crops_per_track(self) -> int:
        """Crops of each track in an epoch."""
        count: int = self.params.crops_per_track
        return count if self.form == "segment" else 1

    def crops(self, tracks: Tracks) -> Crops:
        """Return crops of the mel maps."""
        if self.form == "literal":
            return Crops(tracks.mel, tracks.mel.shape[2])
        return Crops(tracks.mel, self.params.segment_frames, self.params.pool)

    def weights(self) -> dict[str, float]:
        """Return the weights of the evidence lower bound: reconstruction and divergence count alike."""
        return {"reconstruction": 1.0, "kl": 1.0}

    def phases(self, batches: Batches, run: Run) -> tuple[Phase, ...]:
        """Return the one phase, whose divergence may be annealed."""
        return tuple(
            replace(phase, anneal_epochs=self.params.anneal_epochs) for phase in super().phases(batches, run)
        )

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
        """Return the two terms of the evidence lower bound, equation 7 of arXiv 1312.6114 with one sample."""
        target = self.standardise(batch.values)
        mean, log_variance = self.posterior(replace(batch, values=target))
        output = self.decode(sample(mean, log_variance, generator), batch.classes)
        return {
            "reconstruction": gaussian_reconstruction(target, output),
            "kl": kl_to_standard_normal(mean, log_variance, self.params.free_bits),
        }

    def track_latent(self, values: Tensor) -> Tensor:
        """Return the posterior mean, averaged over the crops of the track."""
        return self.posterior(Batch(self.standardise(values), None))[0].mean(0)

    def check_health(self, batches: Batches, run: Run) -> dict[str, Any]:
        """Measure the divergence from N(0, I) and active units on training crops; a collapsed posterior is an error."""
        means, log_variances = self.posteriors(batches.fixed(batches.train[:HEALTH_TRACKS]))
        kl = kl_to_standard_normal(torch.from_numpy(means), torch.from_numpy(log_variances)).mean().item()
        active = active_units(means)
        require_information(kl, run.training.min_kl_nats)
        require_units(active, self.latent_dim, run.training.min_active_share, "active")
        return {"kl_nats": kl, "active_units": active}

    def posteriors(self, found: Iterator[Batch]) -> tuple[FloatArray, FloatArray]:
        """Return mean and log-variance of every example of the batches, each ``(n, latent_dim)``."""
        self.eval()
        means, log_variances = [], []
        with torch.inference_mode():
            for batch in found:
                here = batch.to(self.device)
                mean, log_variance = self.posterior(replace(here, values=self.standardise(here.values)))
                means.append(mean.cpu().numpy())
                log_variances.append(log_variance.cpu().numpy())
        return np.concatenate(means), np.concatenate(log_variances)
