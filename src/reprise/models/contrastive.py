"""Contrastive encoder: two segments of a track are to be told from segments of all other tracks. No label is used."""

from __future__ import annotations

from reprise.models.encoder import SegmentEncoder


class Contrastive(SegmentEncoder):
    """The segment encoder, unchanged."""
