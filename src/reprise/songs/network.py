"""The regressor of the song-regression design: encoders, fusion, projection, encoder network, head, beside a linear path.

The linear experts' prediction (`reprise.songs.experts`) is laid into the joint embedding, where the head reads it; the network adds to the
embedding what is not linear. Its last layer starts at zero, as in residual networks whose branches start silent, so that training starts
from the linear prediction, and early stopping can end there.

References
----------
He et al., Deep residual learning, CVPR 2016, Eq. 1; Goyal et al., Accurate, large minibatch SGD, 2017, section 5.1 (zero start of a branch).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from reprise.errors import BadParameter
from reprise.songs.encoding import MODALITIES
from reprise.songs.fusion import FUSIONS


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


@dataclass(frozen=True)
class Shape:
    """Form of the network.

    Attributes
    ----------
    inputs
        Columns of each modality.
    widths
        Numbers of units.
    targets
        Number of targets.
    dropout
        Probability of dropping a unit in training.
    fusion
        A key of `FUSIONS`.
    """

    inputs: Mapping[str, int]
    widths: Widths
    targets: int
    dropout: float
    fusion: str


@dataclass(frozen=True)
class Batch:
    """Songs as tensors.

    Attributes
    ----------
    values, linear
        For each modality its inputs (batch, columns) and what its experts predict (batch, targets).
    present
        Shape (batch, 3), boolean, in the order of `MODALITIES`.
    """

    values: Mapping[str, Tensor]
    linear: Mapping[str, Tensor]
    present: Tensor

    def rows(self, rows: Tensor) -> Batch:
        """Return some of the songs."""
        return Batch(
            {name: value[rows] for name, value in self.values.items()},
            {name: value[rows] for name, value in self.linear.items()},
            self.present[rows],
        )

    def seen(self, present: Tensor) -> Batch:
        """Return the songs with other modalities present."""
        return Batch(self.values, self.linear, present)


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
    shape
        Form of the network.

    Raises
    ------
    BadParameter
        If the joint embedding is narrower than there are targets: the linear path would not fit into it.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        joint = shape.widths.joint
        if joint < shape.targets:
            raise BadParameter(
                f"regress.widths.joint is {joint}: {shape.targets} targets need as many units at least"
            )
        sizes = {name: int(getattr(shape.widths, name)) for name in MODALITIES}
        self.encoders = nn.ModuleDict(
            {
                name: ModalityEncoder(shape.inputs[name] + shape.targets, size, shape.dropout)
                for name, size in sizes.items()
            }
        )
        self.fusion = FUSIONS[shape.fusion](list(sizes.values()))
        self.projection = nn.Sequential(
            nn.Linear(self.fusion.width, joint), nn.ReLU(), nn.Dropout(shape.dropout)
        )
        self.encoder = nn.Sequential(
            nn.Linear(joint, joint), nn.ReLU(), nn.Dropout(shape.dropout), nn.Linear(joint, joint)
        )
        self.path = nn.Linear(shape.targets, joint, bias=False)
        self.head = nn.Linear(joint, shape.targets)
        self._start_from_the_experts()

    def _start_from_the_experts(self) -> None:
        last = self.encoder[-1]
        nn.init.zeros_(last.weight)  # type: ignore[arg-type]
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        nn.init.orthogonal_(self.path.weight)
        with torch.no_grad():
            self.head.weight.copy_(self.path.weight.T)
            self.head.bias.zero_()

    def embed(self, songs: Batch) -> Tensor:
        """Return the joint embedding, shape (batch, joint)."""
        encoded = [
            self.encoders[name](
                torch.cat([songs.values[name], songs.linear[name]], dim=1), songs.present[:, column]
            )
            for column, name in enumerate(MODALITIES)
        ]
        experts = sum(
            (songs.linear[name] * songs.present[:, [column]] for column, name in enumerate(MODALITIES)),
            start=torch.zeros_like(songs.linear[MODALITIES[0]]),
        )
        joint: Tensor = self.encoder(self.projection(self.fusion(encoded))) + self.path(experts)
        return joint

    def forward(self, songs: Batch) -> Tensor:
        """Return standardised predictions, shape (batch, targets)."""
        predicted: Tensor = self.head(self.embed(songs))
        return predicted
