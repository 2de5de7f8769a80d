"""The page and the picture of ``duplicates.py``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from reprise.plotting.style import PALETTE, canvas, plain

Float32 = npt.NDArray[np.float32]


class Corpus(Protocol):
    """What is shown of a corpus, see ``duplicates.Measured``."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def n_tracks(self) -> int: ...  # noqa: D102
    @property
    def different(self) -> Float32: ...  # noqa: D102
    @property
    def copies(self) -> Mapping[str, Float32]: ...  # noqa: D102
    @property
    def strangers(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def spreads(self) -> Mapping[int, float]: ...  # noqa: D102


TEXT = """# Near-duplicates

Made by `python benchmarks/duplicates.py --real FOLDER --write`. What a fingerprint is stands in
`src/reprise/audio/fingerprint.py`; two tracks are one recording where the cosine of their fingerprints reaches
`split.duplicate_similarity` = {threshold}, and then share a group, hence a part of the split.

![Similarity of different tracks and of copies](images/duplicates.png)

## Copies that are found

Copies are planted: {n_planted}. A copy has the clip length of its original; where a
change shortens it, other music follows, as in a clip that starts later. In each cell: the share that is found, the least
similarity, the median.

{copies}

Missed are codecs at 8 kbit/s, which leave some 2 kHz of bandwidth, and starts 10 s later, which leave 20 s of 30 in
common: the transforms look at the clip as a whole. A missed copy may leak, a wrong pair cannot: that is why the
threshold is as low as different tracks allow.

## Different tracks that are taken for one recording

{different}

The similarities of different tracks are normally distributed (kurtosis 3) around 0; of their standard deviation, 0.022
comes of having 2,048 values (1/√2048). By the tail of the wider distribution, the threshold of {threshold} is reached by
chance by {chance}. Two such tracks share a group, which costs
nothing but a little freedom; groups would grow together only if every track had such a partner. `metrics/split/*.json`
has the mean, the spread and the number expected by chance for each collection, and the stage warns from one pair on.

The constants of the fingerprint were chosen on 46 of the 100 tracks of GTZAN mini and on an earlier embedded corpus.

Every pair of the real tracks is one of different recordings: of the repetitions that Sturm catalogued in GTZAN (arXiv
1306.1461), none has both its tracks in GTZAN mini. They are hard ones all the same: by his index of artists, ten are by
Bob Marley, John Lee Hooker, Morphine and J. S. Bach each (three of them from one concerto), seven by Alanis Morissette.

## Clip length

Shorter clips hold fewer events, so different tracks spread wider, and the threshold that {chance_of_one:.0e} of the pairs
reach by chance is higher. Longer clips are compared by their first 30 s.

{lengths}

## Cost

{fingerprint_ms:.1f} ms of one core for the fingerprint of a track, once its log-mel map is there; 8 kB each. All pairs of 100,000
tracks: {compare_s:.0f} s of one core, in tiles of 1,024 × 1,024 that take 20 MB whatever the number of tracks.
"""


def page(corpora: Sequence[Corpus], threshold: float, costs: tuple[float, float]) -> str:
    """Return the page."""
    planted = ", ".join(f"{len(next(iter(c.copies.values())))} tracks of {c.name}" for c in corpora)
    widest = max(corpora, key=lambda corpus: float(corpus.different.std()))
    mean, spread = float(widest.different.mean()), float(widest.different.std())
    distance = (threshold - mean) / spread
    tail = 0.5 * math.erfc(distance / math.sqrt(2.0))
    chance = [f"{n * (n - 1) / 2 * tail:.2g} pairs in {n:,} tracks" for n in (1_000, 10_000, 100_000)]
    spreads = {**widest.spreads, 30: spread}
    lengths = ["| seconds | standard deviation | threshold |", "|---|---|---|"]
    lengths += [f"| {n} | {one:.3f} | {mean + distance * one:.2f} |" for n, one in spreads.items()]
    return TEXT.format(
        threshold=threshold,
        n_planted=planted,
        copies=_copies(corpora, threshold),
        different=_different(corpora, threshold),
        chance=", ".join(chance),
        chance_of_one=tail,
        lengths="\n".join(lengths),
        fingerprint_ms=costs[0],
        compare_s=costs[1],
    )


def picture(corpora: Sequence[Corpus], threshold: float) -> Figure:
    """Draw the similarities of different tracks and of copies, one panel for each corpus."""
    figure = canvas(8.0, 2.6 * len(corpora))
    panels = figure.subplots(len(corpora), 1, sharex=True, squeeze=False)[:, 0]
    bins = np.linspace(-0.15, 1.0, 116)
    for axes, corpus in zip(panels, corpora, strict=True):
        copies = np.concatenate(list(corpus.copies.values()))
        for values, label, colour in (
            (corpus.different, f"different tracks ({len(corpus.different):,} pairs)", PALETTE[0]),
            (copies, f"copies, all changes ({len(copies):,})", PALETTE[1]),
        ):
            weights = np.full(len(values), 100.0 / len(values))
            axes.hist(values, bins, weights=weights, label=label, color=colour, alpha=0.75)
        axes.axvline(threshold, color="black", linewidth=1.0, linestyle="--", label=f"threshold {threshold}")
        axes.set_yscale("log")
        axes.set_ylabel("% of pairs per 0.01")
        axes.set_title(corpus.name, loc="left", fontsize=10)
        axes.legend(frameon=False, fontsize=8, loc="upper center")
        plain(axes)
    panels[-1].set_xlabel("cosine of fingerprints")
    return figure


def _copies(corpora: Sequence[Corpus], threshold: float) -> str:
    head = "| change | " + " | ".join(corpus.name for corpus in corpora) + " |"
    rows = [head, "|---" * (1 + len(corpora)) + "|"]
    for change in corpora[0].copies:
        cells = [corpus.copies[change] for corpus in corpora]
        shown = [f"{np.mean(c >= threshold):.0%}, {c.min():.2f}, {np.median(c):.2f}" for c in cells]
        rows.append(f"| {change} | " + " | ".join(shown) + " |")
    return "\n".join(rows)


def _different(corpora: Sequence[Corpus], threshold: float) -> str:
    rows = ["| | " + " | ".join(corpus.name for corpus in corpora) + " |", "|---" * (1 + len(corpora)) + "|"]

    def row(label: str, cells: Sequence[str]) -> None:
        rows.append(f"| {label} | " + " | ".join(cells) + " |")

    row("tracks", [f"{corpus.n_tracks:,}" for corpus in corpora])
    row("pairs", [f"{len(corpus.different):,}" for corpus in corpora])
    row("mean ± standard deviation", [f"{c.different.mean():.3f} ± {c.different.std():.3f}" for c in corpora])
    row("kurtosis", [f"{_kurtosis(corpus.different):.1f}" for corpus in corpora])
    row("most similar pair", [f"{corpus.different.max():.3f}" for corpus in corpora])
    row("most similar copy and other track", [f"{max(c.strangers.values()):.3f}" for c in corpora])
    row("pairs above the threshold", [f"{np.count_nonzero(c.different >= threshold)}" for c in corpora])
    return "\n".join(rows)


def _kurtosis(values: Float32) -> float:
    standard = (values - values.mean()) / values.std()
    return float(np.mean(standard**4))
