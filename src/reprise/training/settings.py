"""How models are trained: the common parameters, and one run's seed and scratch folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from reprise.models.base import ModelParams

SCRATCH_VARIABLE = "REPRISE_SCRATCH"

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class TrainingParams(ModelParams):
    """The block ``training:`` of ``params.yaml``.

    Parameters
    ----------
    device
        ``auto`` takes a CUDA device where there is one.
    precision
        ``bf16`` computes matrix products and convolutions in bfloat16; weights and losses stay float32.
    patience
        Epochs without a lower validation loss after which training stops; the best weights are kept.
    min_steps
        Least steps of Adam in the whole training: a small collection, which has few steps in an epoch, gets more epochs.
    checkpoint_seconds
        Least seconds between two checkpoints in the scratch folder; 0 saves after every epoch.
    min_kl_nats
        Least mean KL divergence of the posterior from the prior; below, the encoder ignores its input.
    min_active_share
        Least share of latent dimensions whose posterior mean varies over tracks (variance above 0.01).
    min_live_share
        Least share of latent units of a deterministic autoencoder that are not constant.
    max_cluster_share
        Largest share of segments that one mixture component may take.
    seeds
        Trainings of each model, from seeds ``seed``, ``seed + 1``, ...: more than one gives intervals over training. The
        first is the model; of the others only the latents are kept.
    accumulate
        Batches whose gradients are averaged into one step of Adam, where a larger batch does not fit into memory.
    processes
        Processes that share every batch, one on each CUDA device; 0 takes all devices. Their number is part of the result.
    """

    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["float32", "bf16"]
    patience: Annotated[int, Field(ge=1)]
    min_steps: Annotated[int, Field(ge=0)]
    checkpoint_seconds: Annotated[float, Field(ge=0.0)]
    min_kl_nats: Annotated[float, Field(ge=0.0)]
    min_active_share: Share
    min_live_share: Share
    max_cluster_share: Share
    seeds: Annotated[int, Field(ge=1)]
    accumulate: Annotated[int, Field(ge=1)]
    processes: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Run:
    """One training run.

    Parameters
    ----------
    training
        Common parameters.
    seed
        Seed of all randomness of the run.
    scratch
        Folder for checkpoints, or ``None`` for none. It belongs to one model, one set of parameters and inputs.
    """

    training: TrainingParams
    seed: int
    scratch: Path | None = None


def scratch_folder() -> Path | None:
    """Return the scratch folder that the environment names, or ``None``."""
    value = os.environ.get(SCRATCH_VARIABLE)
    return Path(value) if value else None
