"""Whether the label itself is inside a representation: as a column, a one-hot block, any code of it, or any rotation of these.

Not asked: whether labels can be *predicted* from it. They can, from any good representation of music, so that test would always fire.

A rotation mixes the label into all columns, but some linear combination of them is still constant within classes. The largest canonical correlation
between columns and classes finds it: 1 exactly there, and only there. With nearly as many columns as tracks it is 1 for any labels; the same statistic
for labels permuted between artists says whether it can be told.

References
----------
Hotelling, Relations between two sets of variates, Biometrika 28, 1936.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Codes, Labelling, Plan, Strings
from reprise.audit.within import Floats, within_share

WITHIN = 1e-5
"""A column that varies this little within classes, relative to its variance, is a function of the label (float16 resolves 1e-6)."""

EXACT = 1e-4
"""Share of a combination's variance within classes below which it is a function of the label."""

MOST_COLUMNS = 0.8
"""Columns per track up to which a combination can be told from chance."""

MOST_TRACKS = 1500
"""Tracks on which combinations are looked for; more cost a minute and tell no more."""

FEWEST = 3
"""Tracks a class needs before 'constant within the class' says anything."""

PERMUTATIONS = 19

REMEDY = "the representation was given the label: remove it from the inputs, or name it as a negative control"


def label_columns(
    subject: str, stage: str, ids: Strings, values: NDArray[np.floating], labelling: Labelling, plan: Plan
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
    plan
        Permutations (of which a few are enough here: nothing is decided by a p).
    """
    rows, position = labelling.at(ids)
    codes = labelling.codes[position]
    matrix = np.asarray(values[rows], dtype=np.float64)
    common = np.isin(codes, np.flatnonzero(np.bincount(codes, minlength=len(labelling.classes)) >= FEWEST))
    about = f"{subject} by {labelling.name}"
    if len(np.unique(codes[common])) < 2 or matrix.shape[1] == 0:
        return skipped("label_columns.exact", about, stage, "fewer than two classes of three tracks")
    matrix, codes = matrix[common], codes[common]
    within = within_share(matrix, codes)
    columns = int(np.count_nonzero(within <= WITHIN))
    position = position[common]
    if len(matrix) > MOST_TRACKS:
        some = np.linspace(0, len(matrix) - 1, MOST_TRACKS).astype(np.intp)
        matrix, codes, position = matrix[some], codes[some], position[some]
    scaled = _scaled(matrix)
    told = scaled.shape[1] <= MOST_COLUMNS * len(matrix)
    basis = _basis(scaled) if told else scaled
    combined = _combined(basis, codes) if told else 1.0
    if combined <= EXACT:
        rng = plan.generator("label_columns", subject, labelling.name)
        null = labelling.permutations(PERMUTATIONS, rng)[:, position]
        told = min(_combined(basis, shuffled) for shuffled in null) > EXACT
    exact = told and combined <= EXACT
    return Finding(
        "label_columns.exact",
        about,
        stage,
        "leak" if columns or exact else "ok",
        float(1 - min(within.min(), combined)),
        f"{columns} of {matrix.shape[1]} columns are constant within each {labelling.name}; "
        + (
            f"the combination that varies least does so by {combined:.2g} of its variance within each {labelling.name}"
            if told
            else f"combinations cannot be told: {scaled.shape[1]} columns for {len(matrix)} tracks"
        ),
        REMEDY,
        count=columns or int(exact),
    )


def _scaled(matrix: Floats) -> Floats:
    """Centred columns of length 1, without constant ones."""
    centred = matrix - matrix.mean(axis=0)
    size = np.linalg.norm(centred, axis=0)
    varies = size > 1e-6 * np.linalg.norm(matrix, axis=0)
    scaled: Floats = centred[:, varies] / size[varies]
    return scaled


def _basis(scaled: Floats) -> Floats:
    """Orthonormal basis of the columns, shape (n, rank)."""
    if scaled.shape[1] == 0:
        return scaled
    left, sizes, _ = np.linalg.svd(scaled, full_matrices=False)
    basis: Floats = left[:, sizes > 1e-6 * sizes[0]]
    return basis


def _combined(basis: Floats, codes: Codes) -> float:
    """Return 1 minus the largest squared canonical correlation of columns and classes."""
    if basis.shape[1] == 0:
        return 1.0
    classes = np.unique(codes)
    indicator = (codes[:, None] == classes).astype(np.float64)
    means = indicator / np.sqrt(indicator.sum(axis=0))
    return max(0.0, float(1 - np.linalg.norm(basis.T @ means, 2) ** 2))
