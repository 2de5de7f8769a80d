"""Crops of memory-mapped maps: random ones to learn from, even ones to measure and embed with.

A crop of a whole track is the literal form of the designs; a crop of three seconds is the form that trains well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from reprise.errors import BadParameter

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Batch:
    """Examples of one step.

    Parameters
    ----------
    values
        Shape ``(batch, bands, frames)``, float32, in the unit of the map.
    classes
        Shape ``(batch,)``, int64, the given class of each example; ``None`` for label-free models.
    tracks
        Shape ``(batch,)``, int64, the row of the track that each example is cut from; ``None`` where that is of no use.
    lyrics
        Shape ``(batch, dimensions)``, float32, the lyrics embedding of that track, zeros where it has none; ``None`` for
        models that do not read lyrics along with audio.
    """

    values: Tensor
    classes: Tensor | None
    tracks: Tensor | None = None
    lyrics: Tensor | None = None

    def part(self, rows: Tensor) -> Batch:
        """Return some of the examples."""
        rest = (self.classes, self.tracks, self.lyrics)
        return Batch(self.values[rows], *(None if part is None else part[rows] for part in rest))

    def to(self, device: torch.device) -> Batch:
        """Return the same examples on a device."""
        rest = (self.classes, self.tracks, self.lyrics)
        return Batch(self.values.to(device), *(None if part is None else part.to(device) for part in rest))


@dataclass(frozen=True)
class Crops:
    """Crops of equal length from the maps of all tracks.

    Parameters
    ----------
    maps
        Shape ``(n, bands, frames)``; a memory map, read crop by crop.
    length
        Frames of a crop before pooling.
    pool
        Bands and frames averaged into one value: ``pool`` by ``pool``.
    together
        Whether crops of one track come one after the other and all fall into one batch.
    """

    maps: NDArray[np.float16]
    length: int
    pool: int = 1
    together: bool = False

    def __post_init__(self) -> None:
        frames = self.maps.shape[2]
        if not self.pool <= self.length <= frames:
            raise BadParameter(
                f"segment_frames = {self.length} must lie between pool = {self.pool} and the {frames} frames of a track"
            )

    @property
    def per_track(self) -> int:
        """Number of crops that cover a track without overlap."""
        return int(self.maps.shape[2]) // self.length

    def read(self, rows: NDArray[np.int64], starts: NDArray[np.int64]) -> Tensor:
        """Return crops, shape ``(len(rows), bands // pool, length // pool)``, float32."""
        crops = np.stack(
            [self.maps[row, :, start : start + self.length] for row, start in zip(rows, starts, strict=True)]
        )
        values = torch.from_numpy(crops).float()
        return avg_pool2d(values, self.pool) if self.pool > 1 else values

    def of_track(self, row: int) -> Tensor:
        """Return the evenly spaced crops of one track."""
        return self.spread(row, self.per_track)

    def spread(self, row: int, count: int) -> Tensor:
        """Return ``count`` evenly spaced crops of one track, which overlap if there are many."""
        starts = self._even_starts(count)
        return self.read(np.full(count, row), starts)

    def even(
        self, rows: NDArray[np.int64], count: int, batch_size: int
    ) -> Iterator[tuple[Tensor, NDArray[np.int64]]]:
        """Yield ``count`` evenly spaced crops of each track, in order, with the row of each crop."""
        starts = self._even_starts(min(count, self.per_track))
        unit = len(starts) if self.together else 1
        yield from self._batches(np.repeat(rows, len(starts)), np.tile(starts, len(rows)), batch_size, unit)

    def random(
        self, rows: NDArray[np.int64], count: int, batch_size: int, generator: torch.Generator
    ) -> Iterator[tuple[Tensor, NDArray[np.int64]]]:
        """Yield ``count`` crops of each track, at random positions and in random order, with the row of each crop."""
        if self.together:
            chosen = np.repeat(rows[torch.randperm(len(rows), generator=generator).numpy()], count)
        else:
            chosen = np.repeat(rows, count)
            chosen = chosen[torch.randperm(len(chosen), generator=generator).numpy()]
        last = self.maps.shape[2] - self.length
        starts = torch.randint(0, last + 1, (len(chosen),), generator=generator).numpy()
        yield from self._batches(chosen, starts, batch_size, count if self.together else 1)

    def moments(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return mean and standard deviation of each (pooled) band over the given tracks, shape ``(bands,)`` each."""
        whole = Crops(self.maps, self.maps.shape[2], self.pool)
        total = square = torch.zeros(())
        count = 0
        for row in rows:
            values = whole.read(np.array([row]), np.array([0]))[0].double()
            total, square = total + values.sum(1), square + values.square().sum(1)
            count += values.shape[1]
        mean = total / count
        deviation = (square / count - mean.square()).clamp_min(0.0).sqrt()
        deviation = torch.where(
            deviation > 1e-6, deviation, torch.ones_like(deviation)
        )  # a constant band stays 0
        return mean.float(), deviation.float()

    def _even_starts(self, count: int) -> NDArray[np.int64]:
        last = self.maps.shape[2] - self.length
        return np.linspace(0, last, count).round().astype(np.int64)

    def _batches(
        self, rows: NDArray[np.int64], starts: NDArray[np.int64], batch_size: int, unit: int
    ) -> Iterator[tuple[Tensor, NDArray[np.int64]]]:
        # near-equal batches: a last batch of one example would break batch normalisation; units stay whole
        units = np.arange(len(rows)).reshape(-1, unit)
        for part in np.array_split(units, -(-len(units) // max(1, batch_size // unit))):
            chosen = part.ravel()
            yield self.read(rows[chosen], starts[chosen]), rows[chosen]


@dataclass(frozen=True)
class Batches:
    """What one training run iterates over.

    Parameters
    ----------
    crops
        Where examples come from.
    train, validation
        Row numbers of the tracks.
    codes
        Shape ``(n,)``, the given class of every track (-1: not given); ``None`` for label-free models.
    per_track
        Crops of each track in an epoch.
    batch_size
        Examples of one step, at most.
    lyrics
        Shape ``(n, dimensions)``, as in `reprise.training.tracks.Tracks`; ``None`` for models that do not read them here.
    """

    crops: Crops
    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    codes: NDArray[np.int64] | None
    per_track: int
    batch_size: int
    lyrics: NDArray[np.float32] | None = None

    @property
    def unit(self) -> int:
        """Neighbouring examples that must not be parted."""
        return self.per_track if self.crops.together else 1

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch."""
        return max(1, -(-len(self.train) * self.per_track // self.batch_size))

    def training(self, generator: torch.Generator) -> Iterator[Batch]:
        """Yield the batches of one epoch."""
        found = self.crops.random(self.train, self.per_track, self.batch_size, generator)
        return (self._batch(values, rows) for values, rows in found)

    def validating(self) -> Iterator[Batch]:
        """Yield the same validation batches at every call."""
        return self.fixed(self.validation)

    def fixed(self, rows: NDArray[np.int64]) -> Iterator[Batch]:
        """Yield evenly spaced crops of the given tracks."""
        found = self.crops.even(rows, self.per_track, self.batch_size)
        return (self._batch(values, of) for values, of in found)

    def _batch(self, values: Tensor, rows: NDArray[np.int64]) -> Batch:
        classes = None if self.codes is None else torch.from_numpy(self.codes[rows])
        lyrics = None if self.lyrics is None else torch.from_numpy(self.lyrics[rows])
        return Batch(values, classes, torch.from_numpy(rows), lyrics)
