"""Whether a name tells the label: ``blues.00042`` does, a hash of the samples cannot. Tracks, artists and groups all have names."""

from __future__ import annotations

import numpy as np

from reprise.audit.finding import Finding, Severity
from reprise.audit.information import mutual_information
from reprise.audit.labelling import Labelling, Plan, Strings, p_value
from reprise.audit.words import plain

REMEDY = "name {what}s by a hash of their content"


def identifiers(what: str, stage: str, labelling: Labelling, plan: Plan) -> list[Finding]:
    """Look for class names in the names, and test each character's mutual information with the label.

    The statistic is the largest over all positions, so that the many positions are one test. A name that is a hash of its own content is like no
    other name of the artist, so labels are permuted name by name: an id that tells the artist tells the label through it, and is found as well.

    Parameters
    ----------
    what, stage
        ``track_id``, ``artist_id`` or ``group_id``, and the stage that writes it.
    labelling
        The label; its ``ids`` are the names (see `by_name`).
    plan
        Permutations.
    """
    squeezed = [plain(labelling.classes[code]).replace(" ", "") for code in labelling.codes]
    named = sum(
        len(name) > 2 and name in track.lower() for track, name in zip(labelling.ids, squeezed, strict=True)
    )
    width = max(len(track) for track in labelling.ids)
    letters = np.array([list(track.ljust(width)) for track in labelling.ids])
    columns = np.stack(
        [np.unique(letters[:, place], return_inverse=True)[1] for place in range(width)], axis=1
    )
    permuted = labelling.exchanged(plan.permutations, plan.generator("identifiers", what, labelling.name))
    both = np.concatenate([labelling.codes[None], permuted])
    information = mutual_information(both, columns.astype(np.int64), len(labelling.classes)).max(axis=1)
    about = f"{what} by {labelling.name}"
    remedy = REMEDY.format(what=what.removesuffix("_id"))
    severity: Severity = "leak" if named else "ok"
    text = f"{named} of {len(labelling.ids)} names contain the name of their {labelling.name}"
    return [
        Finding("identifiers.class_name", about, stage, severity, float(named), text, remedy, count=named),
        Finding(
            "identifiers.characters",
            about,
            stage,
            "leak",
            float(information[0]),
            f"largest mutual information of a character with {labelling.name} {information[0]:.3f} nats; "
            f"{np.median(information[1:]):.3f} when labels are permuted",
            remedy,
            p=p_value(information[0], information[1:]),
            count=len(labelling.ids),
        ),
    ]


def by_name(labelling: Labelling, tracks: Strings, names: Strings) -> Labelling:
    """Return the label of each distinct name (artist, group): that of its first track.

    Parameters
    ----------
    labelling
        The label of tracks.
    tracks, names
        Shape (n,): tracks and the name each has.
    """
    rows, position = labelling.at(tracks)
    distinct, first = np.unique(names[rows], return_index=True)
    values = np.array(labelling.classes, dtype=str)[labelling.codes[position[first]]]
    return Labelling.build(labelling.name, distinct, values, distinct)
