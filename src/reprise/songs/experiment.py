"""The regressor and its baselines: the one that is kept, judged on the test songs, and the method, judged by artist-grouped folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.songs.folds import FEWEST_GROUPS, cross_validate
from reprise.songs.regressor import Regressor, Rows, Tuning
from reprise.songs.scores import bootstrap_weights, score
from reprise.songs.source import Floats, Songs
from reprise.songs.training import Fit
from reprise.songs.trial import Division, Setting, run_trial

FEWEST = {"train": 10, "validation": 2, "test": 3}
"""Fewer songs with targets than this say nothing, and the stage says so instead of a number."""

Replicates = dict[str, Floats]
"""For each metric an array of shape (1 + bootstrap replicates, targets)."""


@dataclass(frozen=True)
class Evaluation:
    """Scores of songs that the methods had not met.

    Attributes
    ----------
    rows
        The songs.
    methods
        Of the regressor and of each baseline.
    ablation
        Of the regressor with modalities hidden.
    """

    rows: Rows
    methods: dict[str, Replicates]
    ablation: dict[str, Replicates]


@dataclass(frozen=True)
class CurvePoint:
    """Scores after learning from a share of the training groups: how many songs, and by method."""

    share: float
    songs: float
    methods: dict[str, Replicates]


@dataclass(frozen=True)
class Experiment:
    """Everything the stage writes.

    Attributes
    ----------
    songs
        What it was done on.
    regressor, fit
        The one that is kept, and how its epochs were found.
    embeddings
        Joint embedding of all songs, shape (n, joint).
    held_out
        The kept regressor and its baselines on the test songs.
    folds
        The same methods fitted again for each fold, on all songs.
    n_folds
        How many folds.
    curve
        Scores by number of songs learned from, on all songs.
    """

    songs: Songs
    regressor: Regressor
    fit: Fit
    embeddings: NDArray[np.float32]
    held_out: Evaluation
    folds: Evaluation
    n_folds: int
    curve: list[CurvePoint]


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
    if few:
        return ", ".join(
            f"only {count} {name} songs with targets, at least {FEWEST[name]} are needed"
            for name, count in few.items()
        )
    groups = len(np.unique(songs.group[songs.has_targets]))
    return f"only {groups} artists, at least {FEWEST_GROUPS} are needed" if groups < FEWEST_GROUPS else ""


def run_experiment(songs: Songs, params: dict[str, Any], seed: int, tune: Tuning | None = None) -> Experiment:
    """Fit, predict and score.

    Parameters
    ----------
    songs
        A corpus for which `why_not` has nothing to say.
    params
        The ``regress`` block of the parameters.
    seed
        Sets the networks and the bootstrap.
    tune
        Fine-tunes the sentence encoder, where wanted.
    """
    setting = Setting(params, seed, tune)
    division = Division(*(songs.part(name) for name in ("train", "validation", "test")))
    kept = run_trial(songs, division, setting)
    crossed = cross_validate(songs, setting)
    judge = _Judge(songs, crossed.rows, int(params["bootstrap"]), seed)
    return Experiment(
        songs=songs,
        regressor=kept.regressor,
        fit=kept.fit,
        embeddings=kept.regressor.predict(kept.regressor.encode(songs))[1],
        held_out=_Judge(songs, division.test, int(params["bootstrap"]), seed).all(
            kept.methods, kept.ablation
        ),
        folds=judge.all(crossed.methods, crossed.ablation),
        n_folds=crossed.folds,
        curve=[
            CurvePoint(share, crossed.sizes[share], judge.each(methods))
            for share, methods in sorted(crossed.curve.items())
        ],
    )


class _Judge:
    """Scores predictions of some songs, with the same resamples of artists for every method."""

    def __init__(self, songs: Songs, rows: Rows, replicates: int, seed: int) -> None:
        self._rows, self._truth = rows, songs.targets[rows]
        self._weights = bootstrap_weights(songs.group[rows], replicates, np.random.default_rng(seed))

    def each(self, predicted: dict[str, Floats]) -> dict[str, Replicates]:
        return {name: score(self._truth, values, self._weights) for name, values in predicted.items()}

    def all(self, methods: dict[str, Floats], ablation: dict[str, Floats]) -> Evaluation:
        return Evaluation(self._rows, self.each(methods), self.each(ablation))
