"""Agreement of a clustering with reference labels.

Conventions
-----------
- A *reference* labelling and an *estimated* clustering are sequences of equal length, one entry per track; the values
  are names only, their order means nothing. Tracks without a reference label are left out before.
- Everything follows from the contingency table: how many tracks of reference class i lie in cluster j.

Metrics
-------
- :func:`nmi` : normalised mutual information, arithmetic mean of the entropies. In [0, 1]; rises with the number of
  clusters for no reason (chance is 0.20 for 100 tracks in 10 clusters), so it never stands without its chance level.
- :func:`ami` : mutual information corrected for chance. 1 is identity, 0 is chance.
- :func:`ari` : Rand index corrected for chance. 1 is identity, 0 is chance.
- :func:`purity` : share of tracks whose class is the majority of their cluster. In (0, 1]; 1 for singletons.
- :func:`accuracy` : share of tracks on the best one-to-one matching of clusters to classes (Hungarian method).

References
----------
.. [1] Vinh, Epps, Bailey: Information theoretic measures for clusterings comparison. JMLR 11, 2010.
.. [2] Hubert, Arabie: Comparing partitions. Journal of Classification 2, 1985.
.. [3] Kuhn: The Hungarian method for the assignment problem. Naval Research Logistics Quarterly 2, 1955.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput

Labels = NDArray[Any] | Sequence[Any]
Table = NDArray[np.int64]


def validate(reference: Labels, estimated: Labels) -> None:
    """Check that the two labellings belong together.

    Raises
    ------
    BadInput
        If they are empty, not one-dimensional, or of different lengths.
    """
    reference, estimated = np.asarray(reference), np.asarray(estimated)
    if reference.ndim != 1 or reference.shape != estimated.shape:
        raise BadInput(
            f"labellings of shape {reference.shape} and {estimated.shape}: one label per track in both is needed"
        )
    if reference.size == 0:
        raise BadInput("labellings of no tracks: there is nothing to score")


def contingency(reference: Labels, estimated: Labels) -> Table:
    """Count the tracks of each class in each cluster.

    Returns
    -------
    ndarray
        Shape ``(n_classes, n_clusters)``, rows and columns in ascending order of the values that occur.
    """
    validate(reference, estimated)
    classes, row = np.unique(np.asarray(reference), return_inverse=True)
    clusters, column = np.unique(np.asarray(estimated), return_inverse=True)
    counts = np.bincount(row * len(clusters) + column, minlength=len(classes) * len(clusters))
    return counts.reshape(len(classes), len(clusters)).astype(np.int64)


def nmi(reference: Labels, estimated: Labels) -> float:
    """Return normalised mutual information [1]_, in [0, 1].

    ``2 I(U; V) / (H(U) + H(V))``; 1 where both labellings are constant.
    """
    return nmi_of(contingency(reference, estimated))


def ami(reference: Labels, estimated: Labels) -> float:
    """Return adjusted mutual information [1]_, at most 1; chance is 0.

    ``(I - E[I]) / ((H(U) + H(V)) / 2 - E[I])`` with the expectation over permutations; 1 where both are constant.
    """
    table = contingency(reference, estimated)
    return ami_of(table, expected_mutual_information(table))


def ari(reference: Labels, estimated: Labels) -> float:
    """Return the adjusted Rand index [2]_, at most 1; chance is 0."""
    return ari_of(contingency(reference, estimated))


def purity(reference: Labels, estimated: Labels) -> float:
    """Return the share of tracks whose class is the majority of their cluster, in (0, 1]."""
    return purity_of(contingency(reference, estimated))


def accuracy(reference: Labels, estimated: Labels) -> float:
    """Return the share of tracks on the best one-to-one matching of clusters to classes [3]_, in (0, 1]."""
    return accuracy_of(contingency(reference, estimated))


def evaluate(reference: Labels, estimated: Labels) -> dict[str, float]:
    """Return all agreement scores by name.

    Examples
    --------
    >>> evaluate(["rock", "rock", "jazz"], [1, 1, 0])["ari"]
    1.0
    """
    table = contingency(reference, estimated)
    return scores_of(table, expected_mutual_information(table))


def scores_of(table: Table, expected: float) -> dict[str, float]:
    """Return all scores of a contingency table whose expected mutual information is known.

    The expectation depends on the margins alone, so that a permutation test computes it once.
    """
    return {
        "accuracy": accuracy_of(table),
        "ami": ami_of(table, expected),
        "ari": ari_of(table),
        "nmi": nmi_of(table),
        "purity": purity_of(table),
    }


def expected_mutual_information(table: Table) -> float:
    """Return the mean mutual information (nats) of two labellings with these margins, equation 24a of [1]_."""
    from sklearn.metrics.cluster import expected_mutual_information as expected

    return float(expected(table, int(table.sum())))


def nmi_of(table: Table) -> float:
    """Return normalised mutual information of a contingency table."""
    mean_entropy = 0.5 * (_entropy(table.sum(1)) + _entropy(table.sum(0)))
    if mean_entropy == 0.0:
        return 1.0
    return float(np.clip(_mutual_information(table) / mean_entropy, 0.0, 1.0))


def ami_of(table: Table, expected: float) -> float:
    """Return adjusted mutual information of a contingency table."""
    n_classes, n_clusters = table.shape
    n = int(table.sum())
    if n_classes == n_clusters == 1 or n_classes == n_clusters == n:
        return 1.0
    mean_entropy = 0.5 * (_entropy(table.sum(1)) + _entropy(table.sum(0)))
    span = mean_entropy - expected
    tiny = float(np.finfo(np.float64).eps)
    span = min(span, -tiny) if span < 0 else max(span, tiny)
    return float((_mutual_information(table) - expected) / span)


def ari_of(table: Table) -> float:
    """Return the adjusted Rand index of a contingency table."""
    n = int(table.sum())
    together = _pairs(table).sum()
    in_classes, in_clusters = _pairs(table.sum(1)).sum(), _pairs(table.sum(0)).sum()
    expected = in_classes * in_clusters / max(_pairs(np.array([n])).sum(), 1.0)
    span = 0.5 * (in_classes + in_clusters) - expected
    return 1.0 if span == 0 else float((together - expected) / span)


def purity_of(table: Table) -> float:
    """Return the purity of a contingency table."""
    return float(table.max(0).sum() / table.sum())


def accuracy_of(table: Table) -> float:
    """Return the matched share of a contingency table."""
    rows, columns = matching(table)
    return float(table[rows, columns].sum() / table.sum())


def matching(table: Table) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return classes and clusters of the one-to-one matching that covers most tracks [3]_."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-table)
    return rows, columns


def _entropy(counts: NDArray[np.int64]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log(share)).sum())


def _mutual_information(table: Table) -> float:
    joint = table / table.sum()
    independent = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    seen = joint > 0
    return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())


def _pairs(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    pairs: NDArray[np.float64] = counts * (counts - 1) / 2.0
    return pairs
