"""Checks of every representation: labels and targets inside it, and whether it follows its own input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from reprise.audit.checks.hidden_targets import hidden_targets
from reprise.audit.checks.label_columns import label_columns
from reprise.audit.checks.own_columns import own_columns
from reprise.audit.checks.own_input import own_input, word_vectors
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Labelling, Plan
from reprise.audit.material import Material, Representation, rows_of
from reprise.audit.within import joined, standardised
from reprise.models.read_latents import NO_LABELS


def representation_checks(material: Material, plan: Plan) -> Iterator[Finding]:
    """Yield the findings about representations."""
    everything = (*material.features, material.lyrics, *material.latents)
    for labelling in material.corpus.labellings:
        for item in everything:
            if len(item.ids):
                yield _declared(
                    label_columns(item.name, item.stage, item.ids, item.values, labelling, plan), item
                )
        for item in material.controls:
            yield _control(
                label_columns(item.name, item.stage, item.ids, item.values, labelling, plan), item, labelling
            )
        yield from _inputs(material, labelling, plan)
    for item in everything:
        if len(item.ids):
            yield hidden_targets(
                item.name, item.stage, item.ids, item.values, material.corpus.factors, "true factors"
            )
    for model, why in material.untrained.items():
        yield skipped("label_columns.exact", model, f"train@{model}", why)
    if not len(material.lyrics.ids):
        why = material.corpus.missing.get("lyrics", "the dataset has no lyrics")
        yield skipped("label_columns.exact", material.lyrics.name, "lyrics", why)


def _inputs(material: Material, labelling: Labelling, plan: Plan) -> Iterator[Finding]:
    """Yield whether each representation follows the input it was made from."""
    levels = material.corpus.levels
    heard = np.array(list(levels), dtype=str)
    if len(heard):
        values = standardised(rows_of(material.feature("descriptors"), heard))
        loud = standardised(np.array(list(levels.values()), dtype=float)[:, None])
        yield own_input(("descriptors", "audio level"), "features", heard, values, loud, labelling, plan)
    for item in material.latents:
        inputs = _inputs_of(material, item)
        names = (item.name, "features and lyrics" if item.uses_lyrics else "features")
        values = standardised(item.values)
        yield own_input(names, item.stage, item.ids, values, joined(inputs), labelling, plan)
        yield own_columns(names, item.stage, item.ids, item.values, inputs, labelling, plan)
    item, texts = material.lyrics, material.corpus.texts
    if len(item.ids):
        words = word_vectors([texts.get(track, "") for track in item.ids])
        yield own_input((item.name, "lyrics"), item.stage, item.ids, item.values, words, labelling, plan)


def _inputs_of(material: Material, item: Representation) -> list[np.ndarray]:
    """Return what a model saw of each track: pooled features, and lyrics where it uses them."""
    pooled = standardised(rows_of(material.feature("pooled"), item.ids))
    if not item.uses_lyrics or not len(material.lyrics.ids):
        return [pooled]
    words = rows_of(material.lyrics, item.ids)
    return [pooled, words - words.mean(axis=0)]


def _declared(finding: Finding, item: Representation) -> Finding:
    """Say what a stage was given on purpose: a label in its latents is still a leak, for they are clustered as if it were not there."""
    if finding.severity == "leak" and item.given != NO_LABELS:
        return replace(finding, evidence=f"{finding.evidence}; the model was given labels ({item.given})")
    return finding


def _control(finding: Finding, item: Representation, labelling: Labelling) -> Finding:
    """Turn the finding of a planted label into what it proves: that the check sees."""
    if finding.severity == "leak":
        return replace(finding, severity="control", remedy="none: it is planted, and the check found it")
    return replace(
        finding,
        severity="ok" if labelling.name not in item.given else "warn",
        remedy=f"the planted label was not found: {item.name} or this check is broken",
    )
