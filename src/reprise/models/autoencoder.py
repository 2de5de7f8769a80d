"""The deterministic autoencoder on flattened MFCC that the three ``ae_*`` models share."""

from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from reprise.models.base import ModelParams, Shapes
from reprise.models.layers import dense_relu, glorot
from reprise.models.losses import mean_squared_error
from reprise.models.neural import HEALTH_TRACKS, NeuralModel, stack
from reprise.training.crops import Batch, Batches, Crops
from reprise.training.health import live_units, require_units
from reprise.training.phase import Terms
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

Positive = Annotated[int, Field(ge=1)]


class AutoencoderParams(ModelParams):
    """Parameters of a dense autoencoder.

    Parameters
    ----------
    hidden
        Widths between input and latent layer; the decoder mirrors them.
    latent_dim
        Units of the latent layer (ReLU).
    learning_rate, batch_size, epochs
        Of Adam; ``epochs`` is the most, early stopping may end before. The design's rate 0.002 with torch's own
        initial weights kills the latent units; 0.0005 with Glorot's keeps them alive.
    """

    hidden: Annotated[tuple[Positive, ...], Field(min_length=1, strict=False)]
    latent_dim: Positive
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)]
    batch_size: Annotated[int, Field(ge=2)]
    epochs: Positive


class DenseAutoencoderBase(NeuralModel):
    """ReLU layers down to a ReLU latent, mirrored up to a linear output; mean squared error.

    Parameters
    ----------
    params
        At least `AutoencoderParams`.
    shapes
        Sizes of the data.
    beside
        Values concatenated with the encoder's input (a one-hot class).
    """

    Params: ClassVar[type[ModelParams]] = AutoencoderParams

    def __init__(self, params: Any, shapes: Shapes, beside: int = 0) -> None:
        super().__init__(params, shapes, shapes.mfcc[0])
        inputs = math.prod(shapes.mfcc)
        self.encoder = dense_relu((inputs + beside, *params.hidden, params.latent_dim))
        self.decoder = nn.Sequential(
            dense_relu((params.latent_dim, *reversed(params.hidden))), nn.Linear(params.hidden[0], inputs)
        )
        glorot(self)

    @property
    def latent_dim(self) -> int:
        """Dimensions of a latent vector."""
        dimensions: int = self.params.latent_dim
        return dimensions

    def crops(self, tracks: Tracks) -> Crops:
        """Return the whole MFCC maps."""
        return Crops(tracks.mfcc, tracks.mfcc.shape[2])

    def weights(self) -> dict[str, float]:
        """Return the weight of the only term."""
        return {"reconstruction": 1.0}

    def encode(self, batch: Batch) -> Tensor:
        """Return latent activations, shape ``(batch, params.latent_dim)``, of standardised values."""
        latents: Tensor = self.encoder(batch.values.flatten(1))
        return latents.float()

    def decode(self, latents: Tensor) -> Tensor:
        """Return standardised MFCC maps ``(batch, coefficients, frames)``."""
        values: Tensor = self.decoder(latents)
        return values.float().reshape(-1, *self.shapes.mfcc)

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:  # noqa: ARG002
        """Return the reconstruction error of each example."""
        target = self.standardise(batch.values)
        return {
            "reconstruction": mean_squared_error(
                target, self.decode(self.encode(Batch(target, batch.classes)))
            )
        }

    def track_latent(self, values: Tensor) -> Tensor:
        """Return the latent activations of the track."""
        return self.encode(Batch(self.standardise(values), None))[0]

    def check_health(self, batches: Batches, run: Run) -> dict[str, Any]:
        """Count latent units that are not constant over the training tracks."""
        rows = batches.train[:HEALTH_TRACKS]
        latents = stack(self.track_latent(values) for values in self.each_track(batches.crops, rows))
        live = live_units(latents)
        require_units(live, self.params.latent_dim, run.training.min_live_share, "live")
        return {"active_units": live}
