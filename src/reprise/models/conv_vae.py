"""Convolutional VAE (design: 32-64-128-256, 4x4, stride 2): the plain evidence bound on spectrogram crops."""

from __future__ import annotations

from reprise.models.convolutional import ConvolutionalModel


class ConvVAE(ConvolutionalModel):
    """Convolutional networks and the loss of arXiv 1312.6114, unchanged."""
