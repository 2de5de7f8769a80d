"""The factor set: tracks that show what each generative factor does, and carry no label.

Its *grid* varies one factor at a time, at evenly spaced levels, around a few base tracks: what a traversal is judged
against. Its *probe* draws all factors independently of each other: what disentanglement (MIG, SAP, DCI) is measured on.
Both take their pieces in turn from a few base styles, whatever the factors are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reprise.corpus.factors import PROBE_RANGES, TrackSpec, draw_probe_spec
from reprise.corpus.genres import FACTOR_NAMES
from reprise.corpus.randomness import derive_seed, stream
from reprise.corpus.rendering import map_in_order, render
from reprise.errors import BadParameter

GRID_BASE = 10_000
"""Number of the first base track of the grid: beyond any probe."""
BASE_RANGE = (0.25, 0.75)
"""Part of a factor's range that base tracks are drawn from: the other factors are heard in none at its extremes."""
DRAWS = 30
"""Samples of the probe's factors, of which the one with the smallest correlations is taken."""
LEAST_PROBES = 2 * len(FACTOR_NAMES)

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GridPlace:
    """Where a track stands in the grid: the factor that is varied, its base track, and the level, both from 0."""

    factor: str
    base: int
    level: int


@dataclass(frozen=True)
class FactorTrack:
    """A finished track of the factor set.

    Attributes
    ----------
    samples : ndarray of int16, shape (661794,)
        Mono, 22,050 Hz.
    source : str
        Opaque, unique name.
    factors : dict of str to float
        True factors, as in ``genres.FACTOR_NAMES``.
    place : GridPlace or None
        ``None`` for tracks of the probe.
    """

    samples: npt.NDArray[np.int16]
    source: str
    factors: dict[str, float]
    place: GridPlace | None


@dataclass(frozen=True)
class FactorSet:
    """What to render.

    Attributes
    ----------
    levels : int
        Levels of each factor in the grid, at least 2; ``mode`` has two, major and minor.
    bases : int
        Base tracks of the grid, at least 1.
    probes : int
        Tracks of the probe; at least 26, twice the number of factors.

    Raises
    ------
    BadParameter
        If a number is too small.
    """

    levels: int
    bases: int
    probes: int

    def __post_init__(self) -> None:
        for name, value, least in (
            ("levels", self.levels, 2),
            ("bases", self.bases, 1),
            ("probes", self.probes, LEAST_PROBES),
        ):
            if value < least:
                raise BadParameter(f"factor set: {name} is {value}: rule: at least {least}")

    @property
    def n_tracks(self) -> int:
        """Number of tracks of grid and probe."""
        return self.bases * (self.levels * len(PROBE_RANGES) + 2) + self.probes

    def draw(self, seed: int) -> list[tuple[TrackSpec, GridPlace | None]]:
        """Return the specifications, in the order in which they are rendered; it tells nothing."""
        role_seed = derive_seed(seed, "factors")
        tracks = [*_draw_grid(self, role_seed), *_draw_probe(self.probes, role_seed)]
        return [tracks[place] for place in stream(role_seed, "order").permutation(len(tracks))]


def generate_factor_set(wanted: FactorSet, seed: int, workers: int = 1) -> Iterator[FactorTrack]:
    """Render a factor set.

    Parameters
    ----------
    wanted : FactorSet
        Levels, bases and probes.
    seed : int
        Seed of the corpus.
    workers : int
        Processes; neither the tracks nor their order depend on it.

    Raises
    ------
    BadParameter
        If ``workers`` is below 1.
    """
    return map_in_order(_render, wanted.draw(seed), workers)


def _render(track: tuple[TrackSpec, GridPlace | None]) -> FactorTrack:
    """Render one track."""
    spec, place = track
    identity = f"{spec.seed}/{spec.index}" + (f"/{place.factor}/{place.level}" if place else "")
    return FactorTrack(
        samples=render(spec),
        source=hashlib.sha256(identity.encode()).hexdigest()[:16],
        factors=spec.factors(),
        place=place,
    )


def _draw_grid(wanted: FactorSet, seed: int) -> Iterator[tuple[TrackSpec, GridPlace]]:
    """Yield the tracks of the grid: each factor at each level, all else as in the base."""
    for base in range(wanted.bases):
        rng = stream(seed, "grid", base)
        values = {
            name: low + (high - low) * float(rng.uniform(*BASE_RANGE))
            for name, (low, high) in PROBE_RANGES.items()
        }
        values["mode"] = float(rng.integers(2))
        for factor in FACTOR_NAMES:
            levels = (0.0, 1.0) if factor == "mode" else np.linspace(*PROBE_RANGES[factor], wanted.levels)
            for level, value in enumerate(levels):
                fixed = values | {factor: float(value)}
                yield draw_probe_spec(seed, GRID_BASE + base, **fixed), GridPlace(factor, base, level)


def _draw_probe(n: int, seed: int) -> Iterator[tuple[TrackSpec, None]]:
    """Yield the tracks of the probe: each factor evenly spread, nearly uncorrelated with all others."""
    rng = stream(seed, "probe places")
    places = min((_draw_places(n, rng) for _ in range(DRAWS)), key=_largest_correlation)
    for index, row in enumerate(places):
        fixed = dict(zip(FACTOR_NAMES, row.tolist(), strict=True))
        for name, (low, high) in PROBE_RANGES.items():
            fixed[name] = low + (high - low) * fixed[name]
        yield draw_probe_spec(seed, index, **fixed), None


def _draw_places(n: int, rng: np.random.Generator) -> FloatArray:
    """Return a Latin hypercube sample in [0, 1) whose columns are nearly uncorrelated, the last (``mode``) 0 or 1.

    Normal scores are made exactly uncorrelated and replaced by their ranks (Iman and Conover, Communications in
    Statistics B 11, 1982).
    """
    scores = rng.standard_normal((n, len(FACTOR_NAMES)))
    scores -= scores.mean(axis=0)
    root = np.linalg.cholesky(scores.T @ scores / n)
    scores = np.linalg.solve(root, scores.T).T
    ranks = scores.argsort(axis=0).argsort(axis=0)
    places = np.asarray((ranks + rng.random(ranks.shape)) / n)
    places[:, -1] = places[:, -1] >= 0.5
    return places


def _largest_correlation(places: FloatArray) -> float:
    """Return the largest absolute correlation of two columns."""
    correlation = np.asarray(np.corrcoef(places.T))
    np.fill_diagonal(correlation, 0.0)
    return float(np.abs(correlation).max())
