"""Conditional multimodal autoencoder (design "hard"): the genre at the encoder's input, 256-128-32, lyrics beside.

The design's final vector also carries the one-hot genre itself. A vector that contains the label clusters by it
whatever was learned, so that form exists only as the artefact ``negative_control``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import one_hot

from reprise.models.autoencoder import AutoencoderParams, DenseAutoencoderBase
from reprise.models.base import FitReport, Shapes
from reprise.models.conditional import (
    ConditionalModel,
    Mode,
    class_obstacle,
    expected,
    given_tables,
    labelled_rows,
)
from reprise.models.lyrics import LyricsComponents, balance
from reprise.models.neural import stack
from reprise.training.crops import Batch, Batches
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from reprise.models.base import FloatArray


class AEConditionalParams(AutoencoderParams):
    """Parameters of the conditional autoencoder.

    Parameters
    ----------
    mode
        Label that the encoder is given: ``genre`` or ``language``.
    lyrics_components
        Principal components of the lyrics beside the audio latent, where the dataset has lyrics; 0 leaves them out.
    lyrics_weight
        Scale of the lyrics block, once both blocks have a total variance of one.
    """

    mode: Mode
    lyrics_components: Annotated[int, Field(ge=0)]
    lyrics_weight: Annotated[float, Field(ge=0.0)]


class AEConditional(ConditionalModel, DenseAutoencoderBase):
    """The dense autoencoder whose encoder reads ``[MFCC, one-hot class]``."""

    Params = AEConditionalParams
    scales: Tensor

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes, beside=len(shapes.classes))
        self.lyrics = LyricsComponents(shapes.lyrics, params.lyrics_components if shapes.lyrics else 0)
        self.register_buffer("scales", torch.ones(2))

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:
        """Return why these tracks cannot train the model: no classes, or lyrics too few to use and not none."""
        too_few = (
            tracks.has_lyrics.any() and tracks.has_lyrics[tracks.train].sum() <= params.lyrics_components
        )
        if too_few:
            return f"too few training tracks have lyrics for {params.lyrics_components} components (0 leaves them out)"
        return class_obstacle(tracks, params.mode)

    @property
    def latent_dim(self) -> int:
        """Dimensions of the audio latent and the lyrics components together."""
        total: int = self.params.latent_dim + len(self.lyrics.axes)
        return total

    def prepare(self, tracks: Tracks, batches: Batches) -> None:
        """Set standardisation, class frequencies and the lyrics branch."""
        super().prepare(tracks, batches)
        if len(self.lyrics.axes):
            self.lyrics.fit(tracks)

    def fit(self, tracks: Tracks, run: Run) -> FitReport:
        """Train, then measure the scale of both blocks on the training tracks."""
        report = super().fit(tracks, run)
        audio, lyrics = super().embed(tracks), self.lyrics.project(tracks)
        weight = self.params.lyrics_weight
        if len(self.lyrics.axes):
            self.scales.copy_(
                torch.tensor([balance(audio, tracks.train), weight * balance(lyrics, tracks.train)])
            )
        return report

    def encode(self, batch: Batch) -> Tensor:
        """Return latent activations of standardised values and the classes of the batch."""
        assert batch.classes is not None
        given = one_hot(batch.classes, len(self.shapes.classes)).to(batch.values.dtype)
        latents: Tensor = self.encoder(torch.cat([batch.values.flatten(1), given], dim=1))
        return latents.float()

    def track_latent(self, values: Tensor) -> Tensor:
        """Return the latent activations in expectation over the unknown class."""
        every = torch.arange(len(self.shapes.classes), device=self.device)
        repeated = self.standardise(values).expand(len(every), -1, -1)
        return expected(self.encode(Batch(repeated, every)), self.frequencies)

    def embed(self, tracks: Tracks) -> FloatArray:
        """Return the scaled audio latent beside the scaled lyrics components; no one-hot class."""
        return self._with_lyrics(super().embed(tracks), tracks, np.arange(len(tracks.ids)))

    def extras(self, tracks: Tracks) -> dict[str, Any]:
        """Return labelled tracks encoded with their true class, and with the one-hot class itself appended."""
        codes = self.codes(tracks)
        rows = labelled_rows(tracks, codes)
        told = (
            self.encode(Batch(self.standardise(values), torch.tensor([int(code)], device=self.device)))[0]
            for values, code in zip(self.each_track(self.crops(tracks), rows), codes[rows], strict=True)
        )
        given = self._with_lyrics(stack(told), tracks, rows)
        label = np.eye(len(self.shapes.classes), dtype=np.float32)[codes[rows]]
        return given_tables(tracks.ids[rows], given) | {"negative_control.npy": np.hstack([given, label])}

    def _with_lyrics(self, audio: FloatArray, tracks: Tracks, rows: Any) -> FloatArray:
        audio_scale, lyrics_scale = self.scales.cpu().numpy()
        return np.hstack([audio_scale * audio, lyrics_scale * self.lyrics.project(tracks)[rows]])
