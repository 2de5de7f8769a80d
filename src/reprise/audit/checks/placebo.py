"""What the placebo says: whether exchanged inputs give exchanged rows, and whether the label of the track that received them is left in the rows."""

from __future__ import annotations

import numpy as np

from reprise.audit.differences import MANY, MOVED
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Labelling, Plan
from reprise.audit.placebo_store import Placebo
from reprise.audit.probe import probe

FEWEST = 16
"""Labelled receivers below which the probe has no power."""


def same_function(placebo: Placebo) -> list[Finding]:
    """Check that each representation is what the stage's function makes of the raw input, whatever the track is called."""
    if placebo.why:
        return [skipped("placebo.same_function", placebo.modality, placebo.stage, placebo.why)]
    return [
        Finding(
            "placebo.same_function",
            f"{name} from {placebo.modality}",
            placebo.stage,
            "ok" if found.same else "leak",
            found.moved,
            f"run again on exchanged inputs of {found.rows} tracks: of {found.cells} values, the one that moves most (by over {MOVED:g} sd from the "
            f"owner's row) does so in {found.moved:.0%} of the tracks; {MANY:.0%} are allowed",
            f"{name} follows from more than its own {placebo.modality}: look for labels, names, row numbers and other tracks in {placebo.stage}",
            count=found.rows,
        )
        for name, found in placebo.differences.items()
    ]


def remaining_label(placebo: Placebo, labelling: Labelling, plan: Plan) -> Finding:
    """Test whether exchanged inputs leave a trace of the receiver's label (exact: one track of each artist, owners permuted)."""
    about = f"{labelling.name} after exchanging {placebo.modality}"
    if placebo.why:
        return skipped("placebo.probe", about, placebo.stage, placebo.why)
    rows, position = labelling.at(placebo.receivers)
    codes = labelling.codes[position]
    if len(rows) < FEWEST or len(np.unique(codes)) < 2:
        why = f"{len(rows)} labelled tracks of as many artists; {FEWEST} are needed"
        return skipped("placebo.probe", about, placebo.stage, why)
    rng = plan.generator("placebo", placebo.modality, labelling.name)
    permuted = rng.permuted(np.tile(codes, (plan.permutations, 1)), axis=1)
    accuracy, chance, p = probe(placebo.rows[rows], codes, permuted)
    return Finding(
        "placebo.probe",
        about,
        placebo.stage,
        "leak",
        accuracy - chance,
        f"a ridge probe names the {labelling.name} of {accuracy:.0%} of {len(rows)} tracks that were given another's {placebo.modality}; "
        f"{chance:.0%} when permuted",
        f"what {placebo.stage} writes contains the {labelling.name} of the track's name, not of its {placebo.modality}",
        p=p,
        count=len(rows),
    )
