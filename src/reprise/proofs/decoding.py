"""Crops in, maps out: the few ways in which proofs use a trained network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from reprise.models.autoencoder import DenseAutoencoderBase
from reprise.models.variational import VariationalModel
from reprise.training.crops import Batch, Crops

if TYPE_CHECKING:
    from reprise.proofs.evidence import Evidence

Network = VariationalModel | DenseAutoencoderBase


def network(evidence: Evidence) -> Network:
    """Return the trained model in its embedding state."""
    model = cast(Network, evidence.model)
    model.eval()
    return model


def crops(
    model: Network, evidence: Evidence, rows: NDArray[Any], count: int
) -> tuple[Tensor, NDArray[np.int64]]:
    """Return ``count`` standardised crops of each track, and the row of each.

    Parameters
    ----------
    model
        Whose input the crops are.
    evidence
        Where the maps lie.
    rows
        Row numbers of tracks.
    count
        Crops of each track, evenly spaced; one where the model reads whole tracks.

    Returns
    -------
    Tensor
        Shape ``(n, bands, frames)``, standardised.
    ndarray
        Shape ``(n,)``, row numbers.
    """
    source: Crops = model.crops(evidence.tracks)
    parts = list(source.even(np.asarray(rows, dtype=np.int64), count, max(1, len(rows) * count)))
    values = torch.cat([values for values, _ in parts])
    return model.standardise(values), np.concatenate([of for _, of in parts])


def encode(model: Network, values: Tensor) -> Tensor:
    """Return latents ``(n, latent_dim)`` of standardised crops: posterior means where there is a posterior."""
    with torch.inference_mode():
        if isinstance(model, VariationalModel):
            return model.posterior(Batch(values, None))[0]
        return model.encode(Batch(values, None))


def decode(model: Network, latents: Tensor, classes: Tensor | None = None) -> Tensor:
    """Return standardised maps ``(n, bands, frames)`` of latents, of the given classes where the model needs them."""
    with torch.inference_mode():
        if isinstance(model, VariationalModel):
            return model.decode(latents, classes)
        return model.decode(latents)
