"""Does each latent unit hold one true factor: MIG, SAP and DCI beside perfect, useless and trap representations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation import disentanglement as scores
from reprise.evaluation.uncertainty import Interval, interval_over_tracks
from reprise.plotting.bars import grouped
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence
from reprise.proofs.shared import rotation

STATEMENT = "each latent dimension is one factor (MIG 0.30 to 0.50)"
ALIGNED = "the latent axes are special: they hold factors better than rotated axes"
EXPECTED_MIG = 0.30
ROTATIONS = 20
RESAMPLES = 50
"""Each resample bins all pairs of unit and factor again."""


def prove(evidence: Evidence) -> Outcome:
    """Measure the model, then what the same scores say of representations whose answer is known."""
    probe = evidence.probe
    if probe is None:
        why = "the dataset of the role factors has no tracks with known factors"
        return Outcome(
            {"disentanglement": Unmeasured(STATEMENT, why), "axis_alignment": Unmeasured(ALIGNED, why)}
        )
    latents, factors = probe.latents, probe.factors.to_numpy(dtype=np.float64)
    generator = np.random.default_rng([evidence.resampling.seed, 8])
    seed = evidence.resampling.seed
    found = {
        "model": scores.evaluate(latents, factors, seed=seed),
        "its rows permuted": scores.evaluate(
            latents[generator.permutation(len(latents))], factors, seed=seed
        ),
        "perfect": scores.evaluate(factors, factors, seed=seed),
        "useless": scores.evaluate(generator.standard_normal(latents.shape), factors, seed=seed),
        "trap": scores.evaluate(
            _standardised(factors) @ rotation(factors.shape[1], generator), factors, seed=seed
        ),
    }
    every_track = np.arange(len(latents))  # drawn independently: each is its own group
    interval = interval_over_tracks(
        lambda rows: scores.mig(latents[rows], factors[rows]), every_track, RESAMPLES, seed
    )
    rotated = np.array(
        [scores.mig(latents @ rotation(latents.shape[1], generator), factors) for _ in range(ROTATIONS)]
    )
    figures = {name.replace(" ", "_"): row for name, row in found.items()}
    claims = {
        "disentanglement": Claim(
            statement=STATEMENT,
            measure=f"MIG with {factors.shape[1]} factors of {len(factors)} tracks rendered with independent factors, 20 x 10 bins",
            found=interval,
            threshold=EXPECTED_MIG,
            null="the design's lower bound; permuted rows, noise and a rotation of the factors stand beside",
            figures=figures | {"factors_correlate_up_to": _largest_correlation(factors)},
            labels_used="true factors, in the measure only",
        ),
        "axis_alignment": _alignment(interval, rotated),
    }
    names = ["mig", "sap", "disentanglement", "completeness", "informativeness"]
    figure = grouped(
        list(found),
        {name: np.array([found[row][name] for row in found]) for name in names},
        f"{evidence.name} beside representations whose answer is known",
        "score",
    )
    return Outcome(claims, {"disentanglement": figure})


def _alignment(mig: Interval, rotated: NDArray[np.float64]) -> Claim:
    level = float(rotated.mean())
    return Claim(
        statement=ALIGNED,
        measure="MIG minus the mean MIG of the same latents under random rotations",
        found=Interval(mig.value - level, mig.low - level, mig.high - level),
        threshold=0.0,
        null="random rotations of the same latents: 0",
        figures={
            "mig_rotated": level,
            "mig_rotated_high": float(np.quantile(rotated, 0.975)),
            "rotations": ROTATIONS,
        },
        labels_used="true factors, in the measure only",
    )


def _standardised(values: NDArray[Any]) -> NDArray[np.float64]:
    standardised: NDArray[np.float64] = (values - values.mean(axis=0)) / values.std(axis=0)
    return standardised


def _largest_correlation(factors: NDArray[np.float64]) -> float:
    if factors.shape[1] < 2:
        return 0.0
    correlation = np.abs(np.corrcoef(factors.T))
    np.fill_diagonal(correlation, 0.0)
    return float(correlation.max())
