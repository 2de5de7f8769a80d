"""Signs of life: whether at least four fifths of the latent units vary from track to track."""

from __future__ import annotations

import numpy as np

from reprise.evaluation.uncertainty import Interval, interval_over_tracks
from reprise.evaluation.units import effective_dimensions, live_share, threshold
from reprise.plotting.bars import bars
from reprise.proofs.claim import Claim, Outcome
from reprise.proofs.evidence import Evidence

LEAST_SHARE = 0.8


def prove(evidence: Evidence) -> Outcome:
    """Count the units that vary."""
    values = evidence.latents.values
    interval = interval_over_tracks(
        lambda rows: live_share(values[rows]),
        evidence.reference.groups,
        evidence.resampling.resamples,
        evidence.resampling.seed,
    )
    claim = Claim(
        statement="the latent space is in use",
        measure="share of latent units that vary over tracks",
        found=Interval(interval.value, max(0.0, interval.low), min(1.0, interval.high)),
        threshold=LEAST_SHARE,
        null="a collapsed encoder: 0 (and its clusters still score)",
        figures={
            "latent_dim": values.shape[1],
            "live_units": round(interval.value * values.shape[1]),
            "effective_dimensions": effective_dimensions(values),
        },
        labels_used=evidence.latents.labels_used,
    )
    deviations = np.sort(values.std(axis=0, dtype=np.float64))[::-1]
    figure = bars(
        np.maximum(deviations, threshold(values) / 10),
        f"{evidence.name}: spread of each latent unit over tracks",
        ("unit, sorted", "standard deviation"),
        threshold=threshold(values),
        log=True,
    )
    return Outcome({"live_units": claim}, {"live_units": figure})
