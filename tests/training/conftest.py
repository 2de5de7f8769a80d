"""A network of one layer, and maps to train it on."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from reprise.models.losses import mean_squared_error
from reprise.training.crops import Batch, Batches, Crops
from reprise.training.phase import Phase, Terms
from reprise.training.settings import TrainingParams


class Toy(nn.Module):
    """Predict a frame from itself, with dropout: its noise must be resumed as well."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.BatchNorm1d(8), nn.Linear(8, 4))

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
        values = batch.values[:, :, 0]
        noise = torch.randn(values.shape, generator=generator)
        return {"reconstruction": mean_squared_error(values, self.layers(values + 0.1 * noise))}

    def phase(self, name: str = "train", epochs: int = 6, learning_rate: float = 0.01) -> Phase:
        return Phase(name, epochs, learning_rate, self.losses, {"reconstruction": 1.0})


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
def batches() -> Batches:
    rng = np.random.default_rng(0)
    maps = (rng.normal(size=(20, 4, 10)) * np.arange(1, 5)[:, None]).astype(np.float16)
    return Batches(Crops(maps, 2), np.arange(15), np.arange(15, 20), None, per_track=3, batch_size=10)


@pytest.fixture
def training() -> TrainingParams:
    return TrainingParams(
        device="cpu", precision="float32", patience=3, min_steps=0, checkpoint_seconds=0.0, min_kl_nats=5.0,
        min_active_share=0.8, min_live_share=0.8, max_cluster_share=0.95, seeds=1, accumulate=1, processes=1,
    )  # fmt: skip
