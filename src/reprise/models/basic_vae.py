"""Basic VAE (design: flattened mel, 512-256-128 with batch normalisation and dropout, mirrored decoder)."""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Any

from pydantic import Field
from torch import Tensor, nn

from reprise.models.base import Shapes
from reprise.models.layers import bounded, dense_block
from reprise.models.variational import Positive, VariationalModel, VariationalParams
from reprise.training.crops import Batch


class BasicVAEParams(VariationalParams):
    """Parameters of the fully connected VAE.

    Parameters
    ----------
    hidden
        Widths of the encoder's layers; the decoder mirrors them.
    dropout
        Share of hidden values that are dropped in training.
    """

    hidden: Annotated[tuple[Positive, ...], Field(min_length=1, strict=False)]
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)]


class BasicVAE(VariationalModel):
    """Fully connected networks; no assumption about space or time."""

    Params = BasicVAEParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        inwards = (math.prod(self.size), *params.hidden)
        outwards = (params.latent_dim, *reversed(params.hidden))
        self.encoder = nn.Sequential(nn.Flatten(), *_blocks(inwards, params.dropout))
        self.to_posterior = nn.Linear(inwards[-1], 2 * params.latent_dim)
        self.decoder = nn.Sequential(
            *_blocks(outwards, params.dropout), nn.Linear(inwards[1], inwards[0]), nn.Unflatten(1, self.size)
        )

    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and bounded log-variance of the latents."""
        mean, log_variance = self.to_posterior(self.encoder(batch.values)).float().chunk(2, dim=1)
        return mean, bounded(log_variance)

    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return standardised maps of latents."""
        maps: Tensor = self.decoder(z)
        return maps.float()


def _blocks(sizes: tuple[int, ...], dropout: float) -> list[nn.Sequential]:
    return [dense_block(before, after, dropout) for before, after in itertools.pairwise(sizes)]
