"""Whether the parts of the split share an artist, a recording, or a row of the label tables."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding
from reprise.audit.labelling import Strings

BLOCK = 2048
"""Fingerprints compared at a time."""


def across_parts(kind: str, stage: str, role: str, parts: Strings, groups: Strings) -> Finding:
    """Check that no artist (or group) has tracks in two parts.

    Parameters
    ----------
    kind
        ``artist`` or ``group``.
    stage, role
        The stage that made the split, and of which corpus.
    parts, groups
        Shape (n,): part and artist of each track.
    """
    pairs = np.unique(np.stack([groups, parts]), axis=1)
    names, count = np.unique(pairs[0], return_counts=True)
    shared = int(np.count_nonzero(count > 1))
    return Finding(
        f"splits.{kind}",
        f"{role} split",
        stage,
        "leak" if shared else "ok",
        float(shared),
        f"{shared} of {len(names)} {kind}s have tracks in more than one part",
        f"split by {kind}, not by track",
        count=shared,
    )


def duplicates(
    stage: str,
    role: str,
    ids: Strings,
    fingerprints: NDArray[np.floating],
    parts: dict[str, str],
    limit: float,
) -> Finding:
    """Check that no recording stands in two parts.

    Parameters
    ----------
    stage, role
        The stage that made the split, and of which corpus.
    ids, fingerprints
        Shapes (n,) and (n, d). A fingerprint of zeros (a track without events) is like no other.
    parts
        Part of each track.
    limit
        Cosine from which two fingerprints are one recording.
    """
    part = np.array([parts.get(track, "") for track in ids])
    unit = np.asarray(fingerprints, dtype=np.float32)
    unit = unit / np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    shared, nearest = 0, 0.0
    for start in range(0, len(unit), BLOCK):
        similar = unit[start : start + BLOCK] @ unit.T
        other = part[start : start + BLOCK, None] != part[None]
        similar = np.where(other, similar, -1)
        shared += int(np.count_nonzero(similar >= limit))
        nearest = max(nearest, float(similar.max(initial=0)))
    return Finding(
        "splits.duplicate",
        f"{role} split",
        stage,
        "leak" if shared else "ok",
        nearest,
        f"{shared // 2} pairs of tracks in different parts sound the same; nearest pair {nearest:.2f}, one recording from {limit:.2f}",
        "put near-duplicates into one group before splitting",
        count=shared // 2,
    )


def label_parts(stage: str, parts: dict[str, str], train: Strings, test: Strings) -> Finding:
    """Check that the label tables of training and test hold the tracks of their parts and no others."""
    wrong = sum(parts.get(track) == "test" for track in train) + sum(
        parts.get(track) != "test" for track in test
    )
    return Finding(
        "splits.label_tables",
        "label tables",
        stage,
        "leak" if wrong else "ok",
        float(wrong),
        f"{wrong} of {len(train) + len(test)} rows stand in the label table of the other part",
        "write test labels to the test table only",
        count=wrong,
    )
