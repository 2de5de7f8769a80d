"""Checks of the data itself: order, names, files, lyrics, splits, tables, songs, pairs, placebo."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from reprise.audit.checks.contracts import group_names, unexpected_columns
from reprise.audit.checks.envelope import envelopes
from reprise.audit.checks.functions import copies_of_inputs, functions_of_inputs
from reprise.audit.checks.hidden_targets import hidden_targets
from reprise.audit.checks.identifiers import by_name, identifiers
from reprise.audit.checks.lyrics_names import label_names, repeated_lyrics
from reprise.audit.checks.lyrics_vocabulary import exclusive_vocabulary
from reprise.audit.checks.pairs import triplets
from reprise.audit.checks.placebo import remaining_label, same_function
from reprise.audit.checks.row_order import ascending, row_order
from reprise.audit.checks.splits import across_parts, duplicates, label_parts
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Labelling, Plan
from reprise.audit.material import Material
from reprise.tables import DESCRIPTORS

NEED_A_LABEL = (
    ("identifiers.characters", "download"),
    ("envelope.size", "download"),
    ("lyrics.label_name", "download"),
    ("lyrics.vocabulary", "download"),
    ("row_order.neighbours", "download"),
    ("label_columns.exact", "train"),
    ("own_input.follows", "train"),
    ("placebo.probe", "features"),
    ("pseudo_labels.same_partition", "relabel"),
    ("scores.evaluate", "evaluate"),
)
"""Checks that cannot be made without a label, and the stages they are about."""


def data_checks(material: Material, plan: Plan, duplicate_similarity: float) -> Iterator[Finding]:
    """Yield the findings about data.

    Parameters
    ----------
    material
        All artefacts.
    plan
        Permutations.
    duplicate_similarity
        Cosine of fingerprints from which two tracks are one recording, as in the split.
    """
    yield from _orders(material, plan)
    for name, why in material.corpus.unlabelled.items():
        for check, stage in NEED_A_LABEL:
            yield skipped(check, f"{name} (all subjects)", stage, why)
    for labelling in material.corpus.labellings:
        yield from _names(material, labelling, plan)
        yield from envelopes("download", material.corpus.envelopes, labelling, plan)
        yield from _lyrics(material, labelling, plan)
    yield from _placebo(material, plan)
    yield from _splits(material, duplicate_similarity)
    yield from _contracts(material)
    yield from _side(material)


def _orders(material: Material, plan: Plan) -> Iterator[Finding]:
    for subject, (stage, order) in material.orders.items():
        follows = ascending(subject, stage, order)
        yield follows
        for labelling in material.corpus.labellings:
            if subject == "corpus tracks" or follows.severity != "ok":  # else the rows say what the ids say
                yield from row_order(subject, stage, order, labelling, plan)


def _names(material: Material, labelling: Labelling, plan: Plan) -> Iterator[Finding]:
    groups = material.roles["tracks"].groups
    tracks = groups["track_id"].to_numpy(dtype=str)
    yield from identifiers("track_id", "download", labelling, plan)
    for what, stage in (("artist_id", "download"), ("group_id", "split")):
        names = groups[what].fillna("").to_numpy(dtype=str)
        if len(np.unique(names)) > 1:
            yield from identifiers(what, stage, by_name(labelling, tracks, names), plan)
        else:
            yield skipped("identifiers.characters", f"{what} by {labelling.name}", stage, f"one {what} only")


def _lyrics(material: Material, labelling: Labelling, plan: Plan) -> Iterator[Finding]:
    corpus = material.corpus
    if not corpus.texts:
        why = corpus.missing.get("lyrics", "the dataset has no lyrics")
        for kind in ("label_name", "repeated", "vocabulary"):
            yield skipped(f"lyrics.{kind}", f"lyrics by {labelling.name}", "download", why)
        return
    yield from label_names("download", corpus.texts, labelling, plan)
    yield repeated_lyrics("download", corpus.texts, labelling, plan)
    yield exclusive_vocabulary("download", corpus.texts, corpus.languages, labelling, plan)


def _placebo(material: Material, plan: Plan) -> Iterator[Finding]:
    for placebo in material.placebos:
        yield from same_function(placebo)
        for labelling in material.corpus.labellings:
            yield remaining_label(placebo, labelling, plan)


def _splits(material: Material, limit: float) -> Iterator[Finding]:
    for role, found in material.roles.items():
        stage = f"split@{role}"
        parts = found.groups["split"].to_numpy(dtype=str)
        for kind in ("artist", "group"):
            names = found.groups[f"{kind}_id"].fillna(found.groups["track_id"]).to_numpy(dtype=str)
            yield across_parts(kind, stage, role, parts, names)
        tracks, groups = (found.groups[name].to_numpy(dtype=str) for name in ("track_id", "group_id"))
        yield group_names(role, stage, tracks, groups)
        prints = found.fingerprints
        if len(prints.ids):
            yield duplicates(stage, role, prints.ids, prints.values, found.parts, limit)
        else:
            yield skipped("splits.duplicate", f"{role} split", stage, "no track has audio")
    tables = material.label_tables
    yield label_parts("labels", material.roles["tracks"].parts, tables["train"], tables["test"])


def _contracts(material: Material) -> Iterator[Finding]:
    for table, columns in material.columns.items():
        yield unexpected_columns(table, columns.stage, list(columns.found), columns.allowed)


def _side(material: Material) -> Iterator[Finding]:
    side = material.side
    inputs = side.song_inputs.reindex(side.song_targets.index)
    yield from functions_of_inputs("download@songs", inputs, side.song_targets)
    metadata = side.song_inputs.drop(columns=list(DESCRIPTORS))
    yield from copies_of_inputs(
        "download@songs", metadata, [side.song_texts.get(track, "") for track in metadata.index]
    )
    item = side.emotion
    yield hidden_targets(
        item.name, "features@emotion", item.ids, item.values, side.affect, "arousal and valence"
    )
    yield triplets("download@emotion", side.pairs)
