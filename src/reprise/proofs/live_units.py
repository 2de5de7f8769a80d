"""Is the model alive: do at least four fifths of its latent units vary from track to track?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation.uncertainty import Interval, interval_over_tracks
from reprise.plotting.bars import bars
from reprise.proofs.claim import Claim, Outcome
from reprise.proofs.evidence import Evidence

LEAST_SHARE = 0.8
RELATIVE_DEVIATION = 0.05
"""A unit whose standard deviation is below this share of the liveliest unit's carries next to nothing."""


def prove(evidence: Evidence) -> Outcome:
    """Count units that vary, relative to the liveliest one: the scale of a latent space is arbitrary."""
    values = evidence.latents.values.astype(np.float64)
    interval = interval_over_tracks(
        lambda rows: _live_share(values[rows]),
        evidence.reference.groups,
        evidence.resampling.resamples,
        evidence.resampling.seed,
    )
    deviations = np.sort(values.std(axis=0))[::-1]
    claim = Claim(
        statement="the latent space is in use",
        measure="share of latent units that vary over tracks",
        found=Interval(interval.value, max(0.0, interval.low), min(1.0, interval.high)),
        threshold=LEAST_SHARE,
        null="a collapsed encoder: 0 (and its clusters still score)",
        figures={
            "latent_dim": values.shape[1],
            "live_units": round(interval.value * values.shape[1]),
            "effective_dimensions": _participation(values),
        },
        labels_used=evidence.latents.labels_used,
    )
    figure = bars(
        np.maximum(deviations, 1e-8),
        f"{evidence.name}: spread of each latent unit over tracks",
        ("unit, sorted", "standard deviation"),
        threshold=max(RELATIVE_DEVIATION * float(deviations[0]), 1e-8),
        log=True,
    )
    return Outcome({"live_units": claim}, {"live_units": figure})


def _live_share(values: NDArray[np.float64]) -> float:
    deviations = values.std(axis=0)
    return float((deviations > max(RELATIVE_DEVIATION * deviations.max(), 1e-9)).mean())


def _participation(values: NDArray[np.float64]) -> float:
    """Return (sum of variances)² / sum of squared variances along principal axes: 1 for a line, d for a ball."""
    variances = np.linalg.svd(values - values.mean(axis=0), compute_uv=False) ** 2
    total = float(variances.sum())
    return 0.0 if total == 0.0 else total**2 / float(np.square(variances).sum())
