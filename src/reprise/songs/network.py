"""The regressor of the song-regression design: encoders, fusion by concatenation, projection, encoder network, head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from reprise.songs.encoding import MODALITIES


@dataclass(frozen=True)
class Widths:
    """Numbers of units.

    Attributes
    ----------
    lyrics, audio, metadata
        Output of each modality's encoder.
    joint
        The shared embedding; 512 in the design.
    """

    lyrics: int
    audio: int
    metadata: int
    joint: int


class ModalityEncoder(nn.Module):
    """Linear, ReLU, dropout; a song without the modality gets a learned token instead.

    Parameters
    ----------
    inputs, outputs
        Numbers of columns.
    dropout
        Probability of dropping a unit in training.
    """

    def __init__(self, inputs: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(dropout))
        self.token = nn.Parameter(torch.randn(outputs) * 0.02)

    def forward(self, values: Tensor, present: Tensor) -> Tensor:
        """Encode values of shape (batch, inputs), of which ``present`` (batch,) says which exist."""
        encoded: Tensor = torch.where(present[:, None], self.layers(values), self.token)
        return encoded


class SongRegressor(nn.Module):
    """Lyrics, audio and metadata to targets.

    Parameters
    ----------
    inputs
        Number of columns of each modality.
    widths
        Numbers of units.
    targets
        Number of targets.
    dropout
        Probability of dropping a unit in training.
    """

    def __init__(self, inputs: Mapping[str, int], widths: Widths, targets: int, dropout: float) -> None:
        super().__init__()
        sizes = {name: int(getattr(widths, name)) for name in MODALITIES}
        self.encoders = nn.ModuleDict(
            {name: ModalityEncoder(inputs[name], sizes[name], dropout) for name in MODALITIES}
        )
        self.projection = nn.Sequential(
            nn.Linear(sum(sizes.values()), widths.joint), nn.ReLU(), nn.Dropout(dropout)
        )
        self.encoder = nn.Sequential(nn.Linear(widths.joint, widths.joint), nn.ReLU(), nn.Dropout(dropout))
        self.head = nn.Linear(widths.joint, targets)

    def embed(self, values: Mapping[str, Tensor], present: Tensor) -> Tensor:
        """Return the joint embedding, shape (batch, joint).

        Parameters
        ----------
        values
            For each modality a tensor of shape (batch, columns).
        present
            Shape (batch, 3), boolean, in the order of `MODALITIES`.
        """
        encoded = [
            self.encoders[name](values[name], present[:, column]) for column, name in enumerate(MODALITIES)
        ]
        joint: Tensor = self.encoder(self.projection(torch.cat(encoded, dim=1)))
        return joint

    def forward(self, values: Mapping[str, Tensor], present: Tensor) -> Tensor:
        """Return standardised predictions, shape (batch, targets)."""
        predicted: Tensor = self.head(self.embed(values, present))
        return predicted
