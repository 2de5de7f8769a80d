"""The convolutional networks that conv_vae, beta_vae and vade share."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from reprise.models.base import ModelParams, Shapes
from reprise.models.layers import ConvDecoder, ConvEncoder, bounded
from reprise.models.variational import Positive, VariationalModel, VariationalParams
from reprise.training.crops import Batch


class ConvolutionalParams(VariationalParams):
    """Parameters of a convolutional VAE.

    Parameters
    ----------
    channels
        Output channels of the 4x4 stride-2 layers; the designs' are 32, 64, 128, 256.
    """

    channels: Annotated[tuple[Positive, ...], Field(min_length=1, strict=False)]


class ConvolutionalModel(VariationalModel):
    """Convolutions, flattened, then one linear layer to mean and log-variance; the mirror back.

    Parameters
    ----------
    params
        At least `ConvolutionalParams`.
    shapes
        Sizes of the data.
    """

    Params: ClassVar[type[ModelParams]] = ConvolutionalParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        self.encoder = ConvEncoder(self.size, params.channels)
        self.to_posterior = nn.Linear(self.encoder.out_features, 2 * params.latent_dim)
        self.decoder = ConvDecoder(params.latent_dim, self.size, params.channels)

    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and bounded log-variance of the latents."""
        mean, log_variance = self.to_posterior(self.encoder(batch.values)).float().chunk(2, dim=1)
        return mean, bounded(log_variance)

    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return standardised maps of latents."""
        maps: Tensor = self.decoder(z)
        return maps.float()

    def filters(self) -> Tensor:
        """Return the filters of the first layer, shape ``(channels, 4, 4)``: bands by frames."""
        first = self.encoder.layers[0]
        assert isinstance(first, nn.Conv2d)
        return torch.Tensor(first.weight.detach()[:, 0])
