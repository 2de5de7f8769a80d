"""Whether the acoustic labels contain the label they are later judged by, or come from anything but sound."""

from __future__ import annotations

import numpy as np

from reprise.audit.finding import Finding, Severity, skipped
from reprise.audit.labelling import Labelling, Strings
from reprise.audit.names import names_of
from reprise.audit.words import plain

FEWEST = 20
ASTRAY = 0.02
"""Share of tracks that may lie nearer to another cluster's centre: K-Means stops before the very last move."""

Matrix = np.ndarray


def same_partition(stage: str, ids: Strings, names: Strings, labelling: Labelling) -> Finding:
    """Check that acoustic labels are no function of the label, and the label none of them (beyond single tracks).

    Parameters
    ----------
    stage
        The stage that made the labels.
    ids, names
        Shape (n,): tracks and their acoustic labels.
    labelling
        The label they are judged by.
    """
    about = f"acoustic labels by {labelling.name}"
    rows, position = labelling.at(ids)
    if len(rows) < FEWEST:
        return skipped("pseudo_labels.same_partition", about, stage, f"only {len(rows)} labelled tracks")
    codes = labelling.codes[position]
    clusters = np.unique(names[rows], return_inverse=True)[1]
    table = np.zeros((codes.max() + 1, clusters.max() + 1))
    np.add.at(table, (codes, clusters), 1)
    table = table[table.sum(axis=1) > 0]
    by_label, by_cluster = (
        float(table.max(axis=1).sum() / table.sum()),
        float(table.max(axis=0).sum() / table.sum()),
    )
    told = min(table.shape) > 1
    same = told and max(by_label, by_cluster) == 1.0
    return Finding(
        "pseudo_labels.same_partition",
        about,
        stage,
        "leak" if same else "ok",
        max(by_label, by_cluster),
        f"the {labelling.name} tells the acoustic label of {by_label:.0%} of {len(rows)} tracks, the acoustic label the {labelling.name} of "
        f"{by_cluster:.0%}; a leak is 100%",
        f"acoustic labels must come from sound alone: {labelling.name} may not be an input of {stage}",
        count=len(rows),
    )


def class_in_name(stage: str, names: Strings, labelling: Labelling) -> Finding:
    """Check that no acoustic label says the name of a class."""
    distinct = sorted(set(names.tolist()))
    named = [name for name in distinct if _says(str(name), labelling.classes)]
    severity: Severity = "warn" if named else "ok"
    return Finding(
        "pseudo_labels.names",
        f"acoustic labels by {labelling.name}",
        stage,
        severity,
        float(len(named)),
        f"{len(named)} of {len(distinct)} names of acoustic labels contain the name of a {labelling.name}"
        + (f": {', '.join(named)}" if named else ""),
        "name clusters by what is heard",
        count=len(named),
    )


def nearest_centre(
    what: tuple[str, str, str], clusters: np.ndarray, values: Matrix, fitted: np.ndarray
) -> Finding:
    """Check that K-Means clusters are those of the vectors they are said to be of: each track lies nearest to its own centre.

    A label among the inputs of the clustering moves clusters away from what the vectors alone give.

    Parameters
    ----------
    what
        The clusters, the vectors, and the stage.
    clusters
        Shape (n,).
    values
        Shape (n, d): the vectors, in the units in which they were clustered.
    fitted
        Shape (n,): tracks the centres are means of.
    """
    subject, vectors, stage = what
    used = np.unique(clusters[fitted])
    if len(used) < 2:
        return skipped(
            "pseudo_labels.nearest_centre", subject, stage, f"{len(used)} cluster among the fitted tracks"
        )
    centres = np.stack([values[fitted & (clusters == number)].mean(axis=0) for number in used])
    squares = np.square(values).sum(axis=1)[:, None] - 2 * values @ centres.T + np.square(centres).sum(axis=1)
    astray = float(np.mean(used[squares.argmin(axis=1)] != clusters))
    return Finding(
        "pseudo_labels.nearest_centre",
        subject,
        stage,
        "leak" if astray > ASTRAY else "ok",
        astray,
        f"{astray:.1%} of {len(clusters)} tracks lie nearer to another cluster's centre in the {vectors}; {ASTRAY:.0%} are allowed",
        f"cluster the {vectors} and nothing else",
        count=round(astray * len(clusters)),
    )


def _says(label: str, classes: tuple[str, ...]) -> bool:
    said = f" {plain(label)} "
    return any(f" {name} " in said for one in classes for name in names_of(one) if len(name) > 2)
