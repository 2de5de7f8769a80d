"""What representations and inputs have left once the means of the classes are taken away, and how rows are exchanged within a class.

Shared by `own_input`, which asks of a representation as a whole, and by `own_columns` and `label_columns`, which ask of its columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from reprise.audit.labelling import Codes, Labelling, Strings

MOST_TRACKS = 400
"""Tracks that are compared; more give no more certainty that matters."""

FEWEST = 30
"""Tracks below which nothing is asked."""

Floats = NDArray[np.float64]


def compared(ids: Strings, labelling: Labelling, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Return rows of labelled tracks, `MOST_TRACKS` at most, and where the labelling has them."""
    rows, position = labelling.at(ids)
    if len(rows) > MOST_TRACKS:
        chosen = np.sort(rng.choice(len(rows), MOST_TRACKS, replace=False))
        rows, position = rows[chosen], position[chosen]
    return rows, position


def orders(codes: Codes, count: int, rng: np.random.Generator) -> Iterator[Codes]:
    """Yield the rows as they are, then ``count`` times exchanged at random within their classes."""
    members = [np.flatnonzero(codes == number) for number in np.unique(codes)]
    yield np.arange(len(codes))
    for _ in range(count):
        order = np.arange(len(codes))
        for rows in members:
            order[rows] = rng.permutation(rows)
        yield order


def within_share(matrix: Floats, codes: Codes) -> Floats:
    """Return variance within classes over variance, for each column; 1 for a constant column."""
    total = np.square(matrix - matrix.mean(axis=0)).sum(axis=0)
    within = np.zeros(matrix.shape[1])
    for number in np.unique(codes):
        part = matrix[codes == number]
        within += np.square(part - part.mean(axis=0)).sum(axis=0)
    varies = total > 1e-12 * np.square(matrix).sum(axis=0) + 1e-300
    return np.where(varies, within / np.where(varies, total, 1), 1.0)


def standardised(values: NDArray[np.floating]) -> Floats:
    """Return columns of mean 0 and variance 1; constant columns become 0."""
    matrix = np.asarray(values, dtype=np.float64)
    deviation = matrix.std(axis=0)
    result: Floats = (matrix - matrix.mean(axis=0)) / np.where(deviation > 1e-9, deviation, np.inf)
    return result


def distances(values: NDArray[np.floating]) -> Floats:
    """Euclidean distances of rows, shape (n, n)."""
    matrix = np.asarray(values, dtype=np.float64)
    matrix = matrix - matrix.mean(axis=0)
    square = np.square(matrix).sum(axis=1)
    distances: Floats = np.sqrt(np.maximum(square[:, None] + square[None] - 2 * matrix @ matrix.T, 0))
    return distances


def deviations(values: NDArray[np.floating], codes: Codes) -> Floats:
    """Return deviations from the class means, shape (n, d)."""
    matrix = np.asarray(values, dtype=np.float64)
    classes = np.unique(codes, return_inverse=True)[1]
    means = np.stack([matrix[classes == number].mean(axis=0) for number in range(int(classes.max()) + 1)])
    away: Floats = matrix - means[classes]
    return away


def leading(values: NDArray[np.floating], codes: Codes, count: int) -> Floats:
    """Return leading principal components of the deviations from the class means, shape (n, at most ``count``)."""
    left, sizes, _ = np.linalg.svd(deviations(values, codes), full_matrices=False)
    components: Floats = (left * sizes)[:, :count]
    return components


def joined(inputs: Sequence[NDArray[np.floating]]) -> Floats:
    """Return the parts of an input beside each other, all with the variance of the first."""
    size = inputs[0].var(axis=0).sum()
    scaled = [part * np.sqrt(size / max(part.var(axis=0).sum(), 1e-12)) for part in inputs[1:]]
    return np.concatenate([inputs[0], *scaled], axis=1)
