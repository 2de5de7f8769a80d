"""Descriptors that a listener has a word for, under the names that this project and others give them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """A descriptor with two words.

    Attributes
    ----------
    columns
        Its names: of this project first, then of librosa tables and of AcousticBrainz (Essentia's low-level extractor).
    low, high
        What a track is called whose value is low, and high.
    """

    columns: tuple[str, ...]
    low: str
    high: str

    def column(self, available: Iterable[str]) -> str | None:
        """Return the column that holds it, or ``None``; ``lowlevel.spectral_centroid.mean`` and ``lowlevel_spectral_centroid_mean`` are one."""
        by_form = {_form(name): name for name in available}
        return next((by_form[_form(name)] for name in self.columns if _form(name) in by_form), None)


AXES = (
    Axis(("tempo", "rhythm.bpm", "bpm"), "slow", "fast"),
    Axis(("centroid_mean", "spectral_centroid_mean", "lowlevel.spectral_centroid.mean"), "dark", "bright"),
    # chroma: share of the twelve pitch classes that sound together
    Axis(("chroma_mean", "chroma_stft_mean", "tonal.hpcp_entropy.mean"), "sparse", "dense"),
    Axis(("rms_mean", "lowlevel.average_loudness", "lowlevel.spectral_rms.mean"), "quiet", "loud"),
    Axis(("flat_mean", "spectral_flatness_mean", "lowlevel.dissonance.mean"), "tonal", "noisy"),
    Axis(("rms_std", "rms_var", "lowlevel.dynamic_complexity"), "even", "dynamic"),
    Axis(("tempo_conf", "rhythm.danceability"), "loose", "steady"),
)


def position(word: str) -> int:
    """Return the place of a word's axis in `AXES`; the same one, the last, for all other words."""
    return next((index for index, axis in enumerate(AXES) if word in (axis.low, axis.high)), len(AXES))


def _form(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
