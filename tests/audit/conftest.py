"""Labels to test against, and a clean simulated run on disk and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from reprise.audit.labelling import Labelling, Plan
from reprise.audit.material import Material
from reprise.audit.run import Settings
from reprise.audit.simulation.build import build, write_world
from reprise.audit.simulation.world import ARTISTS, GENRES, PER_ARTIST, World


def indicators(labels: Labelling) -> NDArray[np.float64]:
    """One column for each class, shape (n, classes)."""
    return np.eye(len(labels.classes))[labels.codes]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Run as the stage does: small matrices on many threads of a busy machine mostly wait."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def settings() -> Settings:
    return Settings(Plan(permutations=4999, seed=0), level=0.01, duplicate_similarity=0.8)


@pytest.fixture
def labelled() -> Callable[[int], Labelling]:
    """Build a labelling of tracks whose ids, artists and genres are drawn anew for each seed."""

    def make(seed: int) -> Labelling:
        rng = np.random.default_rng(seed)
        artists = np.repeat([f"artist{number}" for number in range(ARTISTS)], PER_ARTIST)
        genre = np.repeat(rng.choice(GENRES, ARTISTS), PER_ARTIST)
        return Labelling.build("genre", rng.permutation(World(seed).ids), genre, artists)

    return make


@pytest.fixture(scope="session")
def world_on_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a clean world (nothing in it may be changed)."""
    root = tmp_path_factory.mktemp("world")
    write_world(root, 1)
    return root


@pytest.fixture(scope="session")
def material() -> Material:
    """Return a clean world in memory (nothing in it may be changed in place)."""
    return build(0)
