"""Whether the acoustic labels contain the label they are later judged by."""

from __future__ import annotations

import re

import numpy as np

from reprise.audit.finding import Finding, Severity
from reprise.audit.labelling import Labelling, Strings

FEWEST = 20


def pseudo_labels(stage: str, ids: Strings, names: Strings, labelling: Labelling) -> list[Finding]:
    """Check that acoustic labels neither equal the label nor say its name.

    Parameters
    ----------
    stage
        The stage that made the labels.
    ids, names
        Shape (n,): tracks and their acoustic labels.
    labelling
        The label they are judged by.
    """
    rows, position = labelling.at(ids)
    codes = labelling.codes[position]
    about = f"acoustic labels by {labelling.name}"
    if len(rows) < FEWEST:
        return [
            Finding(
                "pseudo_labels.same_partition",
                about,
                stage,
                "skipped",
                0.0,
                f"only {len(rows)} labelled tracks",
                "",
            )
        ]
    clusters = np.unique(names[rows], return_inverse=True)[1]
    pairs = len(np.unique(np.stack([codes, clusters]), axis=1).T)
    same = pairs == len(np.unique(codes)) == len(np.unique(clusters)) > 1
    named = [name for name in np.unique(names[rows]) if _says(str(name), labelling.classes)]
    severity: Severity = "warn" if named else "ok"
    return [
        Finding(
            "pseudo_labels.same_partition",
            about,
            stage,
            "leak" if same else "ok",
            float(same),
            f"{len(np.unique(clusters))} acoustic labels and {len(np.unique(codes))} classes meet in {pairs} combinations",
            f"acoustic labels must come from sound alone: {labelling.name} may not be an input of {stage}",
            count=pairs,
        ),
        Finding(
            "pseudo_labels.names",
            about,
            stage,
            severity,
            float(len(named)),
            f"{len(named)} names of acoustic labels contain the name of a {labelling.name}",
            "name clusters by what is heard",
            count=len(named),
        ),
    ]


def _says(label: str, classes: tuple[str, ...]) -> bool:
    words = " ".join(re.findall(r"[a-z]+", label.lower()))
    return any(re.search(rf"\b{re.escape(name.lower())}\b", words) for name in classes if len(name) > 2)
