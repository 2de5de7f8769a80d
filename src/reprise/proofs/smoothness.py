"""Smoothness of the latent space: whether a straight line between two tracks decodes to gradual transitions."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from reprise.evaluation.uncertainty import interval_over_tracks
from reprise.plotting.matrices import spectrograms
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.decoding import Network, crops, decode, encode, network
from reprise.proofs.evidence import Evidence

STATEMENT = "interpolation between two tracks is gradual"
PAIRS = 40
STEPS = 9
GRADUAL = 0.5
"""Evenness above which the largest step is less than twice the mean step."""


def prove(evidence: Evidence) -> Outcome:
    """Walk between random pairs of test tracks in equal latent steps and compare the decoded steps."""
    model = network(evidence)
    test = np.flatnonzero(evidence.reference.split == "test")
    if len(test) < 4:
        return Outcome({"smoothness": Unmeasured(STATEMENT, "fewer than four test tracks")})
    values, _ = crops(model, evidence, test, 1)
    latents = encode(model, values)
    generator = np.random.default_rng([evidence.resampling.seed, 6])
    ends = np.array([generator.choice(len(test), 2, replace=False) for _ in range(PAIRS)])
    position = torch.linspace(0.0, 1.0, STEPS)[:, None]
    lines = [latents[first] + position * (latents[last] - latents[first]) for first, last in ends]
    walks = [decode(model, line) for line in lines]
    even = np.array([_evenness(walk) for walk in walks])
    shuffled = np.array([_evenness(walk[torch.from_numpy(generator.permutation(STEPS))]) for walk in walks])
    claim = Claim(
        statement=STATEMENT,
        measure="mean over the largest decoded step of equal latent steps (1: all steps equal)",
        found=interval_over_tracks(
            lambda rows: float(even[rows].mean()),
            np.arange(PAIRS),
            evidence.resampling.resamples,
            evidence.resampling.seed,
        ),
        threshold=GRADUAL,
        null="the threshold: one step twice as large as the mean; the same points in random order stand beside",
        figures={
            "evenness_in_random_order": float(shuffled.mean()),
            "directness": float(np.mean([_directness(walk) for walk in walks])),
            "directness_in_random_order": float(
                np.mean([_directness(walk[torch.from_numpy(generator.permutation(STEPS))]) for walk in walks])
            ),
            "return_error_midway": _return_error(model, [line[STEPS // 2] for line in lines], latents),
            "return_error_at_tracks": _return_error(model, list(latents), latents),
            "pairs": PAIRS,
        },
    )
    typical = int(np.argsort(even)[PAIRS // 2])
    shown = range(0, STEPS, 2)
    figure = spectrograms(
        [[walks[typical][step].numpy() for step in shown]],
        ["decoded"],
        [f"{step / (STEPS - 1):.0%}" for step in shown],
        f"{evidence.name}: from one test track to another (median pair)",
    )
    return Outcome({"smoothness": claim}, {"smoothness": figure})


def _steps(walk: Tensor) -> Tensor:
    steps: Tensor = walk.diff(dim=0).flatten(1).norm(dim=1)
    return steps


def _evenness(walk: Tensor) -> float:
    steps = _steps(walk)
    return float(steps.mean() / steps.max().clamp_min(1e-12))


def _directness(walk: Tensor) -> float:
    """Return the distance between the ends over the length of the walk: 1 for a straight one."""
    return float((walk[-1] - walk[0]).norm() / _steps(walk).sum().clamp_min(1e-12))


def _return_error(model: Network, points: list[Tensor], latents: Tensor) -> float:
    """Return how far decoding and encoding again moves a point, over the spread of the latents."""
    there = torch.stack(points)
    back = encode(model, decode(model, there))
    spread = (latents - latents.mean(0)).norm(dim=1).mean().clamp_min(1e-12)
    return float((back - there).norm(dim=1).mean() / spread)
