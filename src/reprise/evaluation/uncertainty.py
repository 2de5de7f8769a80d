"""How far a number can be trusted: intervals over tracks, over seeds, and for paired differences.

Conventions
-----------
- All intervals are 95 % intervals.
- Tracks of one artist are no independent draws, so the bootstrap resamples whole groups of tracks (Field & Welsh,
  Bootstrapping clustered data, JRSS B 69, 2007). Where every track is its own group it is the ordinary bootstrap.
- A resample holds copies of tracks, and a copy always agrees with its original: the mean over resamples of an
  agreement score is too high (by about .03 for 250 tracks). So the interval is the estimate plus and minus 1.96
  standard deviations of the resampled scores (Efron & Tibshirani 1993, section 13.3), never their quantiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]

Z = 1.959963984540054
"""Quantile of the standard normal distribution that leaves 2.5 % above."""


@dataclass(frozen=True)
class Interval:
    """A number and its 95 % interval."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return the three numbers by name, for metrics files."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Estimate:
    """A score with both its uncertainties and the level that chance reaches.

    Parameters
    ----------
    tracks
        Mean over seeds with its interval over tracks.
    seeds
        The same mean with its interval over clustering seeds; equal bounds where there is one seed.
    chance, chance_high
        Mean and 97.5 % quantile of the score where labels are permuted.
    n
        Number of tracks.
    """

    tracks: Interval
    seeds: Interval
    chance: float
    chance_high: float
    n: int

    def to_dict(self) -> dict[str, float]:
        """Return the numbers by name, for metrics files."""
        return {
            **self.tracks.to_dict(),
            "seed_low": self.seeds.low,
            "seed_high": self.seeds.high,
            "chance": self.chance,
            "chance_high": self.chance_high,
            "n": self.n,
        }


@dataclass(frozen=True)
class Resampling:
    """How much is resampled, and from which seed.

    Parameters
    ----------
    resamples
        Bootstrap resamples, at least 2.
    permutations
        Permutations of the labels, at least 2.
    seed
        Seed of both.
    """

    resamples: int
    permutations: int
    seed: int


def resampled_rows(groups: NDArray[Any], n_resamples: int, seed: int) -> list[Rows]:
    """Draw whole groups with replacement, as many as there are.

    Parameters
    ----------
    groups
        Shape ``(n,)``: the group of each track.
    n_resamples
        How many resamples.
    seed
        Seed of the draws; the same groups and seed give the same rows, so scores can be compared in pairs.

    Returns
    -------
    list of ndarray
        Row numbers of each resample; lengths differ where groups do.
    """
    _, member = np.unique(groups, return_inverse=True)
    rows_of = np.split(np.argsort(member, kind="stable"), np.cumsum(np.bincount(member))[:-1])
    generator = np.random.default_rng([seed, 1])
    draws = generator.integers(0, len(rows_of), (n_resamples, len(rows_of)))
    return [np.concatenate([rows_of[group] for group in draw]) for draw in draws]


def interval_over_tracks(
    statistic: Callable[[Rows], float], groups: NDArray[Any], n_resamples: int, seed: int
) -> Interval:
    """Return a statistic of all tracks with its bootstrap interval.

    Parameters
    ----------
    statistic
        Maps row numbers (with repeats) to the score of these tracks.
    groups
        Shape ``(n,)``: the group of each track.
    n_resamples, seed
        See `resampled_rows`.
    """
    value = statistic(np.arange(len(groups)))
    replicates = [statistic(rows) for rows in resampled_rows(groups, n_resamples, seed)]
    return around(value, replicates)


def around(value: float, replicates: Sequence[float]) -> Interval:
    """Return the estimate plus and minus 1.96 standard deviations of its bootstrap replicates."""
    spread = Z * float(np.std(replicates, ddof=1))
    return Interval(value, value - spread, value + spread)


def interval_over_seeds(values: Sequence[float]) -> Interval:
    """Return the mean of independent runs with its Student t interval; without width for a single run."""
    from scipy.stats import t

    mean = float(np.mean(values))
    if len(values) < 2:
        return Interval(mean, mean, mean)
    spread = float(t.ppf(0.975, len(values) - 1)) * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Interval(mean, mean - spread, mean + spread)


def share_interval(hits: int, n: int) -> Interval:
    """Return a share of independent trials with Wilson's score interval (JASA 22, 1927).

    Parameters
    ----------
    hits
        Trials that succeeded.
    n
        All trials, at least 1.
    """
    share = hits / n
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    spread = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return Interval(share, max(0.0, centre - spread), min(1.0, centre + spread))


def difference_of_means(first: NDArray[Any], second: NDArray[Any], n_resamples: int, seed: int) -> Interval:
    """Return mean(first) - mean(second) of two independent samples with its bootstrap interval."""
    generator = np.random.default_rng([seed, 7])
    draws = [
        float(generator.choice(first, len(first)).mean() - generator.choice(second, len(second)).mean())
        for _ in range(n_resamples)
    ]
    return around(float(first.mean() - second.mean()), draws)
