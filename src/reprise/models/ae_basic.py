"""Basic autoencoder (design "easy"): flattened MFCC - 128 - 32 - 128 - MFCC."""

from __future__ import annotations

from reprise.models.autoencoder import DenseAutoencoderBase


class AEBasic(DenseAutoencoderBase):
    """The dense autoencoder, unchanged."""
