"""Whether the lyrics name the label, or stand for it: a 'theme of the genre' in place of lyrics is the label in disguise."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding, Severity
from reprise.audit.labelling import Labelling, Plan, p_value

PURE = 0.97
"""A word that stands in one class only, but for mislabelled tracks."""

COMMON = 0.1
"""Share of a class that must carry the word before it can move a result."""

FEWEST = 3
"""Fewer lyrics with the word are an anecdote."""


def label_words(stage: str, texts: dict[str, str], labelling: Labelling, plan: Plan) -> list[Finding]:
    """Test for each class whether its own name stands in its lyrics more often than between permuted artists.

    Natural lyrics do mention the blues: that is a warning. A name that is pure (`PURE`) and common (`COMMON`) is a leak.
    """
    position = _with_text(texts, labelling)
    codes = labelling.codes[position]
    plain = [_plain(texts[track]) for track in labelling.ids[position]]
    null = labelling.permutations(plan.permutations, plan.generator("lyrics", labelling.name))[:, position]
    found = []
    for number, name in enumerate(labelling.classes):
        phrase = re.compile(r"\b" + " ?".join(map(re.escape, _plain(name).split())) + r"\b")
        has = np.array([bool(phrase.search(text)) for text in plain], dtype=float)
        if has.sum() < FEWEST or len(name) < 3:
            continue
        inside = float(has[codes == number].sum())
        purity = inside / float(has.sum())
        share = inside / max(float(np.count_nonzero(codes == number)), 1.0)
        severity: Severity = "leak" if purity >= PURE and share >= COMMON else "warn"
        found.append(
            Finding(
                "lyrics_text.label_word",
                f"'{name}' in lyrics",
                stage,
                severity,
                purity,
                f"'{name}' stands in {has.sum():.0f} lyrics, {inside:.0f} of them of {labelling.name} {name} ({share:.0%} of the class)",
                f"mask the names of the {labelling.name} classes before the lyrics are embedded",
                p=p_value(inside, (null == number) @ has),
                count=int(has.sum()),
            )
        )
    return found or [_no_words(stage, labelling, len(plain))]


def repeated_lyrics(stage: str, texts: dict[str, str], labelling: Labelling, plan: Plan) -> Finding:
    """Test whether equal lyrics of different artists stand in the same class more often than by chance."""
    position = _with_text(texts, labelling)
    codes, blocks = labelling.codes[position], labelling.blocks[position]
    plain = [_plain(texts[track]) for track in labelling.ids[position]]
    number = (
        np.unique(np.array(plain, dtype=str), return_inverse=True)[1] if plain else np.zeros(0, dtype=int)
    )
    first, second = _equal_pairs(number, blocks)
    about = f"lyrics by {labelling.name}"
    if len(first) == 0:
        text = f"no two artists share their lyrics, word for word ({len(plain)} lyrics)"
        return Finding("lyrics_text.repeated", about, stage, "ok", 0.0, text, "", count=0)
    null = labelling.permutations(plan.permutations, plan.generator("repeated", labelling.name))[:, position]
    same = float(np.count_nonzero(codes[first] == codes[second]))
    chance = (null[:, first] == null[:, second]).sum(axis=1).astype(float)
    return Finding(
        "lyrics_text.repeated",
        about,
        stage,
        "leak",
        same / len(first),
        f"{len(first)} pairs of different artists with the same lyrics, {same:.0f} within one {labelling.name}; {np.median(chance):.0f} when permuted",
        "use each track's own lyrics; leave out tracks that have none",
        p=p_value(same, chance),
        count=len(first),
    )


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


def _no_words(stage: str, labelling: Labelling, lyrics: int) -> Finding:
    text = f"no name of a {labelling.name} stands in {FEWEST} or more of {lyrics} lyrics"
    return Finding(
        "lyrics_text.label_word", f"{labelling.name} names in lyrics", stage, "ok", 0.0, text, "", count=0
    )


def _with_text(texts: dict[str, str], labelling: Labelling) -> NDArray[np.intp]:
    return np.flatnonzero([track in texts for track in labelling.ids])


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
