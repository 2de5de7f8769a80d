"""Multimodal autoencoder (design "medium"): audio latent 32 beside 16 principal components of the lyrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from reprise.models.autoencoder import AutoencoderParams, DenseAutoencoderBase, Positive
from reprise.models.base import FitReport, Shapes
from reprise.models.lyrics import LyricsComponents, balance, lyrics_obstacle
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from reprise.models.base import FloatArray


class AEMultimodalParams(AutoencoderParams):
    """Parameters of the multimodal autoencoder.

    Parameters
    ----------
    lyrics_components
        Principal components of the sentence embeddings.
    lyrics_weight
        Scale of the lyrics block, once both blocks have a total variance of one; 0 ignores lyrics.
    """

    lyrics_components: Positive
    lyrics_weight: Annotated[float, Field(ge=0.0)]


class AEMultimodal(DenseAutoencoderBase):
    """Two branches, concatenated; each block is scaled so that neither drowns the other."""

    Params = AEMultimodalParams
    scales: Tensor

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        self.lyrics = LyricsComponents(shapes.lyrics, params.lyrics_components)
        self.register_buffer("scales", torch.ones(2))

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:
        """Return why these tracks cannot train the model: too few lyrics."""
        return lyrics_obstacle(tracks, params.lyrics_components)

    @property
    def latent_dim(self) -> int:
        """Dimensions of both blocks together."""
        total: int = self.params.latent_dim + self.params.lyrics_components
        return total

    def fit(self, tracks: Tracks, run: Run) -> FitReport:
        """Train the audio branch, fit the lyrics branch, and measure the scale of both on the training tracks."""
        report = super().fit(tracks, run)
        self.lyrics.fit(tracks)
        audio, lyrics = super().embed(tracks), self.lyrics.project(tracks)
        weight = self.params.lyrics_weight
        self.scales.copy_(
            torch.tensor([balance(audio, tracks.train), weight * balance(lyrics, tracks.train)])
        )
        return report

    def embed(self, tracks: Tracks) -> FloatArray:
        """Return the scaled audio latent beside the scaled lyrics components."""
        audio_scale, lyrics_scale = self.scales.cpu().numpy()
        return np.hstack([audio_scale * super().embed(tracks), lyrics_scale * self.lyrics.project(tracks)])
