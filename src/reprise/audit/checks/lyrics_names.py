"""Whether lyrics name their label, in any of five languages, or stand for it word by word with lyrics of other artists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding, Severity, skipped
from reprise.audit.labelling import Labelling, Plan, p_value
from reprise.audit.names import names_of
from reprise.audit.words import plain

PURE = 0.97
"""A name that stands in one class only, but for mislabelled tracks."""

COMMON = 0.1
"""Share of a class that must carry the name before it can move a result."""

FEWEST = 3
"""Fewer lyrics with the name are an anecdote."""

LANGUAGE = "not asked: lyrics tell their language by being written in it"


def label_names(stage: str, texts: dict[str, str], labelling: Labelling, plan: Plan) -> list[Finding]:
    """Test for each class whether its own name stands in its lyrics more often than between permuted artists.

    Natural lyrics do mention the blues: that is a warning. A name that is pure (`PURE`) and common (`COMMON`) is a leak.

    Parameters
    ----------
    stage
        The stage that writes the lyrics.
    texts
        Lyrics by track.
    labelling
        The label.
    plan
        Permutations.
    """
    about = f"{labelling.name} names in lyrics"
    if labelling.name == "language":
        return [skipped("lyrics.label_name", about, stage, LANGUAGE)]
    position = with_text(texts, labelling)
    codes = labelling.codes[position]
    padded = [f" {plain(texts[track])} " for track in labelling.ids[position]]
    null = labelling.permutations(plan.permutations, plan.generator("lyrics", labelling.name))[:, position]
    found = []
    for number, name in enumerate(labelling.classes):
        wanted = [f" {spelling} " for spelling in names_of(name) if spelling]
        has = np.array([any(spelling in text for spelling in wanted) for text in padded], dtype=float)
        if has.sum() >= FEWEST:
            found.append(_named(stage, labelling, number, has, codes, null))
    if found:
        return found
    text = f"no name of a {labelling.name}, in any of five languages, stands in {FEWEST} or more of {len(padded)} lyrics"
    return [Finding("lyrics.label_name", about, stage, "ok", 0.0, text, "", count=0)]


def _named(
    stage: str,
    labelling: Labelling,
    number: int,
    has: NDArray[np.float64],
    codes: NDArray[np.int64],
    null: NDArray[np.int64],
) -> Finding:
    name = labelling.classes[number]
    inside = float(has[codes == number].sum())
    purity = inside / float(has.sum())
    share = inside / max(float(np.count_nonzero(codes == number)), 1.0)
    severity: Severity = "leak" if purity >= PURE and share >= COMMON else "warn"
    return Finding(
        "lyrics.label_name",
        f"'{name}' in lyrics",
        stage,
        severity,
        purity,
        f"'{name}' stands in {has.sum():.0f} lyrics, {inside:.0f} of them of {labelling.name} {name} ({share:.0%} of the class)",
        f"mask the names of the {labelling.name} classes before the lyrics are embedded",
        p=p_value(inside, (null == number) @ has),
        count=int(has.sum()),
    )


def repeated_lyrics(stage: str, texts: dict[str, str], labelling: Labelling, plan: Plan) -> Finding:
    """Test whether equal lyrics of different artists stand in the same class more often than by chance."""
    about = f"lyrics by {labelling.name}"
    if labelling.name == "language":
        return skipped("lyrics.repeated", about, stage, LANGUAGE)
    position = with_text(texts, labelling)
    codes, blocks = labelling.codes[position], labelling.blocks[position]
    same_text = [plain(texts[track]) for track in labelling.ids[position]]
    number = (
        np.unique(np.array(same_text, dtype=str), return_inverse=True)[1]
        if same_text
        else np.zeros(0, dtype=int)
    )
    first, second = _equal_pairs(number, blocks)
    if len(first) == 0:
        text = f"no two artists share their lyrics, word for word ({len(same_text)} lyrics)"
        return Finding("lyrics.repeated", about, stage, "ok", 0.0, text, "", count=0)
    null = labelling.permutations(plan.permutations, plan.generator("repeated", labelling.name))[:, position]
    same = float(np.count_nonzero(codes[first] == codes[second]))
    chance = (null[:, first] == null[:, second]).sum(axis=1).astype(float)
    return Finding(
        "lyrics.repeated",
        about,
        stage,
        "leak",
        same / len(first),
        f"{len(first)} pairs of different artists with the same lyrics, {same:.0f} within one {labelling.name}; {np.median(chance):.0f} when permuted",
        "use each track's own lyrics; leave out tracks that have none",
        p=p_value(same, chance),
        count=len(first),
    )


def with_text(texts: dict[str, str], labelling: Labelling) -> NDArray[np.intp]:
    """Return the positions of the labelled tracks that have lyrics."""
    return np.flatnonzero([track in texts for track in labelling.ids])


MOST_PAIRS = 20_000


def _equal_pairs(
    number: NDArray[np.int64], blocks: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of equal lyrics by different artists; each row is paired with the ones after it, up to `MOST_PAIRS` in all."""
    order = np.argsort(number, kind="stable")
    first: list[int] = []
    second: list[int] = []
    for rows in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        left, right = np.triu_indices(len(rows), 1)
        other = blocks[rows[left]] != blocks[rows[right]]
        first.extend(rows[left[other]])
        second.extend(rows[right[other]])
        if len(first) > MOST_PAIRS:
            break
    return np.array(first[:MOST_PAIRS], dtype=np.intp), np.array(second[:MOST_PAIRS], dtype=np.intp)
