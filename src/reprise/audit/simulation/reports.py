"""Clusters, tables and honest reports of a simulated world."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn import metrics as score

from reprise import tables
from reprise.audit.recompute.acoustic import standardised_by
from reprise.audit.simulation.world import CLUSTERS, GENRES, LANGUAGES, MODELS, SEEDS, World
from reprise.clustering.methods import cluster
from reprise.tables import DESCRIPTORS

SELECTED = "pca"
NEIGHBOURS = 5
AGREEMENT = {
    "ami": score.adjusted_mutual_info_score,
    "ari": score.adjusted_rand_score,
    "nmi": score.normalized_mutual_info_score,
}
NOT_SIMULATED = {"available": False, "why": "simulated in memory"}


def write_reports(world: World, data: Path, metrics: Path) -> None:
    """Write clusters, acoustic labels, lookup table and all metrics."""
    latents = np.asarray(tables.read_array(data / f"models/{SELECTED}/latents.npy"), dtype=np.float64)
    runs = {"kmeans": [cluster(latents, "kmeans", CLUSTERS, seed) for seed in range(SEEDS)]}
    runs["agglomerative"] = [cluster(latents, "agglomerative", CLUSTERS, 0)]
    assignments = [
        world.table(method=method, seed=seed, cluster=run)
        for method, found in runs.items()
        for seed, run in enumerate(found)
    ]
    tables.write_table(data / "clusters/assignments.parquet", pd.concat(assignments), "assignments")
    separation = {
        method: {"silhouette": _mean([score.silhouette_score(latents, run) for run in found])}
        for method, found in runs.items()
    }
    tables.write_json(
        metrics / "cluster.json", {"available": True, "selected_model": SELECTED, "methods": separation}
    )
    tables.write_json(metrics / "evaluate.json", _evaluation(world, runs))
    tables.write_json(metrics / "compare.json", _comparison(world, data))
    labels, said = _acoustic(world, data, metrics)
    _lookup(world, data, metrics, latents, said)
    tables.write_json(metrics / "finetune.json", _finetuning(world, labels, said))
    tables.write_json(
        metrics / "transfer.json", _mood(tables.read_table(data / "corpus/emotion/pairs.parquet"))
    )
    tables.write_json(metrics / "regress.json", NOT_SIMULATED)
    tables.write_json(data / "regressor/config.json", NOT_SIMULATED)


def _mean(values: Sequence[float], **more: object) -> dict[str, Any]:
    return {"value": float(np.mean(values)), **more}


def _classes(world: World) -> dict[str, np.ndarray]:
    return {"genre": np.array(GENRES)[world.genre], "language": np.array(LANGUAGES)[world.language]}


def _scopes(world: World) -> dict[str, np.ndarray]:
    return {"all": world.split != "", "test": world.split == "test"}


def _scores(
    truth: np.ndarray, runs: Sequence[np.ndarray], rows: np.ndarray, **more: object
) -> dict[str, Any]:
    return {
        name: _mean([measure(truth[rows], run[rows]) for run in runs], **more)
        for name, measure in AGREEMENT.items()
    }


def _evaluation(world: World, runs: dict[str, list[np.ndarray]]) -> dict[str, Any]:
    against: dict[str, Any] = {
        name: {"available": True}
        | {
            scope: {method: _scores(truth, found, rows) for method, found in runs.items()}
            for scope, rows in _scopes(world).items()
        }
        for name, truth in _classes(world).items()
    }
    about = {"attribute": "genre", "method": "kmeans", "scope": "all", "labels_used": "none"}
    headline = about | _scores(
        _classes(world)["genre"], runs["kmeans"], _scopes(world)["all"], n=len(world.ids)
    )
    return {"available": True, "selected_model": SELECTED, "against": against, "headline": headline}


def _comparison(world: World, data: Path) -> dict[str, Any]:
    train = world.split == "train"
    entrants = {name: np.asarray(tables.read_array(data / f"models/{name}/latents.npy")) for name in MODELS}
    for name, table in (("hand-made", "pooled"), ("22 descriptors", "descriptors")):
        values = tables.read_table(data / f"features/tracks/vectors/{table}.parquet").drop(columns="track_id")
        entrants[name] = standardised_by(values.to_numpy(dtype=np.float64), train)
    models = {}
    for name, values in entrants.items():
        runs = [cluster(values, "kmeans", CLUSTERS, seed) for seed in range(SEEDS)]
        scope = "test" if name == "cvae" else "all"
        models[name] = {"available": True, "fair_scope": scope}
        for label, truth in _classes(world).items():
            fair, test = _scopes(world)[scope], _scopes(world)["test"]
            models[name][label] = _scores(truth, runs, fair, n=int(fair.sum())) | {
                "test": _scores(truth, runs, test)
            }
    return {"k": CLUSTERS, "seeds": SEEDS, "models": models}


def _acoustic(world: World, data: Path, metrics: Path) -> tuple[np.ndarray, np.ndarray]:
    """Write acoustic clusters; return the labels, and what a taught model says of each track."""
    table = tables.read_table(data / "features/tracks/vectors/descriptors.parquet")
    train = world.split == "train"
    values = standardised_by(table[list(DESCRIPTORS)].to_numpy(dtype=np.float64), train)
    fitted = cluster(values[train], "kmeans", 4, 0)
    centres = np.stack([values[train][fitted == number].mean(axis=0) for number in range(4)])
    number = np.square(values[:, None] - centres[None]).sum(axis=2).argmin(axis=1)
    names = np.array(["slow dark", "fast bright", "loud dense", "soft"])[number]
    tables.write_table(
        data / "relabel/clusters.parquet", world.table(split=world.split, cluster=number, label=names)
    )
    tables.write_csv(data / "tracks_with_cluster_names.csv", world.table(new_acoustic_label=names))
    silhouettes = {
        part: _mean([score.silhouette_score(values[world.split == part], number[world.split == part])])
        for part in ("train", "validation", "test")
    }
    tables.write_json(
        metrics / "relabel.json", {"tracks": {"labelled": len(names)}, "silhouette": silhouettes}
    )
    said = np.where(world.rng.random(len(names)) < 0.7, names, world.rng.permutation(names))
    return names, said


def _lookup(world: World, data: Path, metrics: Path, latents: np.ndarray, said: np.ndarray) -> None:
    rows = np.flatnonzero(world.split == "test")
    distances = np.linalg.norm(latents[rows][:, None] - latents[None], axis=2)
    distances[np.arange(len(rows)), rows] = np.inf
    near = np.argsort(distances, axis=1, kind="stable")[:, :NEIGHBOURS]
    same = world.artist[near] == world.artist[rows][:, None]
    others = np.array([np.count_nonzero(world.artist == world.artist[row]) - 1 for row in rows])
    recall = (same.sum(axis=1) / np.minimum(others, NEIGHBOURS))[others > 0]
    chances = world.rng.dirichlet(np.ones(4), len(rows))
    table = pd.DataFrame({"track_id": world.ids[rows], "new_acoustic_label": said[rows]})
    for number in range(4):
        table[f"prob_{number}"] = chances[:, number]
    table["neighbours"] = [world.ids[found].tolist() for found in near]
    tables.write_table(data / "lookup/lookup.parquet", table)
    found = {"same_artist_recall": {"value": float(recall.mean()), "queries": len(recall)}}
    entropy = float(-(chances * np.log(chances)).sum(axis=1).mean())
    report = {"rows": len(rows), "selected_model": SELECTED, "mean_entropy": entropy, "neighbours": found}
    tables.write_json(metrics / "lookup.json", report)


def _finetuning(world: World, labels: np.ndarray, said: np.ndarray) -> dict[str, Any]:
    rows = world.split == "test"
    truth, guess = labels[rows], said[rows]
    macro = score.f1_score(truth, guess, labels=np.unique(truth), average="macro", zero_division=0)
    scores = {"accuracy": _mean([score.accuracy_score(truth, guess)]), "macro_f1": _mean([macro])}
    head = {"accuracy": _mean([float(np.round(0.5 * rows.sum()) / rows.sum())])}
    return {"available": True, "tracks": {"test": int(rows.sum())}, "methods": {"lora": scores, "head": head}}


def _mood(pairs: pd.DataFrame) -> dict[str, Any]:
    report: dict[str, Any] = {
        "available": True,
        "trained_on": {"triplets": int(pairs["triplet_id"].nunique())},
    }
    for dimension in ("arousal", "valence"):
        rows = pairs[pairs["dimension"] == dimension]
        agreed = rows["agreement"] == "full-agreement"
        consistent = rows["consistency"] == "consistent"
        subsets = {"gt": agreed | True, "fa": agreed, "ct": consistent, "ct_fa": agreed & consistent}
        model = {}
        for name, kept in subsets.items():
            count = int(kept.sum())
            accuracy = {"value": round(0.7 * count) / count}
            model[name] = {"accuracy": accuracy, "scored_pairs": count, "coverage": 1.0}
        full = int(agreed.sum())
        judged = 3 * full + (len(rows) - full)
        third = {"value": 3 * full / judged, "judgements": judged}
        report[dimension] = {"model": model, "third_human_against_two": third}
    return report
