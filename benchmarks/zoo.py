"""How well clusters of each label-free model agree with genres nobody showed it, over training seeds; writes docs/benchmarks.md.

    python benchmarks/zoo.py --data gtzan_mini --seeds 5 --real PATH [--models wccn,stack]

``PATH/gtzan_mini`` holds audio named ``<genre>.<name>.<suffix>``; ``--data synthetic`` takes the tracks of the last
``dvc repro`` instead. Features, splits and models are the project's own. Each model is trained twice per seed: on all
tracks but the validation tracks (clustering a collection one has: transductive), and on the training part of a 70/10/20
split (inductive: scores of all tracks, and of those never seen). Genres are read after training, for the scores alone;
K-Means and spectral clustering are told how many there are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ruamel.yaml import YAML
from scipy.stats import t as student
from sklearn.cluster import KMeans, SpectralClustering
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from reprise.models.build import check_params, model_class
from reprise.training.fitting import Fitted, fit_model
from sections import ROOT, machine, write_section  # the folder of this script is on the path
from zoo_data import EMBEDDED, Collection, embedded, extracted

if TYPE_CHECKING:
    from numpy.typing import NDArray

VAE = ((0.48, 0.34), (0.54, 0.39))
TARGETS = {
    "basic_vae": VAE,
    "conv_vae": VAE,
    "beta_vae": VAE,
    "vade": VAE,
    "temporal_vae": VAE,
    "contrastive": ((0.50, 0.32), (0.56, 0.40)),
    "wccn": ((0.60, 0.43), (0.66, 0.50)),
    "stack": ((0.60, 0.43), (0.70, 0.57)),
}
"""AMI and ARI of transductive K-Means: what a model must reach, and should."""

CASES = ("transductive", "inductive, all", "inductive, never seen")
STARTS = 5
"""Random starts of each clustering, averaged: their scatter is not that of training."""

Scores = dict[tuple[str, str], list[tuple[float, float]]]


def clusterings(latents: NDArray[Any], k: int) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the name and the clusters of each start of each method."""
    for start in range(STARTS):
        yield "K-Means", KMeans(k, n_init=10, random_state=start).fit_predict(latents)
        if len(latents) > 3 * k:  # fewer have no neighbourhood graph worth the name
            graph = SpectralClustering(
                k, affinity="nearest_neighbors", n_neighbors=min(10, len(latents) - 1), random_state=start
            )
            yield "spectral", graph.fit_predict(latents)


def agreement(latents: NDArray[Any], genres: NDArray[np.str_]) -> dict[str, tuple[float, float]]:
    """Return AMI and ARI of each method, the mean over its starts."""
    found: dict[str, list[tuple[float, float]]] = {}
    for method, clusters in clusterings(latents, len(set(genres.tolist()))):
        pair = adjusted_mutual_info_score(genres, clusters), adjusted_rand_score(genres, clusters)
        found.setdefault(method, []).append(pair)
    return {method: tuple(np.mean(pairs, axis=0)) for method, pairs in found.items()}


def measure(name: str, seeds: int, collection: Collection, params: Mapping[str, Any]) -> Scores | str:
    """Train a model from several seeds, both ways; return the scores of each case and method, or why it cannot be."""
    scores: Scores = {}
    for seed in range(seeds):
        latents = {}
        for case, tracks in (("transductive", collection.whole()), ("inductive", collection.tracks)):
            fitted = fit_model(name, params["models"][name], params["training"], seed, tracks)
            if not isinstance(fitted, Fitted):
                return fitted.why
            latents[case] = fitted.latents
        every = np.arange(len(collection.genres))
        for case, rows in zip(CASES, (every, every, collection.unseen), strict=True):
            values = latents[case.split(",")[0]][rows]
            for method, pair in agreement(values, collection.genres[rows]).items():
                scores.setdefault((case, method), []).append(pair)
    return scores


def label_free(params: Mapping[str, Any]) -> list[str]:
    """Return the models that are given no label."""
    return [
        name
        for name, config in params["models"].items()
        if model_class(name).condition(check_params(name, config)) is None
    ]


def interval(values: Sequence[float]) -> str:
    """Return mean, standard deviation and 95 % interval of the mean over seeds (Student)."""
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return f"{mean:.3f}"
    deviation = float(np.std(values, ddof=1))
    half = float(student.ppf(0.975, count - 1)) * deviation / count**0.5
    return f"{mean:.3f} (sd {deviation:.3f}, {mean - half:.3f} to {mean + half:.3f})"


def rows_of(name: str, scores: Scores) -> Iterator[str]:
    """Yield the table rows of a model."""
    for (case, method), pairs in scores.items():
        ami, ari = ([pair[number] for pair in pairs] for number in (0, 1))
        target = ""
        if name in TARGETS and (case, method) == (CASES[0], "K-Means"):
            floor, ambition = TARGETS[name]
            reached = [np.mean(ami) >= goal[0] and np.mean(ari) >= goal[1] for goal in (floor, ambition)]
            word = (
                "ambition reached" if all(reached) else "floor reached" if reached[0] else "below the floor"
            )
            target = f"{floor[0]}/{floor[1]} → {ambition[0]}/{ambition[1]}: {word}"
        yield f"| {name} | {case} | {method} | {interval(ami)} | {interval(ari)} | {target} |"


def section(command: str, collection: Collection, results: Mapping[str, Scores | str]) -> str:
    """Return the section of the page; ``command`` are the arguments it was made with."""
    data = command.split()[1]
    scored = [found for found in results.values() if not isinstance(found, str)]
    seeds = max((len(pairs) for found in scored for pairs in found.values()), default=0)
    kinds = len(set(collection.genres.tolist()))
    head = [
        f"## The models on {data}",
        f"Made by `python benchmarks/zoo.py {command}` on {machine()}.",
        (
            f"{len(collection.genres)} tracks of {kinds} genres, {len(collection.unseen)} of them never seen in the inductive "
            f"case. AMI and ARI: the mean over {seeds} training seeds, their standard deviation and the 95 % interval of the "
            f"mean; 0 is chance. The interval is over training, not over tracks: another {len(collection.genres)} tracks would "
            "scatter more."
        ),
        "| model | case | clustering | AMI | ARI | floor → ambition |\n|---|---|---|---|---|---|",
    ]
    table = [
        row
        for name, scores in results.items()
        if not isinstance(scores, str)
        for row in rows_of(name, scores)
    ]
    absent = [f"`{name}` is not available: {why}." for name, why in results.items() if isinstance(why, str)]
    return "\n\n".join([*head[:-1], "\n".join([head[-1], *table]), *absent])


def main() -> None:
    """Measure and write the section of the data set."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", required=True, help=f"folder below --real, or {EMBEDDED}")
    parser.add_argument("--real", type=Path, help="folder of data sets")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--models", default="", help="comma-separated; empty for every label-free model")
    options = parser.parse_args()
    if options.data != EMBEDDED and options.real is None:
        sys.exit("--real PATH is needed: the folder that holds the data set")
    params = YAML(typ="safe").load(ROOT / "params.yaml")
    names = options.models.split(",") if options.models else label_free(params)
    with tempfile.TemporaryDirectory() as work:
        if options.data == EMBEDDED:
            collection = embedded()
        else:
            collection = extracted(options.real / options.data, Path(work), params)
        results: dict[str, Scores | str] = {}
        for name in names:
            found = results[name] = measure(name, options.seeds, collection, params)
            if isinstance(found, str):
                print(f"{name}: {found}", flush=True)
            else:
                print("\n".join(rows_of(name, found)), flush=True)
    command = f"--data {options.data} --seeds {options.seeds}"
    command += f" --models {options.models}" if options.models else ""
    write_section(f"zoo-{options.data}", section(command, collection, results))


if __name__ == "__main__":
    main()
