"""All checks on all material."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from reprise.audit.checks.envelope import envelopes
from reprise.audit.checks.functions import copies_of_inputs, functions_of_inputs
from reprise.audit.checks.identifiers import identifiers
from reprise.audit.checks.label_columns import label_columns
from reprise.audit.checks.lyrics_text import label_words, repeated_lyrics
from reprise.audit.checks.own_input import own_input, standardised, word_vectors
from reprise.audit.checks.pairs import triplets
from reprise.audit.checks.pseudo_labels import pseudo_labels
from reprise.audit.checks.row_order import ascending, row_order
from reprise.audit.checks.scores import every_track, recomputed
from reprise.audit.checks.splits import across_parts, duplicates, label_parts
from reprise.audit.finding import Finding, decide, skipped
from reprise.audit.labelling import Labelling, Plan, Strings
from reprise.audit.source import Material, Representation
from reprise.tables import DESCRIPTORS


@dataclass(frozen=True)
class Settings:
    """Parameters of the audit.

    Attributes
    ----------
    plan
        Permutations and seed.
    level
        False discovery rate over all permutation tests.
    duplicate_similarity
        Cosine of fingerprints from which two tracks are one recording, as in the split.
    """

    plan: Plan
    level: float
    duplicate_similarity: float


def run_checks(material: Material, settings: Settings) -> list[Finding]:
    """Return every finding, its severity decided with all tests in view."""
    found = [
        *_orders(material, settings.plan),
        *_labels(material, settings.plan),
        *_representations(material, settings.plan),
        *_splits(material, settings.duplicate_similarity),
        *_songs(material),
        *_reports(material),
    ]
    return decide(found, settings.level)


def _orders(material: Material, plan: Plan) -> Iterator[Finding]:
    for subject, (stage, order) in material.orders.items():
        follows = ascending(subject, stage, order)
        yield follows
        for labelling in material.labellings:
            if (
                subject == "corpus tracks" or follows.severity != "ok"
            ):  # rows in order of id say what the ids say
                yield from row_order(subject, stage, order, labelling, plan)


def _labels(material: Material, plan: Plan) -> Iterator[Finding]:
    if not material.labellings:
        why = material.missing.get("genre", "no label with two classes to test against")
        yield skipped("identifiers.characters", "track_id", "download", why)
    for labelling in material.labellings:
        yield from identifiers("download", labelling, plan)
        yield from envelopes("download", material.envelopes, labelling, plan)
        if not material.texts:
            why = material.missing.get("lyrics", "the dataset has no lyrics")
            yield skipped("lyrics_text.label_word", f"{labelling.name} names in lyrics", "download", why)
            continue
        yield from label_words("download", material.texts, labelling, plan)
        yield repeated_lyrics("download", material.texts, labelling, plan)


def _representations(material: Material, plan: Plan) -> Iterator[Finding]:
    for labelling in material.labellings:
        for item in (*material.features, material.lyrics, *material.latents):
            if len(item.ids):
                yield _declared(label_columns(item.name, item.stage, item.ids, item.values, labelling), item)
        for item in material.controls:
            yield _control(
                label_columns(item.name, item.stage, item.ids, item.values, labelling), item, labelling
            )
        yield from _inputs(material, labelling, plan)
    for model, why in material.untrained.items():
        yield skipped("label_columns.exact", model, f"train@{model}", why)


def _inputs(material: Material, labelling: Labelling, plan: Plan) -> Iterator[Finding]:
    """Yield whether each representation follows the input it was made from."""
    pooled = next(item for item in material.features if item.name == "pooled")
    descriptors = next(item for item in material.features if item.name == "descriptors")
    heard = np.array(list(material.levels), dtype=str)
    loud = np.array(list(material.levels.values()), dtype=float)[:, None]
    if len(heard):
        values = standardised(_rows(descriptors, heard))
        names = ("descriptors", "audio level")
        yield own_input(names, "features", heard, values, standardised(loud), labelling, plan)
    for item in material.latents:
        source = standardised(_rows(pooled, item.ids))
        names = (item.name, "pooled features")
        yield own_input(names, item.stage, item.ids, standardised(item.values), source, labelling, plan)
    if len(material.lyrics.ids):
        words = word_vectors([material.texts[track] for track in material.lyrics.ids])
        item = material.lyrics
        yield own_input((item.name, "lyrics"), item.stage, item.ids, item.values, words, labelling, plan)


def _rows(item: Representation, ids: Strings) -> np.ndarray:
    position = {track: row for row, track in enumerate(item.ids)}
    return np.asarray(item.values)[[position[track] for track in ids]]


def _declared(finding: Finding, item: Representation) -> Finding:
    """Settle what a label means where the stage was given labels on purpose: still a leak, unless it is not clustered as label-free."""
    if finding.severity == "leak" and item.given != "none":
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


def _splits(material: Material, limit: float) -> Iterator[Finding]:
    for role, found in material.roles.items():
        stage = f"split@{role}"
        parts = found.groups["split"].to_numpy(dtype=str)
        for kind in ("artist", "group"):
            yield across_parts(kind, stage, role, parts, found.groups[f"{kind}_id"].to_numpy(dtype=str))
        prints = found.fingerprints
        if len(prints.ids):
            yield duplicates(stage, role, prints.ids, prints.values, found.parts, limit)
        else:
            yield skipped("splits.duplicate", f"{role} split", stage, "no track has audio")
    tables = material.label_tables
    yield label_parts("labels", material.roles["tracks"].parts, tables["train"], tables["test"])


def _songs(material: Material) -> Iterator[Finding]:
    inputs = material.song_inputs.reindex(material.song_targets.index)
    yield from functions_of_inputs("download@songs", inputs, material.song_targets)
    metadata = material.song_inputs.drop(columns=list(DESCRIPTORS))
    texts = [material.song_texts.get(track, "") for track in metadata.index]
    yield from copies_of_inputs("download@songs", metadata, texts)
    yield triplets("download@emotion", material.pairs)


def _reports(material: Material) -> Iterator[Finding]:
    if material.assignments.empty:
        yield skipped("scores.rows", "cluster assignments", "cluster", "the selected model is not available")
        return
    yield every_track("cluster", material.assignments, material.orders["feature rows"][1])
    names = material.pseudo_labels
    ids, labels = names["track_id"].to_numpy(dtype=str), names["new_acoustic_label"].to_numpy(dtype=str)
    parts = material.roles["tracks"].parts
    test = np.array(sorted(track for track, part in parts.items() if part == "test"), dtype=str)
    for labelling in material.labellings:
        scopes = {"all": material.orders["feature rows"][1], "test": np.intersect1d(test, material.tracks)}
        yield from recomputed("evaluate", material.evaluation, material.assignments, labelling, scopes)
        yield from pseudo_labels("relabel", ids, labels, labelling)
