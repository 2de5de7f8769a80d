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

Encoding at a tenth of an mp3's usual rate leaves 1.5 kHz of bandwidth and is beyond it, and so is a start 10 s later,
which leaves 20 s of 30 in common. A copy is missed at the price of a leak, which is why the threshold is as low as
different tracks allow.

## Different tracks that are taken for one recording

{different}

The similarities of different tracks are normally distributed (kurtosis 3), with a mean of 0 by construction and a
standard deviation to which 2,048 values alone contribute 1/√2048 = 0.022. At the threshold of {threshold} the tail of
the wider distribution gives {chance} pairs by chance. Two tracks that are taken for one recording share a group: that
costs nothing but a little freedom. Only if one track in two had such a partner, groups would grow together;
`metrics/split/*.json` has the mean, the spread and the number expected by chance of each corpus, and the stage warns
where more than one pair is expected. Tuned on half of GTZAN mini and a third of the embedded copies; the table is on all.

Every pair of the real tracks is one of different recordings: of the repetitions that Sturm catalogued in GTZAN (arXiv
1306.1461), none has both its tracks in GTZAN mini. They are hard ones all the same: by his index of artists, ten are by
Bob Marley, John Lee Hooker, Morphine and J. S. Bach each (three of them from one concerto), seven by Alanis Morissette.

## Clip length

Shorter clips hold fewer events, so different tracks spread wider: a standard deviation of 0.03 at 15 s, 0.036 at 10 s
and 0.047 at 5 s, for which the threshold wants to be 0.17, 0.2 and 0.26. Longer clips are compared by their first 30 s.

## Cost

{fingerprint_ms:.1f} ms of one core for the fingerprint of a track, once its log-mel map is there; 8 kB each. All pairs of 100,000
tracks: {compare_s:.0f} s of one core, in tiles of 1,024 × 1,024 that take 20 MB whatever the number of tracks.
"""


def page(corpora: Sequence[Corpus], threshold: float, costs: tuple[float, float]) -> str:
    """Return the page."""
    planted = ", ".join(f"{len(next(iter(c.copies.values())))} tracks of {c.name}" for c in corpora)
    widest = max(corpora, key=lambda corpus: float(corpus.different.std()))
    chance = ", ".join(
        f"{n * (n - 1) / 2 * _tail(widest.different, threshold):.2g} in {n:,} tracks"
        for n in (1_000, 10_000, 100_000)
    )
    return TEXT.format(
        threshold=threshold,
        n_planted=planted,
        copies=_copies(corpora, threshold),
        different=_different(corpora, threshold),
        chance=chance,
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
        axes.legend(frameon=False, fontsize=8)
        plain(axes)
    panels[-1].set_xlabel("cosine of fingerprints")
    return figure


def _tail(values: Float32, threshold: float) -> float:
    """Return the share of a normal distribution with the values' mean and deviation that lies above a threshold."""
    return 0.5 * math.erfc((threshold - float(values.mean())) / float(values.std()) / math.sqrt(2.0))


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
