"""Pictures of the comparison: one mel spectrogram of each genre side by side, and distributions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from difficulty_measures import Collection  # the folder of this script is on the path
from reprise.plotting.save import save_png
from reprise.plotting.style import PALETTE, canvas, plain

SHOWN_SECONDS, FRAMES_PER_SECOND = 12, 22_050 / 512
RANGE_DB = 80.0
BLOCK = (2, 3)
"""Bands and frames that are averaged into one pixel."""


def draw_mels(embedded: Collection, real: Collection, path: Path) -> None:
    """Save the first track of each genre as log-mel spectrogram, embedded beside real."""
    genres = np.unique(real.genres).tolist()
    figure = canvas(11.0, 1.25 * len(genres))
    grid = figure.subplots(len(genres), 2, sharex=True, sharey=True)
    frames = int(SHOWN_SECONDS * FRAMES_PER_SECOND)
    for row, genre in enumerate(genres):
        for column, (title, collection) in enumerate((("embedded", embedded), ("real", real))):
            track = collection.tracks[int(np.flatnonzero(collection.genres == genre)[0])]
            mel = _shrink(track.mel[:, :frames].astype(np.float32))
            axes = grid[row, column]
            axes.imshow(
                mel - mel.max(), origin="lower", aspect="auto", cmap="magma", vmin=-RANGE_DB, vmax=0,
                extent=(0, SHOWN_SECONDS, 0, len(mel)),
            )  # fmt: skip
            axes.set_yticks([])
            if row == 0:
                axes.set_title(title)
            if column == 0:
                axes.set_ylabel(genre)
            if row == len(genres) - 1:
                axes.set_xlabel("seconds")
    save_png(figure, path, dpi=60)


def _shrink(mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the map averaged over blocks of bands and frames: what a small picture can show."""
    bands, frames = (size // block for size, block in zip(mel.shape, BLOCK, strict=True))
    blocks = mel[: bands * BLOCK[0], : frames * BLOCK[1]].reshape(bands, BLOCK[0], frames, BLOCK[1])
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def draw_distributions(
    embedded: Collection,
    real: Collection,
    titles: Mapping[str, str],
    variations: Mapping[str, str],
    path: Path,
) -> None:
    """Save histograms of tempo, centroid and loudness, and the mean course of the MFCC statistics."""
    figure = canvas(11.0, 6.0)
    upper, lower = figure.subfigures(2, 1, squeeze=False)[:, 0]
    pair = (("embedded", embedded, PALETTE[0]), ("real", real, PALETTE[1]))
    for axes, (title, name) in zip(upper.subplots(1, 3), list(titles.items())[:3], strict=True):
        both = np.concatenate([embedded.column(name), real.column(name)])
        bins = np.linspace(both.min(), both.max(), 21)
        for label, collection, colour in pair:
            axes.hist(collection.column(name), bins, density=True, alpha=0.55, color=colour, label=label)
        axes.set_xlabel(title)
        axes.set_yticks([])
        plain(axes)
    upper.axes[0].legend(frameon=False)
    courses = (
        ("mean over the track", list(titles.values())[3:]),
        ("variation in the track", list(variations.values())),
    )
    for axes, (title, names) in zip(lower.subplots(1, 2), courses, strict=True):
        places = np.arange(2, len(names) + 1)
        for offset, (label, collection, colour) in zip((-0.1, 0.1), pair, strict=True):
            table = np.stack([collection.column(name) for name in names[1:]])
            axes.errorbar(
                places + offset,
                table.mean(axis=1),
                table.std(axis=1),
                fmt="o",
                color=colour,
                label=label,
                ms=4,
            )
        axes.set_xlabel("MFCC (the first is off the scale)")
        axes.set_ylabel(title)
        axes.set_xticks(places)
        plain(axes)
    save_png(figure, path, dpi=75)
