"""Whether a model clusters better than principal components: better separated, and closer to the labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.evaluation import agreement, clusterings
from reprise.evaluation.uncertainty import around, resampled_rows
from reprise.plotting.scores import interval_dots
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence
from reprise.proofs.shared import difference_dot

SEPARATED = "clusters are better separated than those of PCA"
AGREES = "clusters agree better with the labels than those of PCA"


def prove(evidence: Evidence) -> Outcome:
    """Compare K-Means on the model's latents with K-Means on PCA scores: same k, same seeds, same tracks."""
    separation = _separation(evidence, evidence.baseline)
    claims: dict[str, Claim | Unmeasured] = {"gain_separation": separation}
    dots = [difference_dot("silhouette", separation.found)]
    why = evidence.reference.obstacle(evidence.attribute, evidence.scope)
    if why:
        claims["gain_agreement"] = Unmeasured(AGREES, why)
    else:
        agrees = _agreement(evidence)
        claims["gain_agreement"] = agrees
        dots += [difference_dot("AMI", agrees.found)]
    figure = interval_dots(dots, f"{evidence.name} minus PCA", "difference; bars: 95 %, paired by artist")
    return Outcome(claims, {"gain_over_pca": figure})


def _separation(evidence: Evidence, baseline: NDArray[Any]) -> Claim:
    own = _silhouettes(evidence.latents.values, evidence.clusters)
    other = _silhouettes(baseline, evidence.baseline_clusters)
    gain = own - other
    resampling = evidence.resampling
    rows = resampled_rows(evidence.reference.groups, resampling.resamples, resampling.seed)
    return Claim(
        statement=SEPARATED,
        measure="silhouette of K-Means on the latents minus that on PCA scores",
        found=around(float(gain.mean()), [float(gain[sample].mean()) for sample in rows]),
        threshold=0.0,
        null="no difference: 0",
        figures={"silhouette": float(own.mean()), "silhouette_of_pca": float(other.mean())},
        labels_used=evidence.latents.labels_used,
    )


def _silhouettes(latents: NDArray[Any], runs: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return each track's silhouette, mean over seeds; 0 where a clustering has one cluster only."""
    from sklearn.metrics import silhouette_samples

    values = latents.astype(np.float64)
    per_run = [
        silhouette_samples(values, run) if len(np.unique(run)) > 1 else np.zeros(len(run)) for run in runs
    ]
    mean: NDArray[np.float64] = np.mean(per_run, axis=0)
    return mean


def _agreement(evidence: Evidence) -> Claim:
    reference, attribute = evidence.reference, evidence.attribute
    rows = reference.rows(attribute, evidence.scope)
    classes = reference.classes[attribute][rows]
    own, other = ([run[rows] for run in runs] for runs in (evidence.clusters, evidence.baseline_clusters))
    gain = clusterings.difference(classes, own, other, reference.groups[rows], evidence.resampling)
    return Claim(
        statement=AGREES,
        measure=f"AMI with {attribute} of K-Means on the latents minus that on PCA scores, {evidence.scope} tracks",
        found=gain["ami"],
        threshold=0.0,
        null="no difference: 0",
        figures={
            "ami": float(np.mean([agreement.ami(classes, run) for run in own])),
            "ami_of_pca": float(np.mean([agreement.ami(classes, run) for run in other])),
            "ari_gain": gain["ari"].to_dict(),
        },
        labels_used=evidence.latents.labels_used,
    )
