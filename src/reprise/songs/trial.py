"""One division of the songs: regressor and baselines fitted on the same songs, predicting the same others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reprise.songs.baselines import Boosting, baselines, mean_baseline, tfidf_ridge
from reprise.songs.encoding import MODALITIES, Encoded, encoded
from reprise.songs.regressor import Regressor, Rows, Tuning, fit_regressor
from reprise.songs.source import Floats, Songs
from reprise.songs.training import Fit


@dataclass(frozen=True)
class Division:
    """Rows of the training, validation and test songs; no group is in two of them."""

    train: Rows
    validation: Rows
    test: Rows


@dataclass(frozen=True)
class Setting:
    """How a trial is done.

    Attributes
    ----------
    params
        The ``regress`` block of the parameters.
    seed
        Sets networks and random directions.
    tune
        Fine-tunes the sentence encoder, where wanted.
    """

    params: dict[str, Any]
    seed: int
    tune: Tuning | None = None


@dataclass(frozen=True)
class Trial:
    """Predictions for the test songs, in the units of the targets, shape (test songs, targets).

    Attributes
    ----------
    regressor, fit
        The fitted regressor and how its epochs were found.
    methods
        By the regressor and each baseline.
    ablation
        By the regressor with modalities hidden from the test songs.
    """

    regressor: Regressor
    fit: Fit
    methods: dict[str, Floats]
    ablation: dict[str, Floats]


def run_trial(songs: Songs, division: Division, setting: Setting) -> Trial:
    """Fit and predict by every method."""
    regressor, fitted = fit_regressor(
        songs, division.train, division.validation, setting.params, setting.seed, setting.tune
    )
    test = regressor.encode(songs.rows(division.test))
    undo = regressor.target_scaler.undo
    targets = regressor.target_scaler.apply(np.where(songs.has_targets[:, None], songs.targets, 0.0))
    parts = (division.train, division.validation, division.test)
    frozen = _frozen(regressor, songs)
    peers = baselines(
        frozen, songs.text, targets, parts, Boosting(int(setting.params["trees"]), setting.seed)
    )
    return Trial(
        regressor=regressor,
        fit=fitted,
        methods={
            "regressor": regressor.predict(test)[0],
            "linear_experts": undo(test.stacked()),
            "mean": mean_baseline(songs.targets, division.train, division.test),
            **{name: undo(values) for name, values in peers.items()},
        },
        ablation={name: regressor.predict(view)[0] for name, view in _ablations(test).items()},
    )


def run_short_trial(songs: Songs, division: Division, setting: Setting) -> dict[str, Floats]:
    """Fit and predict by the methods of the learning curve alone."""
    regressor, _ = fit_regressor(
        songs, division.train, division.validation, setting.params, setting.seed, setting.tune
    )
    test = regressor.encode(songs.rows(division.test))
    undo = regressor.target_scaler.undo
    targets = regressor.target_scaler.apply(np.where(songs.has_targets[:, None], songs.targets, 0.0))
    words = tfidf_ridge(songs.text, targets, (division.train, division.validation, division.test))
    return {
        "regressor": regressor.predict(test)[0],
        "linear_experts": undo(test.stacked()),
        "ridge_tfidf": undo(words),
    }


def _frozen(regressor: Regressor, songs: Songs) -> Encoded:
    """Return the songs as the baselines see them: sentence embeddings as they were before any fine-tuning."""
    return encoded(*replace(regressor.encoder, experts={}).views(songs), {})


def _ablations(test: Encoded) -> dict[str, Encoded]:
    """Return the test songs without each modality, and with that modality alone."""
    views = {}
    for name in MODALITIES:
        others = [other for other in MODALITIES if other != name]
        views[f"without_{name}"] = test.without(name)
        views[f"only_{name}"] = test.without(*others)
    return views
