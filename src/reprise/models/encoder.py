"""The encoder of segments that contrastive and stack share, and how it learns.

Two segments of a track are to be told from segments of all other tracks. No label is used.

References
----------
- Chen et al., A simple framework for contrastive learning of visual representations, arXiv 2002.05709.
- Spijkervet & Burgoyne, Contrastive learning of musical representations, ISMIR 2021 (segments of a recording as positives).
- Choi, Fazekas & Sandler, Automatic tagging using deep convolutional neural networks, ISMIR 2016 (3x3 and pooling on mel).
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import normalize

from reprise.models.base import ModelParams, Shapes
from reprise.models.layers import channels_last, halvings, keep_variance
from reprise.models.losses import contrast
from reprise.models.neural import HEALTH_TRACKS, NeuralModel, stack
from reprise.training.crops import Batch, Batches, Crops
from reprise.training.health import live_units, require_units
from reprise.training.phase import Phase, Terms
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

Positive = Annotated[int, Field(ge=1)]
Decibels = Annotated[float, Field(ge=0.0)]


class SegmentEncoderParams(ModelParams):
    """Parameters of the contrastive encoder.

    Parameters
    ----------
    segment_frames, pool
        Frames of a crop, and bands and frames averaged into one value.
    channels
        Output channels of the 3x3 convolutions, each of which is followed by 2x2 maximum pooling.
    latent_dim
        Dimensions of the embedding.
    projection
        Dimensions in which the loss compares; thrown away after training.
    temperature
        Of the loss: the lower, the more the nearest wrong tracks count.
    gain, tilt
        Standard deviations of a random gain and of a random slope over the bands, in units of a band's deviation.
    masked_bands
        Most neighbouring bands that are blanked.
    crops_per_track
        Views of a track in a step, at least 2.
    learning_rate, batch_size, epochs
        Of Adam; ``batch_size`` counts crops.
    """

    segment_frames: Positive
    pool: Positive
    channels: Annotated[tuple[Positive, ...], Field(min_length=1, strict=False)]
    latent_dim: Positive
    projection: Positive
    temperature: Annotated[float, Field(gt=0.0)]
    gain: Decibels
    tilt: Decibels
    masked_bands: Annotated[int, Field(ge=0)]
    crops_per_track: Annotated[int, Field(ge=2)]
    learning_rate: Annotated[float, Field(gt=0.0, le=1.0)]
    batch_size: Annotated[int, Field(ge=4)]
    epochs: Positive


class SegmentEncoder(NeuralModel):
    """Convolutions, mean and maximum over bands and time, one linear layer; a projection for the loss alone."""

    Params: ClassVar[type[ModelParams]] = SegmentEncoderParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        self.size = (shapes.mel[0] // params.pool, params.segment_frames // params.pool)
        super().__init__(params, shapes, self.size[0])
        halvings(self.size, len(params.channels))  # refuses more layers than the input can be halved
        parts: list[nn.Module] = []
        for before, after in itertools.pairwise((1, *params.channels)):
            parts += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
            parts += [nn.MaxPool2d(2)]
        self.convolutions = channels_last(nn.Sequential(*parts))
        self.to_latent = nn.Linear(2 * params.channels[-1], params.latent_dim)
        width = 2 * params.projection
        self.projection = nn.Sequential(
            nn.Linear(params.latent_dim, width), nn.ReLU(), nn.Linear(width, params.projection)
        )
        keep_variance(self.convolutions)

    @property
    def latent_dim(self) -> int:
        """Dimensions of the embedding."""
        dimensions: int = self.params.latent_dim
        return dimensions

    @property
    def form(self) -> Literal["segment"]:
        """Crops of a track."""
        return "segment"

    @property
    def crops_per_track(self) -> int:
        """Views of a track."""
        count: int = self.params.crops_per_track
        return count

    def crops(self, tracks: Tracks) -> Crops:
        """Return crops of the mel maps, the views of a track side by side."""
        return Crops(tracks.mel, self.params.segment_frames, self.params.pool, together=True)

    def encode(self, values: Tensor) -> Tensor:
        """Return embeddings, shape ``(batch, latent_dim)``, of standardised crops."""
        maps = self.convolutions(values[:, None])
        latents: Tensor = self.to_latent(torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1))
        return latents.float()

    def weights(self) -> dict[str, float]:
        """Return the weight of the only term."""
        return {"contrast": 1.0}

    def phases(self, batches: Batches, run: Run) -> tuple[Phase, ...]:
        """Return the one phase, whose rate falls to nothing: the contrast of few validation tracks is no guide."""
        return tuple(replace(phase, cosine=True) for phase in super().phases(batches, run))

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
        """Return the contrast of each crop; crops are altered at random while learning, never while validating."""
        values = self.standardise(batch.values)
        if self.training:
            values = self.altered(values, generator)
        assert batch.tracks is not None
        projected = normalize(self.projection(self.encode(values)), dim=1)
        return {"contrast": contrast(projected, batch.tracks, self.params.temperature)}

    def altered(self, values: Tensor, generator: torch.Generator) -> Tensor:
        """Return crops with a random gain, a random slope over the bands, and a stripe of bands blanked."""
        count, bands, _ = values.shape

        def draw(*shape: int) -> Tensor:
            return torch.randn(shape, generator=generator, device=values.device)

        slope = torch.linspace(-1.0, 1.0, bands, device=values.device)[:, None]
        values = values + self.params.gain * draw(count, 1, 1) + self.params.tilt * draw(count, 1, 1) * slope
        most = min(self.params.masked_bands, bands - 1)
        uniform = torch.rand((2, count, 1), generator=generator, device=values.device)
        width = (uniform[0] * (most + 1)).floor()
        first = (uniform[1] * (bands - width)).floor()
        band = torch.arange(bands, device=values.device)[None]
        kept: Tensor = (band < first) | (band >= first + width)
        return values * kept[:, :, None]

    def track_latent(self, values: Tensor) -> Tensor:
        """Return the embedding, averaged over the crops of the track."""
        return self.encode(self.standardise(values)).mean(0)

    def check_health(self, batches: Batches, run: Run) -> dict[str, Any]:
        """Count dimensions that are not constant over the training tracks."""
        rows = batches.train[:HEALTH_TRACKS]
        latents = stack(self.track_latent(values) for values in self.each_track(batches.crops, rows))
        live = live_units(np.asarray(latents))
        require_units(live, self.to_latent.out_features, run.training.min_live_share, "live")
        return {"active_units": live}
