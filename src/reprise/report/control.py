"""Negative controls: representations that contain the label itself. They cluster by it whatever was learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.clustering.methods import cluster
from reprise.evaluation.agreement import ami, nmi
from reprise.evaluation.reference import Reference
from reprise.models.read_latents import Unavailable, load_latents

FILE = "negative_control"
FLAG = "contains the label: no evidence of anything learned"


@dataclass(frozen=True)
class Control:
    """One representation with the label in it.

    Parameters
    ----------
    name
        The model that writes it.
    attribute
        The label it contains.
    scores
        Scaling of its columns to NMI and AMI of K-Means with that label.
    """

    name: str
    attribute: str
    scores: dict[str, dict[str, float]]

    def to_dict(self) -> dict[str, Any]:
        """Return the control as metrics, with its flag."""
        return {"flag": FLAG, "labels_used": f"{self.attribute}, in the representation itself"} | self.scores


def read_controls(
    models: Path, names: Sequence[str], reference: Reference, k: int, seed: int
) -> list[Control]:
    """Cluster every negative control that a model has written, as it is and with standardised columns."""
    found = []
    for name in names:
        if not (models / name / f"{FILE}.npy").exists():
            continue
        latents = load_latents(models / name, FILE)
        assert not isinstance(latents, Unavailable)  # its file exists
        attribute = latents.labels_used.split(" ")[0]
        classes = reference.classes[attribute][np.searchsorted(reference.track_ids, latents.track_ids)]
        values = latents.values.astype(np.float64)
        deviation = values.std(axis=0)
        standardised = values / np.where(deviation > 0, deviation, 1.0)
        scores = {
            "as_it_is": _score(values, classes, k, seed),
            "standardised": _score(standardised, classes, k, seed),
        }
        found.append(Control(name, attribute, scores))
    return found


def _score(values: NDArray[np.float64], classes: NDArray[Any], k: int, seed: int) -> dict[str, float]:
    clusters = cluster(values, "kmeans", min(k, len(values)), seed)
    return {"ami": ami(classes, clusters), "nmi": nmi(classes, clusters)}
