"""Whether single columns of a representation tell the label and nothing of the track: a noisy one-hot beside honest columns.

`own_input` looks at a representation as a whole; columns that were added to an honest one hide in it. Each column is asked twice: does it tell the
label (between classes), and does it follow the input (within classes)? An honest column that tells the label well also follows the input.

Not to be seen following is no proof: tracks may be too few to see it. So other columns of the same representation, which the label hardly explains, are
witnesses: where they are not seen to follow either, nothing is said about any; and it takes more silent columns than bad luck would give. Nor is
anything said about a column that is the same (mostly zero) on nearly all tracks of each class, as units of a ReLU layer often are.

It need not follow linearly, or all parts of the input: a network bends what it is given, and may use sound and hardly any words. So a column follows if the
leading directions of the input explain it, or if its distances go with those of a part of the input (distance covariance).

References
----------
Székely, Rizzo and Bakirov, Measuring and testing dependence by correlation of distances, Annals of Statistics 35, 2007 (eq. 2.9; here within classes, with an
exact permutation null).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import binom

from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Codes, Labelling, Plan, Strings
from reprise.audit.within import (
    FEWEST,
    Floats,
    compared,
    deviations,
    distances,
    joined,
    leading,
    orders,
    within_share,
)

TELLS = 0.6
"""Share of a column's variance between classes from which it is asked whether it follows the input."""

WITNESSES = 16
"""Columns that the label explains less than half of, at most, on which it is seen whether following can be seen here."""

FEWEST_WITNESSES = 4
SEEN = 0.9
"""Least share of the witnesses that must be seen to follow: on 80 tracks it was between 6 and 16 of 16, on 250 at least 15 of 16 (or 14 of 14)."""

COMPONENTS = 32
"""Leading directions of the input that may explain a column."""

CHANCE = 0.1
"""Largest probability of as many silent columns, were each silent as often as a witness may be: 1 of 12 is bad luck, 4 of 12 are not."""

PERMUTATIONS = 199
FOLLOWS = 0.05
"""Largest p at which a column counts as following the input."""


def own_columns(
    subject: tuple[str, str],
    stage: str,
    ids: Strings,
    values: np.ndarray,
    inputs: Sequence[np.ndarray],
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
    values
        Shape (n, d).
    inputs
        Parts of the input, each of shape (n, e), in units in which variances may be compared.
    labelling
        The label.
    plan
        Seed of the permutations (within classes; their p is no alarm, but its absence is).
    """
    about = f"columns of {subject[0]} from {subject[1]} given {labelling.name}"
    rng = plan.generator("own_columns", *subject, labelling.name)
    rows, position = compared(ids, labelling, rng)
    if len(rows) < FEWEST:
        return skipped("own_input.columns", about, stage, f"only {len(rows)} tracks")
    codes = labelling.codes[position]
    matrix = np.asarray(values[rows], dtype=np.float64)
    between = 1 - within_share(matrix, codes)
    telling = np.flatnonzero(between >= TELLS)
    speaking = np.array([_varied(matrix[:, column], codes) >= FEWEST for column in telling], dtype=bool)
    silent, telling = len(telling) - int(speaking.sum()), telling[speaking]
    lost = telling[:0]
    heard, chance = 1.0, 1.0
    if len(telling):
        parts = [np.asarray(part[rows], dtype=np.float64) for part in inputs]
        witnesses = _witnesses(matrix, between, codes)
        follows = _follows(matrix[:, [*telling, *witnesses]], parts, codes, rng)
        if len(witnesses) >= FEWEST_WITNESSES:
            heard = float(follows[len(telling) :].mean())
        lost = telling[~follows[: len(telling)]] if heard >= SEEN else lost
        chance = float(binom.sf(len(lost) - 1, len(telling), 1 - SEEN))
    strongest = float(between.max(initial=0.0))
    return Finding(
        "own_input.columns",
        about,
        stage,
        "leak" if len(lost) and chance <= CHANCE else "ok",
        strongest,
        f"{len(telling) + silent} of {matrix.shape[1]} columns have {TELLS:.0%} of their variance between {labelling.name} classes (most: {strongest:.0%}); "
        f"{len(lost)} of them have nothing in common with {subject[1]} within a {labelling.name}"
        + (f" (as many by chance: p {chance:.3f})" if len(lost) else "")
        + (f"; {silent} vary on too few tracks to be asked" if silent else "")
        + (
            f"; not asked: of the other columns {heard:.0%} are seen to follow on so few tracks"
            if heard < SEEN
            else ""
        ),
        f"find where these columns of {subject[0]} come from: not from {subject[1]}",
        count=len(lost),
    )


def _follows(columns: Floats, inputs: Sequence[Floats], codes: Codes, rng: np.random.Generator) -> np.ndarray:
    """Say of each column whether it has more in common with the input than with the input permuted within classes, in one of the two ways."""
    residual = deviations(columns, codes)
    basis = np.linalg.qr(leading(joined(inputs), codes, COMPONENTS))[0]
    own = np.stack([_centred(np.abs(column[:, None] - column)).ravel() for column in residual.T])
    apart = [_centred(distances(deviations(part, codes))) for part in inputs]

    def common(order: Codes) -> np.ndarray:
        explained = np.square(basis[order].T @ residual).sum(axis=0)
        return np.stack([explained, *(own @ part[np.ix_(order, order)].ravel() for part in apart)])

    observed, *exchanged = (common(order) for order in orders(codes, PERMUTATIONS, rng))
    reached = 1 + np.sum([one >= observed for one in exchanged], axis=0)
    found: np.ndarray = np.any(reached / (PERMUTATIONS + 1) <= FOLLOWS, axis=0)
    return found


def _witnesses(matrix: Floats, between: Floats, codes: Codes) -> list[int]:
    """Return columns that vary on enough tracks and that the label explains less than half of: those of which it explains most."""
    found = [
        int(column)
        for column in np.argsort(-between)
        if between[column] < 0.5 and _varied(matrix[:, column], codes) >= FEWEST
    ]
    return found[:WITNESSES]


def _varied(column: Floats, codes: Codes) -> int:
    """Return on how many tracks the column has another value than the commonest of its class."""
    counts = (np.unique(column[codes == number], return_counts=True)[1].max() for number in np.unique(codes))
    return len(column) - int(sum(counts))


def _centred(apart: Floats) -> Floats:
    """Return distances less the means of their rows and columns."""
    centred: Floats = apart - apart.mean(axis=0) - apart.mean(axis=1)[:, None] + apart.mean()
    return centred
