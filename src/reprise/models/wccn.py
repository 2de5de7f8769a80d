"""Within-track covariance whitening of hand-made features: no network, seconds, and hard to beat without labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from reprise.models.base import FitReport, Model, ModelParams, Shapes
from reprise.models.segments import described, live_axes, segments_obstacle, within_share
from reprise.models.whitening import TrackWhitening
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.models.base import FloatArray


class WCCNParams(ModelParams):
    """Parameters of the whitening.

    Parameters
    ----------
    segment_frames
        Frames of the mel map whose texture stands beside the hand-made features of a segment.
    latent_dim
        Principal axes kept of the whitened track vectors.
    shrinkage
        Share of the isotropic covariance mixed into the one within tracks.
    quantiles
        Knots of each feature's distribution function.
    """

    segment_frames: Annotated[int, Field(ge=2)]
    latent_dim: Annotated[int, Field(ge=1)]
    shrinkage: Annotated[float, Field(gt=0.0, le=1.0)]
    quantiles: Annotated[int, Field(ge=2)]


class WCCN(Model):
    """`reprise.models.whitening` of the hand-made features of 3 s segments beside their `reprise.models.textures`."""

    Params = WCCNParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params, shapes)
        self.whitening = TrackWhitening(params.latent_dim, params.shrinkage, params.quantiles)

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:
        """Return why these tracks cannot fit the model: too few of them, or one segment each."""
        return segments_obstacle(tracks, params.latent_dim)

    @property
    def latent_dim(self) -> int:
        """Axes kept."""
        dimensions: int = self.params.latent_dim
        return dimensions

    @property
    def n_parameters(self) -> int:
        """Number of fitted values."""
        return sum(value.size for value in self.whitening.fitted.values())

    def fit(self, tracks: Tracks, run: Run) -> FitReport:
        """Fit on the training tracks; the loss is the share of the whitened variance that lies within tracks."""
        train, validation = (
            np.stack([self._segments(tracks, row) for row in rows])
            for rows in (tracks.train, tracks.validation)
        )
        self.whitening.fit(train)
        row: dict[str, Any] = {"epoch": 1, "phase": "fit"}
        row |= {"train_loss": within_share(self.whitening, train)}
        row |= {"validation_loss": within_share(self.whitening, validation)}
        live = live_axes(self.whitening, train, run.training.min_live_share)
        return FitReport([row], 1, {"active_units": live})

    def embed(self, tracks: Tracks) -> FloatArray:
        """Return the vector of every track, computed track by track."""
        vectors = (self.whitening.track(self._segments(tracks, row)) for row in range(len(tracks.ids)))
        return np.stack(list(vectors)).astype(np.float32)

    def _segments(self, tracks: Tracks, row: int) -> NDArray[np.float32]:
        return described(tracks, row, self.params.segment_frames)

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return what was fitted."""
        return self.whitening.tensors()

    def load_tensors(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over what `tensors` returned."""
        self.whitening.load(tensors)
