"""Whether a conditional model separates the classes it was given, on tracks whose class it was not told."""

from __future__ import annotations

import numpy as np

from reprise.evaluation import clusterings
from reprise.evaluation.projection import neighbourhood_map
from reprise.evaluation.separation import silhouette
from reprise.evaluation.variance import chance_level, eta_squared
from reprise.plotting.latent import latent_map
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence

STATEMENT = "the classes are well separated clusters"
EXPECTED_ARI = {"genre": 0.5, "language": 0.7}
"""Lower ends of what the designs expect."""


def prove(evidence: Evidence) -> Outcome:
    """Score K-Means on test tracks against the class, and say how far the latents themselves vary with it."""
    attribute, reference = evidence.attribute, evidence.reference
    why = reference.obstacle(attribute, "test")
    if why:
        return Outcome({"separation": Unmeasured(STATEMENT, why)})
    rows = reference.rows(attribute, "test")
    classes, latents = reference.classes[attribute][rows], evidence.latents.values[rows]
    runs = [run[rows] for run in evidence.clusters]
    scores = clusterings.score(classes, runs, reference.groups[rows], evidence.resampling)
    claim = Claim(
        statement=f"{STATEMENT} (ARI from {EXPECTED_ARI[attribute]:g})",
        measure=f"ARI of K-Means with {attribute}, test tracks",
        found=scores["ari"].tracks,
        threshold=EXPECTED_ARI[attribute],
        null="the design's lower bound; permuted labels stand beside",
        figures={metric: estimate.to_dict() for metric, estimate in scores.items()}
        | {
            "silhouette_of_the_classes": silhouette(latents, classes),
            "variance_between_classes": eta_squared(latents, classes),
            "variance_between_classes_by_chance": chance_level(len(set(classes.tolist())), len(classes)),
            "told_the_true_class": _given(evidence),
        },
        labels_used=evidence.latents.labels_used,
    )
    points, method = neighbourhood_map(evidence.latents.values, evidence.resampling.seed)
    test = np.isin(np.arange(len(points)), rows)
    shown = np.where(test, reference.classes[attribute], "")
    title = f"{evidence.name}: test tracks in colour ({method})"
    picture = latent_map(points, {attribute: shown.tolist()}, title)
    return Outcome({"separation": claim}, {"separation": picture})


def _given(evidence: Evidence) -> dict[str, object]:
    """Say how the latents of labelled tracks vary with their class when the encoder is told it."""
    given, rows = evidence.given
    classes = evidence.reference.classes[evidence.attribute][rows]
    return {
        "variance_between_classes": eta_squared(given, classes),
        "note": "training and validation tracks encoded with their true class: contains the label, no evidence",
    }
