"""The stack: contrastive embeddings beside hand-made features and textures, segment by segment, whitened within tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import torch
from pydantic import Field

from reprise.models.base import FitReport, Shapes
from reprise.models.encoder import SegmentEncoder, SegmentEncoderParams
from reprise.models.segments import described, live_axes, segments_obstacle, within_share
from reprise.models.whitening import TrackWhitening
from reprise.training.settings import Run
from reprise.training.tracks import Tracks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.models.base import FloatArray

PREFIX = "whitening."


class StackParams(SegmentEncoderParams):
    """Parameters of the stack: those of the contrastive encoder and those of the whitening.

    Parameters
    ----------
    latent_dim
        Principal axes kept of the whitened track vectors.
    encoded
        Dimensions of the contrastive embedding.
    shrinkage, quantiles
        As in `reprise.models.wccn`.
    """

    encoded: Annotated[int, Field(ge=1)]
    shrinkage: Annotated[float, Field(gt=0.0, le=1.0)]
    quantiles: Annotated[int, Field(ge=2)]


class Stack(SegmentEncoder):
    """A contrastive encoder, then `reprise.models.whitening` of its embeddings beside what is known of them."""

    Params = StackParams

    def __init__(self, params: Any, shapes: Shapes) -> None:
        super().__init__(params.model_copy(update={"latent_dim": params.encoded}), shapes)
        self.params = params
        self.whitening = TrackWhitening(params.latent_dim, params.shrinkage, params.quantiles)

    @classmethod
    def obstacle(cls, params: Any, tracks: Tracks) -> str | None:
        """Return why these tracks cannot fit the model."""
        return segments_obstacle(tracks, params.latent_dim)

    @property
    def latent_dim(self) -> int:
        """Axes kept."""
        return self.whitening.dimensions

    @property
    def n_parameters(self) -> int:
        """Number of trained and fitted values."""
        return super().n_parameters + sum(value.size for value in self.whitening.fitted.values())

    def fit(self, tracks: Tracks, run: Run) -> FitReport:
        """Train the encoder, then fit the whitening on the training tracks."""
        report = super().fit(tracks, run)
        train = np.stack(list(self._segments(tracks, tracks.train)))
        self.whitening.fit(train)
        live = live_axes(self.whitening, train, run.training.min_live_share)
        shares = {"within_share": within_share(self.whitening, train)}
        return replace(
            report, health={"active_units": live, "live_encoded": report.health["active_units"]} | shares
        )

    def embed(self, tracks: Tracks) -> FloatArray:
        """Return the vector of every track, computed track by track."""
        rows = np.arange(len(tracks.ids))
        return np.stack([self.whitening.track(part) for part in self._segments(tracks, rows)]).astype(
            np.float32
        )

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return weights and what was fitted."""
        fitted = {f"{PREFIX}{name}": value for name, value in self.whitening.tensors().items()}
        return super().tensors() | fitted

    def load_tensors(self, tensors: Mapping[str, NDArray[Any]]) -> None:
        """Take over weights and what was fitted."""
        mine = {name.removeprefix(PREFIX): v for name, v in tensors.items() if name.startswith(PREFIX)}
        super().load_tensors({name: v for name, v in tensors.items() if not name.startswith(PREFIX)})
        self.whitening.load(mine)

    def _segments(self, tracks: Tracks, rows: NDArray[np.int64]) -> Any:
        """Yield what is known and the embeddings of the segments of each track, shape ``(segments, features)``."""
        self.eval()
        crops = self.crops(tracks)
        with torch.inference_mode():
            for row in rows:
                known = described(tracks, int(row), self.params.segment_frames)
                values = crops.spread(int(row), len(known)).to(self.device)
                encoded = self.encode(self.standardise(values)).cpu().numpy()
                yield np.concatenate([known, encoded], axis=1)
