"""Whether single columns of a representation tell the label and nothing of the track: a noisy one-hot beside honest columns.

`own_input` looks at a representation as a whole; columns that were added to an honest one hide in it. Each column is asked twice: does it tell the
label (between classes), and does it follow the input (within classes)? An honest column that tells the label well also follows the input.
"""

from __future__ import annotations

import numpy as np

from reprise.audit.checks.label_columns import within_share
from reprise.audit.checks.own_input import FEWEST, MOST_TRACKS, Floats, deviations
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Codes, Labelling, Plan, Strings

TELLS = 0.6
"""Share of a column's variance between classes from which it is asked whether it follows the input."""

COMPONENTS = 32
"""Leading components of the input that a column may follow."""

PERMUTATIONS = 199
FOLLOWS = 0.05
"""Largest p at which a column counts as following the input."""


def own_columns(
    subject: tuple[str, str],
    stage: str,
    ids: Strings,
    values: np.ndarray,
    inputs: np.ndarray,
    labelling: Labelling,
    plan: Plan,
) -> Finding:
    """Look for columns that tell the label but do not follow the input.

    Parameters
    ----------
    subject
        Names of the representation and of its input.
    stage
        The stage that writes the representation.
    ids
        Shape (n,): tracks of the rows of both.
    values, inputs
        Shapes (n, d) and (n, e), the input in units in which variances may be compared.
    labelling
        The label.
    plan
        Seed of the permutations (within classes; their p is no alarm, but its absence is).
    """
    about = f"columns of {subject[0]} from {subject[1]} given {labelling.name}"
    rng = plan.generator("own_columns", *subject, labelling.name)
    rows, position = labelling.at(ids)
    if len(rows) < FEWEST:
        return skipped("own_input.columns", about, stage, f"only {len(rows)} tracks")
    if len(rows) > MOST_TRACKS:
        chosen = np.sort(rng.choice(len(rows), MOST_TRACKS, replace=False))
        rows, position = rows[chosen], position[chosen]
    codes = labelling.codes[position]
    matrix = np.asarray(values[rows], dtype=np.float64)
    between = 1 - within_share(matrix, codes)
    telling = np.flatnonzero(between >= TELLS)
    lost = telling[~_follows(matrix[:, telling], inputs[rows], codes, rng)] if len(telling) else telling
    strongest = float(between.max(initial=0.0))
    return Finding(
        "own_input.columns",
        about,
        stage,
        "leak" if len(lost) else "ok",
        strongest,
        f"{len(telling)} of {matrix.shape[1]} columns have {TELLS:.0%} of their variance between {labelling.name} classes (most: {strongest:.0%}); "
        f"{len(lost)} of them have nothing in common with {subject[1]} within a {labelling.name}",
        f"find where these columns of {subject[0]} come from: not from {subject[1]}",
        count=len(lost),
    )


def _follows(columns: Floats, inputs: np.ndarray, codes: Codes, rng: np.random.Generator) -> np.ndarray:
    """Say of each column whether the input's leading components explain more of it than of its permutations within classes."""
    source = deviations(inputs, codes, COMPONENTS)
    basis = np.linalg.qr(source / np.maximum(np.linalg.norm(source, axis=0), 1e-12))[0]
    means = {number: columns[codes == number].mean(axis=0) for number in np.unique(codes)}
    residual = columns - np.stack([means[code] for code in codes])
    members = [np.flatnonzero(codes == number) for number in np.unique(codes)]
    observed = np.square(basis.T @ residual).sum(axis=0)
    reached = np.ones(columns.shape[1])
    for _ in range(PERMUTATIONS):
        order = np.arange(len(codes))
        for part in members:
            order[part] = rng.permutation(part)
        reached += np.square(basis[order].T @ residual).sum(axis=0) >= observed
    found: np.ndarray = reached / (PERMUTATIONS + 1) <= FOLLOWS
    return found
