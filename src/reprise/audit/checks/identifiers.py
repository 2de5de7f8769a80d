"""Whether the name of a track tells the label: ``blues.00042`` does, a hash of the samples cannot."""

from __future__ import annotations

import numpy as np

from reprise.audit.finding import Finding
from reprise.audit.information import mutual_information
from reprise.audit.labelling import Labelling, Plan, p_value

REMEDY = "name tracks by the hash of their content"


def identifiers(stage: str, labelling: Labelling, plan: Plan) -> list[Finding]:
    """Look for class names in the ids, and test each character's mutual information with the label.

    The statistic is the largest over all positions, so that the many positions are one test.
    """
    named = sum(
        name.lower().replace(" ", "") in track.lower()
        for track, name in zip(
            labelling.ids, (labelling.classes[code] for code in labelling.codes), strict=True
        )
        if len(name) > 2
    )
    width = max(len(track) for track in labelling.ids)
    letters = np.array([list(track.ljust(width)) for track in labelling.ids])
    columns = np.stack(
        [np.unique(letters[:, place], return_inverse=True)[1] for place in range(width)], axis=1
    )
    permuted = labelling.permutations(plan.permutations, plan.generator("identifiers", labelling.name))
    both = np.concatenate([labelling.codes[None], permuted])
    information = mutual_information(both, columns.astype(np.int64), len(labelling.classes)).max(axis=1)
    about = f"track_id by {labelling.name}"
    return [
        Finding(
            "identifiers.class_name",
            about,
            stage,
            "leak" if named else "ok",
            float(named),
            f"{named} of {len(labelling.ids)} ids contain the name of their {labelling.name}",
            REMEDY,
            count=named,
        ),
        Finding(
            "identifiers.characters",
            about,
            stage,
            "leak",
            float(information[0]),
            f"largest mutual information of a character with {labelling.name} {information[0]:.3f} nats; "
            f"{np.median(information[1:]):.3f} when labels are permuted between artists",
            REMEDY,
            p=p_value(information[0], information[1:]),
        ),
    ]
