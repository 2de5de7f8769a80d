"""Planting leaks in a simulated world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reprise.audit.labelling import Labelling
from reprise.audit.material import Material, Representation
from reprise.audit.simulation.build import build

Mutation = Callable[[Material], Material]


@dataclass(frozen=True)
class Leak:
    """A planted leak.

    Attributes
    ----------
    key, what
        Number in the catalogue, and what is done.
    stages
        Stages that may be blamed for it (what comes before ``@``).
    counted
        Beginnings of the checks that count as finding it. A mutation leaves what follows from the data as it was; a check that notices only that would
        be silent in a run whose later stages were computed anew, and is not counted.
    plant
        Seed to a world with the leak in it.
    """

    key: str
    what: str
    stages: tuple[str, ...]
    counted: tuple[str, ...]
    plant: Callable[[int], Material]


def mutated(mutation: Mutation) -> Callable[[int], Material]:
    """Return a planter that changes a clean world."""
    return lambda seed: mutation(build(seed))


def genre_of(material: Material) -> Labelling:
    """Return the label that leaks."""
    return material.corpus.labellings[0]


def codes_of(material: Material, ids: np.ndarray) -> np.ndarray:
    """Return the genre of each track; all tracks have one."""
    labels = genre_of(material)
    return np.asarray(labels.codes[labels.at(ids)[1]])


def with_corpus(material: Material, **changes: Any) -> Material:
    """Change the corpus."""
    return replace(material, corpus=replace(material.corpus, **changes))


def with_latents(material: Material, change: Callable[[Representation], np.ndarray]) -> Material:
    """Change the latents of the first model."""
    first, *rest = material.latents
    return replace(material, latents=(replace(first, values=change(first)), *rest))


def with_role(material: Material, role: str, **changes: Any) -> Material:
    """Change a split or its fingerprints."""
    found = replace(material.roles[role], **changes)
    return replace(material, roles=material.roles | {role: found})
