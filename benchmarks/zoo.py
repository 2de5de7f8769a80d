"""How well clusters of each label-free model agree with genres nobody showed it, over training seeds; writes docs/benchmarks.md.

    python benchmarks/zoo.py --data gtzan_mini --seeds 5 --real PATH [--models wccn,stack] [--others FOLDER] [--scores FILE]

``PATH/gtzan_mini`` holds audio named ``<genre>.<name>.<suffix>``; ``--data synthetic`` takes the tracks of the last
``dvc repro`` instead. Features, splits and models are the project's own. Each seed trains a model on all tracks but the
validation tracks (clustering a collection one has: transductive). What that is worth on unseen tracks is measured on
``--others``, audio of further tracks, named alike, that no model learned from and no parameter was chosen on; without it
each seed trains once more, on the training part of a 70/10/20 split (inductive). Genres are read after training, for the
scores alone; K-Means and spectral clustering are told how many there are. Hand-made features, standardised by the same
training tracks, stand beside.

It takes about a minute for each training of a network. The page is written anew after each; with ``--scores`` what is
done is kept in a file, and a run that was interrupted goes on from there.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ruamel.yaml import YAML
from sklearn.cluster import KMeans, SpectralClustering
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from reprise.models.build import check_params, model_class
from reprise.training.fitting import Fitted, fit_model
from sections import ROOT, write_section  # the folder of this script is on the path
from zoo_data import EMBEDDED, Collection, embedded, extracted
from zoo_page import OTHERS, TRANSDUCTIVE, UNSEEN, Score, Scores, section

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reprise.training.tracks import Tracks

INDUCTIVE = "inductive, all"
STARTS = 5
"""Random starts of each clustering, averaged: their scatter is not that of training."""


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
    return {method: tuple(np.mean(pairs, axis=0).tolist()) for method, pairs in found.items()}


def cases(collection: Collection) -> list[tuple[Tracks, dict[str, NDArray[np.int64]]]]:
    """Return the ways to train, each with the rows that its cases are judged on."""
    whole, own = collection.whole(), collection.own
    if len(collection.others):
        return [(whole, {TRANSDUCTIVE: own, OTHERS: collection.others})]
    return [(whole, {TRANSDUCTIVE: own}), (collection.tracks, {INDUCTIVE: own, UNSEEN: collection.unseen})]


def measure(name: str, seed: int, collection: Collection, params: Mapping[str, Any]) -> list[Score] | str:
    """Train a model; return its scores, or why it cannot be trained."""
    scores: list[Score] = []
    for tracks, rows in cases(collection):
        fitted = fit_model(name, params["models"][name], params["training"], seed, tracks)
        if not isinstance(fitted, Fitted):
            return fitted.why
        scores += judged(name, seed, fitted.latents, rows, collection)
    return scores


def measure_peer(name: str, values: NDArray[Any], collection: Collection) -> list[Score]:
    """Return the scores of features of which nothing is trained but the standardisation."""
    scores: list[Score] = []
    for tracks, rows in cases(collection):
        train = values[tracks.train]
        scores += judged(name, 0, (values - train.mean(0)) / (train.std(0) + 1e-9), rows, collection)
    return scores


def judged(
    name: str, seed: int, latents: NDArray[Any], rows: Mapping[str, NDArray[np.int64]], collection: Collection
) -> list[Score]:
    """Return the scores of the latents of one training."""
    return [
        Score(name, seed, case, method, *pair)
        for case, of in rows.items()
        for method, pair in agreement(latents[of], collection.genres[of]).items()
    ]


def label_free(params: Mapping[str, Any]) -> list[str]:
    """Return the models that are given no label."""
    return [
        name
        for name, config in params["models"].items()
        if model_class(name).condition(check_params(name, config)) is None
    ]


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--data", required=True, help=f"folder below --real, or {EMBEDDED}")
    parser.add_argument("--real", type=Path, help="folder of data sets")
    parser.add_argument("--others", type=Path, help="folder of further tracks, never learned from")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--models", default="", help="comma-separated; empty for every label-free model")
    parser.add_argument("--scores", type=Path, help="file that keeps what is done")
    options = parser.parse_args()
    if options.data != EMBEDDED and options.real is None:
        sys.exit("--real PATH is needed: the folder that holds the data set")
    return options


def main() -> None:
    """Measure and write the section of the data set."""
    options = arguments()
    params = YAML(typ="safe").load(ROOT / "params.yaml")
    names = options.models.split(",") if options.models else label_free(params)
    scores = Scores.read(options.scores)
    with tempfile.TemporaryDirectory() as work:
        if options.data == EMBEDDED:
            collection = embedded()
        else:
            collection = extracted(options.real / options.data, options.others, Path(work), params)
        for name, values in collection.peers.items():
            if not scores.has(name, 0):
                scores.add(name, measure_peer(name, values, collection))
        for seed in range(options.seeds):
            for name in names:
                if not scores.has(name, seed):
                    scores.add(name, measure(name, seed, collection, params))
                    scores.write(options.scores)
                    write_section(f"zoo-{options.data}", section(options, collection, scores))
        write_section(f"zoo-{options.data}", section(options, collection, scores))


if __name__ == "__main__":
    main()
