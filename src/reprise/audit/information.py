"""Mutual information between a label and categories, for a label and all its permutations at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from reprise.audit.labelling import Codes

BATCH = 500
"""Permutations at a time: keeps the contingency tables small."""


def mutual_information(codes: Codes, columns: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """Return the mutual information in nats.

    Parameters
    ----------
    codes
        Shape (labellings, n): a label and its permutations.
    columns
        Shape (n, columns): numbers of the categories of each column.
    classes
        Number of classes.

    Returns
    -------
    ndarray
        Shape (labellings, columns).
    """
    n = codes.shape[1]
    sizes = columns.max(axis=0) + 1
    starts = np.concatenate([[0], np.cumsum(sizes)])
    member = np.zeros((n, starts[-1]), dtype=np.float32)
    for column, start in enumerate(starts[:-1]):
        member[np.arange(n), start + columns[:, column]] = 1
    found = []
    for first in range(0, len(codes), BATCH):
        batch = codes[first : first + BATCH]
        joint = np.stack([(batch == label).astype(np.float32) @ member for label in range(classes)], axis=1)
        terms = xlogy(joint, joint).sum(axis=1)
        summed = np.add.reduceat(terms, starts[:-1], axis=1)
        found.append(summed.astype(np.float64))
    marginal = member.sum(axis=0, dtype=np.float64)
    of_columns = np.add.reduceat(xlogy(marginal, marginal), starts[:-1])
    counts = np.stack([(codes == label).sum(axis=1) for label in range(classes)], axis=1)
    of_labels = xlogy(counts, counts).sum(axis=1)
    together = np.concatenate(found)
    information: NDArray[np.float64] = (together - of_columns - of_labels[:, None]) / n + np.log(n)
    return information
