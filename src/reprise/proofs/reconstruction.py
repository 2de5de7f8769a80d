"""Whether a model reconstructs unseen tracks better than a linear model of equal size."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from reprise.evaluation.uncertainty import interval_over_tracks
from reprise.plotting.matrices import spectrograms
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.decoding import crops, decode, encode, network
from reprise.proofs.evidence import Evidence
from reprise.proofs.linear import principal_axes, project

STATEMENT = "unseen tracks are reconstructed better than by PCA of equal size"
CROPS = 3
"""Crops of each track that are reconstructed."""
SHOWN = 4


def prove(evidence: Evidence) -> Outcome:
    """Compare squared errors on the test tracks, track by track, in the model's own input."""
    model = network(evidence)
    split = evidence.reference.split
    fit, test = np.flatnonzero(split == "train"), np.flatnonzero(split == "test")
    if len(test) < 2:
        return Outcome({"reconstruction": Unmeasured(STATEMENT, "fewer than two test tracks")})
    known, _ = crops(model, evidence, fit, CROPS)
    target, track = crops(model, evidence, test, CROPS)
    latents = encode(model, target)
    own = decode(model, latents)
    linear = _linear(known, target, latents.shape[1])
    error, linear_error, mean_error = (
        _errors(target, output) for output in (own, linear, target.new_zeros(1))
    )
    gain = (linear_error - error) / mean_error.mean()
    groups = evidence.reference.groups[track]
    found = interval_over_tracks(
        lambda rows: float(gain[rows].mean()), groups, evidence.resampling.resamples, evidence.resampling.seed
    )
    claim = Claim(
        statement=STATEMENT,
        measure="error of PCA minus error of the model on test tracks, as a share of the input's variance",
        found=found,
        threshold=0.0,
        null="PCA with as many components as latent units, fitted on the training tracks: 0",
        figures={
            "error": float(error.mean() / mean_error.mean()),
            "error_of_pca": float(linear_error.mean() / mean_error.mean()),
            "error_of_the_mean": 1.0,
            "sharpness": _sharpness(own) / _sharpness(target),
            "sharpness_of_pca": _sharpness(linear) / _sharpness(target),
            "latent_dim": int(latents.shape[1]),
        },
        labels_used=evidence.latents.labels_used,
    )
    shown = np.linspace(0, len(target) - 1, min(SHOWN, len(target))).round().astype(int)
    figure = spectrograms(
        [[target[i].numpy(), own[i].numpy(), linear[i].numpy()] for i in shown],
        [evidence.latents.track_ids[track[i]][:6] for i in shown],
        ["unseen track", evidence.name, f"PCA-{latents.shape[1]}"],
        "reconstruction of test tracks (standardised)",
    )
    return Outcome({"reconstruction": claim}, {"reconstruction": figure})


def _linear(known: Tensor, target: Tensor, components: int) -> Tensor:
    center, axes = principal_axes(known.flatten(1).numpy(), components)
    scores = project(target.flatten(1).numpy(), center, axes)
    return torch.from_numpy(scores @ axes + center).reshape(target.shape)


def _errors(target: Tensor, output: Tensor) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    errors: np.ndarray[tuple[int], np.dtype[np.float64]] = (
        (target - output).square().flatten(1).mean(1).double().numpy()
    )
    return errors


def _sharpness(maps: Tensor) -> float:
    """Return the root mean square step between neighbouring frames and bands."""
    across, along = maps.diff(dim=1), maps.diff(dim=2)
    return float((across.square().mean() + along.square().mean()).sqrt())
