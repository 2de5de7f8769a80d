"""A simulated world as the audit gets it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, r2_score

from reprise.audit.material import Material
from reprise.audit.recompute.judged import SongPredictions
from reprise.audit.simulation.files import write_data
from reprise.audit.simulation.reports import write_reports
from reprise.audit.simulation.world import PARAMS, Naming, World
from reprise.audit.source import read_material
from reprise.tables import TARGETS


def write_world(root: Path, seed: int, naming: Naming = "hash") -> World:
    """Write a world under ``root`` as a run leaves it."""
    world = World(seed, naming)
    write_data(world, root / "data")
    write_reports(world, root / "data", root / "metrics")
    return world


def build(seed: int, naming: Naming = "hash") -> Material:
    """Return a clean world in memory."""
    with tempfile.TemporaryDirectory() as folder:
        world = write_world(Path(folder), seed, naming)
        return with_songs(read_material(Path(folder) / "data", Path(folder) / "metrics", PARAMS), world)


def with_songs(material: Material, world: World) -> Material:
    """Return the material with an honest song regression."""
    truth = material.side.song_targets.reindex(world.ids).to_numpy(dtype=np.float64)
    test, train = world.split == "test", world.split == "train"
    predicted = truth[test] + 0.8 * truth.std(axis=0) * world.rng.normal(size=truth[test].shape)
    counts = {part: int((world.split == part).sum()) for part in ("train", "validation", "test")}
    songs = SongPredictions(TARGETS, truth[test], predicted, truth[train].mean(axis=0), counts)
    metrics = material.reports.metrics | {"regress": _report(songs)}
    return replace(material, reports=replace(material.reports, metrics=metrics, songs=songs))


def _report(songs: SongPredictions) -> dict[str, Any]:
    targets: dict[str, Any] = {}
    for column, name in enumerate(songs.targets):
        truth, guess = songs.truth[:, column], songs.predicted[:, column]
        chance = r2_score(truth, np.full(len(truth), songs.baseline[column]))
        targets[name] = {
            "r2": {"value": r2_score(truth, guess), "chance": chance},
            "mae": {"value": mean_absolute_error(truth, guess)},
            "spearman": {"value": float(spearmanr(truth, guess).statistic)},
        }
    return {"available": True, "songs": dict(songs.counts), "targets": targets}
