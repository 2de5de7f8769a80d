"""Conditional VAE (Sohn et al., NeurIPS 2015; Kingma et al., arXiv 1406.5298): encoder and decoder are told the class."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from reprise.models.base import Shapes
from reprise.models.conditional import (
    ConditionalModel,
    Mode,
    class_obstacle,
    expected,
    given_tables,
    labelled_rows,
)
from reprise.models.convolutional import ConvolutionalParams
from reprise.models.layers import ConvDecoder, ConvEncoder, bounded
from reprise.models.neural import stack
from reprise.models.variational import Positive, VariationalModel
from reprise.training.crops import Batch
from reprise.training.tracks import Tracks


class CVAEParams(ConvolutionalParams):
    """Parameters of the conditional VAE.

    Parameters
    ----------
    mode
        Label that the model is given: ``genre`` or ``language``.
    features
        Size of the audio features that are concatenated with the class embedding.
    class_embedding
        Size of the class embedding.
    """

    mode: Mode
    features: Positive
    class_embedding: Positive


class CVAE(ConditionalModel, VariationalModel):
    """Convolutional features and latent each concatenated with a class embedding.

    Equation 4 of arXiv 1406.5298 with a standard normal prior: ``log p(x|y) >= E[log p(x|y,z)] - KL(q(z|x,y) || p(z))``.
    """

    Params = CVAEParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        self.encoder = ConvEncoder(self.size, params.channels)
        self.to_features = nn.Sequential(nn.Linear(self.encoder.out_features, params.features), nn.ReLU())
        self.embedding = nn.Embedding(len(shapes.classes), params.class_embedding)
        self.to_posterior = nn.Linear(params.features + params.class_embedding, 2 * params.latent_dim)
        self.decoder = ConvDecoder(params.latent_dim + params.class_embedding, self.size, params.channels)

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:
        """Return why these tracks cannot train the model: no classes of the attribute."""
        return class_obstacle(tracks, params.mode)

    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and bounded log-variance of q(z|x,y) for the classes of the batch."""
        assert batch.classes is not None
        return self._posterior(self.to_features(self.encoder(batch.values)), batch.classes)

    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """Return standardised maps of latents and class numbers: conditional generation."""
        assert classes is not None
        maps: Tensor = self.decoder(torch.cat([z, self.embedding(classes)], dim=1))
        return maps.float()

    def track_latent(self, values: Tensor) -> Tensor:
        """Return the posterior mean averaged over crops, in expectation over the unknown class."""
        features = self.to_features(self.encoder(self.standardise(values)))
        per_class = [
            self._posterior(features, torch.full((len(values),), code, device=self.device))[0].mean(0)
            for code in range(len(self.shapes.classes))
        ]
        return expected(torch.stack(per_class), self.frequencies)

    def extras(self, tracks: Tracks) -> dict[str, Any]:
        """Return the labelled tracks encoded with their true class: what the paradox is measured on."""
        codes = self.codes(tracks)
        rows = labelled_rows(tracks, codes)
        given = (
            self.posterior(
                Batch(self.standardise(values), torch.full((len(values),), int(code), device=self.device))
            )[0]
            for values, code in zip(self.each_track(self.crops(tracks), rows), codes[rows], strict=True)
        )
        return given_tables(tracks.ids[rows], stack(means.mean(0) for means in given))

    def _posterior(self, features: Tensor, classes: Tensor) -> tuple[Tensor, Tensor]:
        joined = torch.cat([features, self.embedding(classes)], dim=1)
        mean, log_variance = self.to_posterior(joined).float().chunk(2, dim=1)
        return mean, bounded(log_variance)
