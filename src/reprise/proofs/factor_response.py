"""Whether varying one true factor, all others still, moves one latent unit: the way back of the traversal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from reprise.evaluation.uncertainty import difference_of_means
from reprise.plotting.matrices import heat
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.evidence import Evidence, Grid
from reprise.proofs.shared import concentration, rotation

STATEMENT = "varying one musical factor moves one latent dimension"
ROTATIONS = 20


def prove(evidence: Evidence) -> Outcome:
    """Measure how far each unit moves when one factor does, beside the same latents under random rotations."""
    if evidence.grid is None:
        why = "the dataset of the role factors has no grid of factors varied one at a time"
        return Outcome({"factor_response": Unmeasured(STATEMENT, why)})
    grid = evidence.grid
    deviation = evidence.latents.values.std(axis=0).astype(np.float64)
    scaled = Grid(grid.latents / np.where(deviation > 0, deviation, 1.0), grid.table)
    names, moves = movements(scaled)
    generator = np.random.default_rng([evidence.resampling.seed, 9])
    rotated = [concentration(moves @ rotation(moves.shape[1], generator)) for _ in range(ROTATIONS)]
    own, null = concentration(moves), np.mean(rotated, axis=0)
    strongest = np.abs(moves).argmax(axis=1)
    shares = np.array([_shares(moves[names == name]) for name in np.unique(names)])
    units = np.unique([row.argmax() for row in shares])
    claim = Claim(
        statement=STATEMENT,
        measure="share of a factor's movement that falls on one unit, mean over factors and pieces, minus that under random rotations",
        found=difference_of_means(own, null, evidence.resampling.resamples, evidence.resampling.seed),
        threshold=0.0,
        null="random rotations of the same latents: 0",
        figures={
            "concentration": float(own.mean()),
            "concentration_under_rotation": float(null.mean()),
            "factors": len(np.unique(names)),
            "monotone": float(np.mean(_monotone(scaled, strongest))),
        },
        labels_used="true factors, in the measure only",
    )
    figure = heat(
        shares[:, units],
        [str(name) for name in np.unique(names)],
        [str(unit) for unit in units],
        f"{evidence.name}: share of each factor's movement",
        ("unit", "factor"),
    )
    return Outcome({"factor_response": claim}, {"factor_response": figure})


def movements(grid: Grid) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Return the varied factor, and highest minus lowest level of every unit, of each line of the grid (a factor, a piece)."""
    names, moves = [], []
    for (factor, _), rows in _lines(grid):
        names.append(factor)
        moves.append(grid.latents[rows[-1]] - grid.latents[rows[0]])
    return np.array(names), np.array(moves)


def _lines(grid: Grid) -> list[tuple[tuple[str, int], NDArray[np.intp]]]:
    """Return the row numbers of each line in ascending order of level."""
    table = grid.table.reset_index(drop=True)
    found = []
    for (factor, base), part in table.groupby(["factor", "base"], sort=True):
        found.append(((str(factor), int(base)), part.sort_values("level").index.to_numpy()))
    return found


def _monotone(grid: Grid, strongest: NDArray[np.intp]) -> list[float]:
    """Return the rank correlation of level and the unit that moves most, without its sign, per line."""
    found = []
    for (_, rows), unit in zip(_lines(grid), strongest, strict=True):
        values = grid.latents[rows, unit]
        if len(rows) > 1 and np.ptp(values) > 0:
            found.append(abs(float(spearmanr(np.arange(len(rows)), values).statistic)))
    return found


def _shares(moves: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = np.square(moves).sum(axis=0)
    shares: NDArray[np.float64] = squares / max(float(squares.sum()), 1e-12)
    return shares
