"""Whether VaDE clusters better than K-Means or a mixture on its own latents, and what its uncertainty means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reprise.clustering.methods import cluster
from reprise.evaluation import clusterings
from reprise.evaluation.agreement import ami
from reprise.evaluation.uncertainty import interval_over_tracks
from reprise.plotting.curves import curves
from reprise.plotting.latent import ellipses
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence
from reprise.tables import read_table

if TYPE_CHECKING:
    from reprise.models.vade import VaDE

OUTPERFORMS = {
    "kmeans": "its own assignment outperforms K-Means on the same latents",
    "gmm": "its own assignment outperforms a Gaussian mixture on the same latents",
}
UNCERTAIN = "its confidence tells which assignments are right"
BINS = 5


def prove(evidence: Evidence) -> Outcome:
    """Compare assignments of the same tracks by number of clusters used; then rank tracks by confidence."""
    table = read_table(evidence.places.models / evidence.name / "assignments.parquet").set_index("track_id")
    table = table.loc[evidence.latents.track_ids]
    own, confidence = (
        table["cluster"].to_numpy(dtype=np.int64),
        table["confidence"].to_numpy(dtype=np.float64),
    )
    uncertainty = table["uncertainty"].to_numpy(dtype=np.float64)
    why = evidence.reference.obstacle("genre", "all") or (
        None if len(np.unique(own)) > 1 else "one cluster takes all"
    )
    pictures = {"components": _components(evidence)}
    if why:
        names = [f"own_against_{method}" for method in OUTPERFORMS]
        statements = [*OUTPERFORMS.values(), UNCERTAIN]
        return Outcome(
            {
                name: Unmeasured(text, why)
                for name, text in zip([*names, "calibration"], statements, strict=True)
            },
            pictures,
        )
    rows = evidence.reference.rows("genre", "all")
    claims: dict[str, Claim | Unmeasured] = {
        f"own_against_{method}": _against(evidence, own, rows, method) for method in OUTPERFORMS
    }
    right = _right(evidence.reference.classes["genre"][rows], own[rows])
    claims["calibration"] = _calibration(evidence, right, confidence[rows], uncertainty[rows], rows)
    return Outcome(claims, pictures | {"calibration": _reliability_figure(right, confidence[rows])})


def _against(evidence: Evidence, own: NDArray[np.int64], rows: NDArray[Any], method: str) -> Claim:
    used = len(np.unique(own))
    first = evidence.resampling.seed
    runs = [
        cluster(evidence.latents.values, method, used, first + number) for number in range(evidence.seeds)
    ]
    classes, groups = evidence.reference.classes["genre"][rows], evidence.reference.groups[rows]
    gain = clusterings.difference(
        classes, [own[rows]], [run[rows] for run in runs], groups, evidence.resampling
    )
    return Claim(
        statement=OUTPERFORMS[method],
        measure=f"AMI with genre of the own assignment minus that of {method} with as many clusters, all tracks",
        found=gain["ami"],
        threshold=0.0,
        null="no difference: 0",
        figures={
            "ami": ami(classes, own[rows]),
            f"ami_of_{method}": float(np.mean([ami(classes, run[rows]) for run in runs])),
            "ari_gain": gain["ari"].to_dict(),
            "clusters_used": used,
        },
        labels_used=evidence.latents.labels_used,
    )


def _right(classes: NDArray[Any], own: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return whether each track is of the majority class of its cluster."""
    right = np.zeros(len(own), dtype=np.bool_)
    for number in np.unique(own):
        inside = own == number
        names, counts = np.unique(classes[inside], return_counts=True)
        right[inside] = classes[inside] == names[counts.argmax()]
    return right


def _calibration(
    evidence: Evidence,
    right: NDArray[np.bool_],
    confidence: NDArray[np.float64],
    uncertainty: NDArray[np.float64],
    rows: NDArray[Any],
) -> Claim | Unmeasured:
    if right.all() or not right.any():
        return Unmeasured(
            UNCERTAIN, "all assignments are right, or all are wrong: there is nothing to tell apart"
        )
    found = interval_over_tracks(
        lambda sample: ranking(confidence[sample], right[sample]),
        evidence.reference.groups[rows],
        evidence.resampling.resamples,
        evidence.resampling.seed,
    )
    return Claim(
        statement=UNCERTAIN,
        measure="area under the ROC curve of confidence for tracks of their cluster's majority genre",
        found=found,
        threshold=0.5,
        null="confidence without meaning: 0.5",
        figures={
            "expected_calibration_error": _calibration_error(right, confidence),
            "mean_confidence": float(confidence.mean()),
            "share_right": float(right.mean()),
            "mean_entropy": float(uncertainty.mean()),
            "mean_entropy_where_right": float(uncertainty[right].mean()),
            "mean_entropy_where_wrong": float(uncertainty[~right].mean()),
        },
        labels_used=evidence.latents.labels_used,
    )


def ranking(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Return how often a right item scores above a wrong one, ties as half; 0.5 where there is only one kind."""
    from scipy.stats import rankdata

    n_right, n_wrong = int(right.sum()), int((~right).sum())
    if n_right == 0 or n_wrong == 0:
        return 0.5
    ranks = rankdata(scores)
    return float((ranks[right].sum() - n_right * (n_right + 1) / 2) / (n_right * n_wrong))


def _bins(confidence: NDArray[np.float64]) -> list[NDArray[np.intp]]:
    """Return row numbers of equally many tracks each, in order of confidence."""
    return np.array_split(np.argsort(confidence, kind="stable"), min(BINS, len(confidence)))


def _calibration_error(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> float:
    gaps = [(len(rows), abs(right[rows].mean() - confidence[rows].mean())) for rows in _bins(confidence)]
    return float(sum(n * gap for n, gap in gaps) / len(right))


def _reliability_figure(right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> Figure:
    parts = _bins(confidence)
    x = np.array([confidence[rows].mean() for rows in parts])
    y = np.array([right[rows].mean() for rows in parts])
    labels = ("confidence", "share of the majority genre")
    return curves(
        x,
        {"fifths of the tracks": y},
        "does confidence tell which assignments are right?",
        labels,
        diagonal=True,
    )


def _components(evidence: Evidence) -> Figure:
    """Draw the Gaussians of the prior in the plane of the latents' first two principal components."""
    values = evidence.latents.values.astype(np.float64)
    log_weights, means, log_variances = (
        part.detach().double().cpu().numpy() for part in cast("VaDE", evidence.model).mixture()
    )
    kept = np.exp(log_weights) > 0.1 / len(log_weights)
    center = values.mean(axis=0)
    _, _, axes = np.linalg.svd(values - center, full_matrices=False)
    axes = axes[:2]
    covariances = np.einsum("ad,kd,bd->kab", axes, np.exp(log_variances[kept]), axes)
    classes = evidence.reference.classes["genre"].tolist()
    title = f"{evidence.name}: tracks and the Gaussians of the prior, in the principal plane"
    return ellipses((values - center) @ axes.T, classes, (means[kept] - center) @ axes.T, covariances, title)
