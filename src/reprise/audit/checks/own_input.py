"""Whether a representation follows its own input, beyond what the label says about both.

An embedding that was made from the label (a base vector for each genre, plus noise) is near-perfect at telling the genre and knows nothing of the
track: once the means of the classes are taken away, it has nothing in common with the lyrics it claims to encode. An honest embedding has. Rows that
were exchanged are found in the same way.

References
----------
Escoufier, Le traitement des variables vectorielles, Biometrics 29, 1973 (the RV coefficient; here within classes, with an exact permutation null).
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding, Severity, skipped
from reprise.audit.labelling import Codes, Labelling, Plan, Strings, p_value
from reprise.audit.within import FEWEST, Floats, compared, distances, leading, orders
from reprise.audit.words import words

PERMUTATIONS = 499
FOLLOWS = 0.01
"""Largest p at which the representation counts as following its input; an honest one is far below."""

HASHES = 2048
COMPONENTS = 64


def own_input(
    subject: tuple[str, str],
    stage: str,
    ids: Strings,
    values: NDArray[np.floating],
    inputs: NDArray[np.floating],
    labelling: Labelling,
    plan: Plan,
) -> Finding:
    """Test whether a representation has anything in common with its input within classes.

    Parameters
    ----------
    subject
        Names of the representation and of its input.
    stage
        The stage that writes the representation.
    ids
        Shape (n,): tracks of the rows of both.
    values, inputs
        Shapes (n, d) and (n, e), in units in which variances may be compared (see `standardised`).
    labelling
        The label.
    plan
        Permutations.

    Returns
    -------
    Finding
        A leak if the representation tells the label but does not follow its input; a warning if it does neither.
    """
    rng = plan.generator("own_input", *subject, labelling.name)
    rows, position = compared(ids, labelling, rng)
    about = f"{subject[0]} from {subject[1]} given {labelling.name}"
    if len(rows) < FEWEST:
        return skipped("own_input.follows", about, stage, f"only {len(rows)} tracks")
    codes = labelling.codes[position]
    own, source = leading(values[rows], codes, COMPONENTS), leading(inputs[rows], codes, COMPONENTS)
    correlation, null = _rv(own, source, codes, rng)
    p_follows = p_value(correlation, null)
    p_label = _label_p(distances(values[rows]), labelling, position, rng)
    severity: Severity = "ok" if p_follows <= FOLLOWS else "leak" if p_label <= FOLLOWS else "warn"
    return Finding(
        "own_input.follows",
        about,
        stage,
        severity,
        correlation,
        f"within a {labelling.name}, it shares {correlation:.2f} (RV) with {subject[1]} (p {p_follows:.3f}); "
        f"it tells the {labelling.name} with p {p_label:.3f}",
        f"what {subject[0]} knows does not come from {subject[1]}: look for labels among its inputs, and for exchanged rows",
        count=len(rows),
    )


def word_vectors(texts: list[str]) -> Floats:
    """Return TF-IDF rows of length 1 (words hashed to `HASHES` columns), shape (n, HASHES)."""
    counts = np.zeros((len(texts), HASHES))
    for row, text in enumerate(texts):
        for word in words(text):
            counts[row, zlib.crc32(word.encode()) % HASHES] += 1
    weighted = np.log1p(counts) * np.log((1 + len(texts)) / (1 + np.count_nonzero(counts, axis=0)))
    result: Floats = weighted / np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-12)
    return result


def _rv(own: Floats, source: Floats, codes: Codes, rng: np.random.Generator) -> tuple[float, Floats]:
    """RV coefficient, and the same with the input's rows permuted within classes."""
    size = np.linalg.norm(own.T @ own) * np.linalg.norm(source.T @ source)
    found = [
        float(np.square(own.T @ source[order]).sum() / size) if size > 0 else 0.0
        for order in orders(codes, PERMUTATIONS, rng)
    ]
    return found[0], np.array(found[1:])


def _label_p(own: Floats, labelling: Labelling, position: Codes, rng: np.random.Generator) -> float:
    """Permutation p that tracks of one class are nearer to each other than tracks of different classes."""
    null = labelling.permutations(PERMUTATIONS, rng)[:, position]
    both = np.concatenate([labelling.codes[position][None], null])
    nearness = []
    for codes in both:
        same = codes[:, None] == codes[None]
        nearness.append(-float(own[same].sum() / max(np.count_nonzero(same) - len(codes), 1)))
    return p_value(nearness[0], np.array(nearness[1:]))
