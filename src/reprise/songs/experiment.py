"""The regressor and its baselines on one split: fitted on training songs, stopped and tuned on validation songs, scored on test songs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.songs.baselines import mean_baseline, ridge_baselines
from reprise.songs.encoding import MODALITIES, Encoded, Encoder, Scaler
from reprise.songs.scores import bootstrap_weights, score
from reprise.songs.source import Floats, Songs
from reprise.songs.training import Fit, Part, TrainingOptions, fit, predict

FEWEST = {"train": 10, "validation": 2, "test": 3}
"""Fewer songs with targets than this say nothing, and the stage says so instead of a number."""

Replicates = dict[str, Floats]
"""For each metric an array of shape (1 + bootstrap replicates, targets)."""


@dataclass(frozen=True)
class Experiment:
    """Everything the stage writes.

    Attributes
    ----------
    songs
        What it was done on.
    encoder, target_scaler, fitted
        The fitted parts: input encoding, target standardisation, network.
    embeddings
        Joint embedding of all songs, shape (n, joint).
    methods
        Scores on the test songs of the regressor and of each baseline.
    ablation
        Scores of the regressor with modalities hidden from the test songs.
    """

    songs: Songs
    encoder: Encoder
    target_scaler: Scaler
    fitted: Fit
    embeddings: NDArray[np.float32]
    methods: dict[str, Replicates]
    ablation: dict[str, Replicates]


def why_not(songs: Songs, missing: dict[str, Any]) -> str:
    """Return why the songs cannot be regressed, or an empty string if they can.

    Parameters
    ----------
    songs
        The corpus.
    missing
        The corpus' own statement of what it lacks (``corpus.json``: ``missing``).
    """
    if not songs.has_targets.any():
        return str(missing.get("targets", "the songs dataset has no regression targets"))
    few = {name: len(songs.part(name)) for name, least in FEWEST.items() if len(songs.part(name)) < least}
    return ", ".join(
        f"only {count} {name} songs with targets, at least {FEWEST[name]} are needed"
        for name, count in few.items()
    )


def run_experiment(songs: Songs, params: dict[str, Any], seed: int) -> Experiment:
    """Fit, predict and score.

    Parameters
    ----------
    songs
        A corpus for which `why_not` has nothing to say.
    params
        The ``regress`` block of the parameters.
    seed
        Sets the network and the bootstrap.
    """
    train, validation, test = (songs.part(name) for name in ("train", "validation", "test"))
    encoder = Encoder.fit(songs, train)
    encoded = encoder.apply(songs)
    scaler = Scaler.fit(songs.targets[train])
    targets = np.where(songs.has_targets[:, None], scaler.apply(songs.targets), 0.0)
    fitted = fit(
        Part(encoded.rows(train), targets[train]),
        Part(encoded.rows(validation), targets[validation]),
        TrainingOptions.from_params(params),
        seed,
    )
    predictions, embeddings = predict(fitted.model, encoded)
    standardised = {
        "regressor": predictions[test],
        "mean": mean_baseline(targets, train, test),
        **ridge_baselines(encoded, songs.text, targets, (train, validation, test)),
    }
    weights = bootstrap_weights(songs.group[test], int(params["bootstrap"]), np.random.default_rng(seed))
    truth = songs.targets[test]
    hidden = {name: predict(fitted.model, view)[0] for name, view in _ablations(encoded.rows(test)).items()}
    return Experiment(
        songs=songs,
        encoder=encoder,
        target_scaler=scaler,
        fitted=fitted,
        embeddings=embeddings,
        methods={name: score(truth, scaler.undo(values), weights) for name, values in standardised.items()},
        ablation={name: score(truth, scaler.undo(values), weights) for name, values in hidden.items()},
    )


def _ablations(test: Encoded) -> dict[str, Encoded]:
    """Return the test songs without each modality, and with that modality alone."""
    views = {}
    for name in MODALITIES:
        others = [other for other in MODALITIES if other != name]
        views[f"without_{name}"] = test.without(name)
        views[f"only_{name}"] = test.without(*others)
    return views
