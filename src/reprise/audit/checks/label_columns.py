"""Whether the label itself is inside a representation: as a column, a one-hot block, or an exact linear function.

Not asked: whether labels can be *predicted* from it. They can, from any good representation of music, so that test would always fire.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling, Strings

WITHIN = 1e-5
"""A column that varies this little within classes, relative to its variance, is a function of the label (float16 resolves 1e-6)."""

EXACT = 1e-4
"""Unexplained share of a label, each track predicted from the others, below which it is a linear function of the columns."""

MOST_COLUMNS = 0.8
"""Columns per track up to which a linear function can be told from chance."""

FEWEST = 3
"""Tracks a class needs before 'constant within the class' says anything."""

REMEDY = "the representation was given the label: remove it from the inputs, or name it as a negative control"


def label_columns(
    subject: str, stage: str, ids: Strings, values: NDArray[np.floating], labelling: Labelling
) -> Finding:
    """Look for the label in the columns of a representation.

    Parameters
    ----------
    subject, stage
        Representation, and the stage that writes it.
    ids
        Shape (n,): tracks of the rows.
    values
        Shape (n, d).
    labelling
        The label.
    """
    rows, position = labelling.at(ids)
    codes = labelling.codes[position]
    matrix = np.asarray(values[rows], dtype=np.float64)
    common = np.isin(codes, np.flatnonzero(np.bincount(codes, minlength=len(labelling.classes)) >= FEWEST))
    matrix, codes = matrix[common], codes[common]
    about = f"{subject} by {labelling.name}"
    if len(np.unique(codes)) < 2 or matrix.shape[1] == 0:
        return Finding(
            "label_columns.exact", about, stage, "skipped", 0.0, "fewer than two classes of three tracks", ""
        )
    within = _within_share(matrix, codes)
    columns = int(np.count_nonzero(within <= WITHIN))
    linear = _unexplained(matrix, codes)
    exact = int(np.count_nonzero(linear <= EXACT))
    return Finding(
        "label_columns.exact",
        about,
        stage,
        "leak" if columns or exact else "ok",
        float(1 - min(within.min(), linear.min(initial=1))),
        f"{columns} of {matrix.shape[1]} columns are constant within each {labelling.name}; "
        + (
            f"{exact} of {len(linear)} classes are exact linear functions of the columns"
            if len(linear)
            else f"linear functions cannot be told: {matrix.shape[1]} columns for {len(matrix)} tracks"
        ),
        REMEDY,
        count=columns + exact,
    )


def _within_share(matrix: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Variance within classes over variance, for each column; 1 for a constant column."""
    total = np.square(matrix - matrix.mean(axis=0)).sum(axis=0)
    within = np.zeros(matrix.shape[1])
    for number in np.unique(codes):
        part = matrix[codes == number]
        within += np.square(part - part.mean(axis=0)).sum(axis=0)
    varies = total > 1e-12 * np.square(matrix).sum(axis=0) + 1e-300
    return np.where(varies, within / np.where(varies, total, 1), 1.0)


def _unexplained(matrix: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Leave-one-out unexplained variance of each class indicator (PRESS over total); empty where columns are too many to tell."""
    n, d = matrix.shape
    if d > MOST_COLUMNS * n:
        return np.zeros(0)
    classes = np.unique(codes)
    indicator = (codes[:, None] == classes).astype(np.float64)
    design = np.concatenate([np.ones((n, 1)), matrix], axis=1)
    design /= np.maximum(np.linalg.norm(design, axis=0), 1e-300)
    basis, sizes, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, sizes > 1e-7 * sizes[0]]
    residual = indicator - basis @ (basis.T @ indicator)
    leverage = np.square(basis).sum(axis=1, keepdims=True)
    press = np.square(residual / np.maximum(1 - leverage, 1e-9)).sum(axis=0)
    unexplained: NDArray[np.float64] = press / np.square(indicator - indicator.mean(axis=0)).sum(axis=0)
    return unexplained
