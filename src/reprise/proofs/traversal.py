"""Whether moving one latent unit changes one attribute of the sound, more than moving in a random direction does."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from reprise.evaluation.uncertainty import difference_of_means
from reprise.plotting.matrices import heat, spectrograms
from reprise.proofs.claim import Claim, Outcome, Unmeasured
from reprise.proofs.decoding import Network, crops, decode, encode, network
from reprise.proofs.evidence import Evidence
from reprise.proofs.shared import concentration

STATEMENT = "changing one dimension changes one musical attribute"
ATTRIBUTES = ("loudness", "brightness", "rhythm", "contrast")
STARTS = 12
REACH = 2.0
"""Standard deviations to either side."""
SHOWN_UNITS, SHOWN_STEPS = 4, 5


def prove(evidence: Evidence) -> Outcome:
    """Move each unit by two deviations to either side and measure what changes in the decoded map."""
    model = network(evidence)
    test = np.flatnonzero(evidence.reference.split == "test")
    if len(test) < STARTS:
        return Outcome({"traversal": Unmeasured(STATEMENT, f"fewer than {STARTS} test tracks")})
    values, _ = crops(model, evidence, test, 1)
    latents = encode(model, values)
    scale = attributes(model, values).std(axis=0)
    deviation = latents.std(0)
    starts = latents[:STARTS]
    generator = torch.Generator().manual_seed(evidence.resampling.seed)
    directions = torch.randn(latents.shape[1], latents.shape[1], generator=generator)
    directions = directions / directions.norm(dim=1, keepdim=True)
    axes = torch.diag(deviation)
    lively = np.flatnonzero((deviation > 0.05 * deviation.max()).numpy())
    effects = _effects(model, starts, axes[lively], scale)
    random_effects = _effects(model, starts, directions * deviation, scale)
    own, null = concentration(effects), concentration(random_effects)
    claim = Claim(
        statement=STATEMENT,
        measure="share of a unit's effect that falls on one attribute, mean over units, minus that of random directions",
        found=difference_of_means(own, null, evidence.resampling.resamples, evidence.resampling.seed),
        threshold=0.0,
        null="random directions of the same latent space: 0",
        figures={
            "concentration": float(own.mean()),
            "concentration_of_random_directions": float(null.mean()),
            "units": len(lively),
            "units_on_one_attribute": float((own > 0.8).mean()),
            "units_mainly_on": {
                name: int((effects.argmax(axis=1) == number).sum()) for number, name in enumerate(ATTRIBUTES)
            },
        },
    )
    strongest = lively[np.argsort(-np.square(effects).sum(axis=1), kind="stable")]
    shares = np.square(effects) / np.maximum(np.square(effects).sum(axis=1, keepdims=True), 1e-12)
    pictures = {
        "effects": heat(
            shares,
            [str(unit) for unit in lively],
            list(ATTRIBUTES),
            "share of each unit's effect",
            ("attribute", "unit"),
        ),
        "traversal": _figure(model, starts[0], deviation, strongest[:SHOWN_UNITS], evidence.name),
    }
    return Outcome({"traversal": claim}, pictures)


def attributes(model: Network, maps: Tensor) -> NDArray[np.float64]:
    """Return loudness, brightness, rhythm and contrast of standardised maps, shape ``(n, 4)``.

    Loudness is the mean level in dB, brightness the mean band weighted by power, rhythm the mean rise from frame to
    frame (spectral flux), contrast the mean deviation over bands.
    """
    level = model.unstandardise(maps).double()
    power = 10.0 ** (level / 10.0)
    bands = torch.arange(level.shape[1], dtype=torch.float64)[:, None]
    found = torch.stack(
        [
            level.mean(dim=(1, 2)),
            ((power * bands).sum(1) / power.sum(1).clamp_min(1e-30)).mean(1),
            level.diff(dim=2).clamp_min(0.0).mean(dim=(1, 2)),
            level.std(dim=1).mean(1),
        ],
        dim=1,
    )
    return np.asarray(found.numpy())


def _effects(
    model: Network, starts: Tensor, moves: Tensor, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the mean absolute change of each attribute along each move, in deviations over real tracks."""
    ends = [decode(model, (starts + sign * REACH * moves[:, None]).flatten(0, 1)) for sign in (-1.0, 1.0)]
    low, high = (attributes(model, maps).reshape(len(moves), len(starts), -1) for maps in ends)
    effects: NDArray[np.float64] = np.abs(high - low).mean(axis=1) / np.maximum(scale, 1e-9)
    return effects


def _figure(model: Network, start: Tensor, deviation: Tensor, units: NDArray[np.intp], name: str) -> Figure:
    positions = torch.linspace(-REACH, REACH, SHOWN_STEPS)
    lines = []
    for unit in units:
        moved = start.repeat(SHOWN_STEPS, 1)
        moved[:, unit] = moved[:, unit] + positions * deviation[unit]
        lines.append([m.numpy() for m in decode(model, moved)])
    names = [f"{float(p):+.0f} sd" for p in positions]
    return spectrograms(
        lines, [f"unit {unit}" for unit in units], names, f"{name}: one unit moved, the others still"
    )
