"""Whether a class has words or lines of its own that nearly all its lyrics carry: a 'theme of the genre' in place of lyrics is the label in disguise.

Not asked: whether some words are more frequent in one class. They are, in all honest lyrics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from reprise.audit.checks.lyrics_names import LANGUAGE, with_text
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Codes, Labelling, Plan, p_value
from reprise.audit.words import plain, words

INSIDE = 0.8
"""Share of a class's lyrics (of one language) that must carry the word or line."""

OUTSIDE = 0.03
"""Share of the other lyrics of that language that may."""

COVERED = 0.1
"""Share of all lyrics in such classes from which it can move a result."""

FEWEST_LYRICS, FEWEST_ARTISTS = 3, 2
MOST_TERMS = 4000
BATCH = 250

Presence = NDArray[np.float32]


def exclusive_vocabulary(
    stage: str, texts: dict[str, str], languages: dict[str, str], labelling: Labelling, plan: Plan
) -> Finding:
    """Test how many lyrics stand in a class with a word or line of its own, language by language.

    Parameters
    ----------
    stage
        The stage that writes the lyrics.
    texts, languages
        Lyrics and language by track; a track without a language is compared with others without one.
    labelling
        The label.
    plan
        Permutations.
    """
    about = f"vocabulary of lyrics by {labelling.name}"
    if labelling.name == "language":
        return skipped("lyrics.vocabulary", about, stage, LANGUAGE)
    position = with_text(texts, labelling)
    tracks = labelling.ids[position]
    terms = [_terms(texts[track]) for track in tracks]
    spoken = np.array([languages.get(track, "") for track in tracks], dtype=str)
    parts = [(rows, *_presence([terms[row] for row in rows])) for rows in _strata(spoken)]
    share, own = 0.0, []
    for rows, presence, names in parts:
        covered, used = _covered(
            labelling.codes[position[rows]][None], labelling.blocks[position[rows]], presence
        )
        share += float(covered[0]) / len(tracks)
        own += [names[term] for term in np.flatnonzero(used)[:3]]
    p = 1.0 if share == 0 else _p(share * len(tracks), parts, position, labelling, plan)
    return Finding(
        "lyrics.vocabulary",
        about,
        stage,
        "leak" if share >= COVERED else "ok",
        share,
        f"{share:.0%} of {len(tracks)} lyrics are of a {labelling.name} with words or lines of its own, in at least {INSIDE:.0%} of its lyrics "
        f"and at most {OUTSIDE:.0%} of others" + (f": {', '.join(own[:5])}" if own else ""),
        f"use lyrics that were not written, chosen or completed by {labelling.name}",
        p=p,
        count=len(own),
    )


def _p(
    observed: float,
    parts: list[tuple[NDArray[np.intp], Presence, list[str]]],
    position: NDArray[np.intp],
    labelling: Labelling,
    plan: Plan,
) -> float:
    null = labelling.permutations(plan.permutations, plan.generator("vocabulary", labelling.name))
    chance = np.zeros(len(null))
    for rows, presence, _ in parts:
        blocks = labelling.blocks[position[rows]]
        for first in range(0, len(null), BATCH):
            batch = slice(first, first + BATCH)
            chance[batch] += _covered(null[batch][:, position[rows]], blocks, presence)[0]
    return p_value(observed, chance)


def _terms(text: str) -> set[str]:
    lines = (plain(line) for line in text.splitlines())
    return {*words(text), *(line for line in lines if " " in line)}


def _strata(spoken: NDArray[np.str_]) -> Iterator[NDArray[np.intp]]:
    for language in np.unique(spoken):
        yield np.flatnonzero(spoken == language)


def _presence(terms: list[set[str]]) -> tuple[Presence, list[str]]:
    """Which lyrics carry which of the terms that enough of them carry, but not all."""
    counts = Counter(term for found in terms for term in found)
    usable = [(-n, term) for term, n in counts.items() if FEWEST_LYRICS <= n < len(terms)]
    names = [term for _, term in sorted(usable)[:MOST_TERMS]]
    number = {term: column for column, term in enumerate(names)}
    presence = np.zeros((len(terms), len(names)), dtype=np.float32)
    for row, found in enumerate(terms):
        presence[row, [number[term] for term in found if term in number]] = 1
    return presence, names


def _covered(
    codes: Codes, blocks: Codes, presence: Presence
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Lyrics in classes with a term of their own, shape (labellings,); and the terms that are anyone's own."""
    total = np.zeros(len(codes))
    used = np.zeros(presence.shape[1], dtype=bool)
    everywhere = presence.sum(axis=0)
    first = np.unique(blocks, return_index=True)[1]
    for number in np.unique(codes):
        member = (codes == number).astype(np.float32)
        size = member.sum(axis=1, keepdims=True)
        rest = codes.shape[1] - size
        inside = member @ presence
        own = (inside >= INSIDE * size) & (everywhere - inside <= OUTSIDE * rest)
        enough = (
            (size[:, 0] >= FEWEST_LYRICS)
            & (member[:, first].sum(axis=1) >= FEWEST_ARTISTS)
            & (rest[:, 0] > 0)
        )
        has = own.any(axis=1) & enough
        total += np.where(has, size[:, 0], 0)
        used |= own[has].any(axis=0)
    return total, used
