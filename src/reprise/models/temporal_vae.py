"""Temporal VAE: a transformer reads the crop frame by frame, every frame attending to all others.

References
----------
- Vaswani et al., Attention is all you need, arXiv 1706.03762 (encoder; sinusoidal positions: section 3.5).
- Xiong et al., On layer normalization in the transformer architecture, arXiv 2002.04745 (normalisation before each part).
"""

from __future__ import annotations

from typing import Annotated, Any

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from reprise.models.base import Shapes
from reprise.models.layers import ConvDecoder, bounded, positions
from reprise.models.variational import Positive, VariationalModel, VariationalParams
from reprise.training.crops import Batch


class TemporalVAEParams(VariationalParams):
    """Parameters of the temporal VAE.

    Parameters
    ----------
    width
        Size of a token; a multiple of ``heads`` and of 2.
    heads, layers
        Attention heads and layers of the encoder.
    token_frames
        Neighbouring (pooled) frames that make one token.
    channels
        Of the convolutional decoder.
    dropout
        Share of values that the transformer drops in training.
    """

    width: Positive
    heads: Positive
    layers: Positive
    token_frames: Positive
    channels: Annotated[tuple[Positive, ...], Field(min_length=1, strict=False)]
    dropout: Annotated[float, Field(ge=0.0, lt=1.0)]

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> TemporalVAEParams:
        if self.width % self.heads or self.width % 2:
            raise ValueError(f"width = {self.width} must be a multiple of heads = {self.heads} and of 2")
        return self


class TemporalVAE(VariationalModel):
    """Frames to tokens, a transformer encoder, mean and maximum over time to the posterior; a convolutional decoder."""

    Params = TemporalVAEParams
    place: Tensor

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        bands, frames = self.size
        self.to_token = nn.Conv1d(bands, params.width, params.token_frames, stride=params.token_frames)
        self.register_buffer(
            "place", positions(frames // params.token_frames, params.width), persistent=False
        )
        layer = nn.TransformerEncoderLayer(
            params.width, params.heads, 2 * params.width, params.dropout, batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(
            layer, params.layers, nn.LayerNorm(params.width), enable_nested_tensor=False
        )
        self.to_posterior = nn.Linear(2 * params.width, 2 * params.latent_dim)
        self.decoder = ConvDecoder(params.latent_dim, self.size, params.channels)

    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and bounded log-variance of the latents."""
        tokens = self.encoder(self.to_token(batch.values).transpose(1, 2) + self.place)
        read = torch.cat([tokens.mean(1), tokens.amax(1)], dim=1)
        mean, log_variance = self.to_posterior(read).float().chunk(2, dim=1)
        return mean, bounded(log_variance)

    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:  # noqa: ARG002
        """Return standardised maps of latents."""
        maps: Tensor = self.decoder(z)
        return maps.float()
