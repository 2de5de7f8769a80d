"""Tables and metrics of the song regression, by target and by group of targets; never one mean alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reprise.songs.encoding import MODALITIES
from reprise.songs.experiment import Experiment, Replicates
from reprise.songs.guard import LEAKING_COLUMNS
from reprise.songs.scores import METRICS, Interval, interval
from reprise.songs.source import Floats
from reprise.tables import TARGETS

GROUPS: dict[str, tuple[str, ...]] = {
    "lyric_topics": tuple(name for name in TARGETS if name not in ("danceability", "loudness")),
    "audio": ("danceability", "loudness"),
}
"""Topic scores come from words, danceability and loudness from sound: a mean over both says nothing."""

MEANING = {
    "lyric_topics": "weights of a topic model: where it was fitted on these same lyrics (Music Dataset 1950-2019), "
    "predicting them measures how well that model is imitated, not how well a song is understood",
    "audio": "properties of the recording: without audio they can only be guessed from words, genre and year",
}

BASELINES = ("mean", "ridge_metadata", "ridge_lyrics", "ridge_all", "ridge_tfidf")

TARGET_COLUMNS = (
    "target",
    "group",
    "method",
    *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")),
)


def metrics(experiment: Experiment) -> dict[str, Any]:
    """Return the content of ``metrics/regress.json``."""
    songs, methods = experiment.songs, experiment.methods
    return {
        "available": True,
        "songs": {
            **{name: len(songs.part(name)) for name in ("train", "validation", "test")},
            "test_groups": len(np.unique(songs.group[songs.part("test")])),
            "with_lyrics": int(songs.has_lyrics.sum()),
            "with_audio": int(songs.has_audio.sum()),
            "with_year": int(np.isfinite(songs.year).sum()),
            "with_genre": int((songs.genre != "").sum()),
        },
        "training": {
            "epochs": len(experiment.fitted.history),
            "best_epoch": experiment.fitted.best_epoch,
            "validation_loss": min(row["validation_loss"] for row in experiment.fitted.history),
        },
        "groups": {group: _group(methods, group) for group in GROUPS},
        "targets": {name: _target(methods, name) for name in TARGETS},
        "ablation": {
            name: {group: _change(experiment, name, group) for group in GROUPS}
            for name in experiment.ablation
        },
        "refused_columns": ", ".join(sorted(LEAKING_COLUMNS)),
    }


def target_table(experiment: Experiment) -> pd.DataFrame:
    """Return one row for each target and method, with `TARGET_COLUMNS`."""
    rows = []
    for column, target in enumerate(TARGETS):
        for method, replicates in experiment.methods.items():
            row: dict[str, Any] = {"target": target, "group": _group_of(target), "method": method}
            for metric in METRICS:
                row |= _columns(metric, interval(replicates[metric][:, column]))
            rows.append(row)
    return pd.DataFrame(rows, columns=TARGET_COLUMNS)


def history_table(history: list[dict[str, float]]) -> pd.DataFrame:
    """Return the training curve: ``epoch``, ``train_loss``, ``validation_loss``."""
    return pd.DataFrame(history, columns=["epoch", "train_loss", "validation_loss"])


def _group(methods: dict[str, Replicates], group: str) -> dict[str, Any]:
    table: dict[str, Any] = {
        method: {metric: _plain(interval(_mean(replicates, metric, group))) for metric in METRICS}
        for method, replicates in methods.items()
    }
    own = _mean(methods["regressor"], "r2", group)
    table["regressor_minus"] = {
        name: _plain(interval(own - _mean(methods[name], "r2", group))) for name in BASELINES
    }
    table["meaning"] = MEANING[group]
    return table


def _target(methods: dict[str, Replicates], target: str) -> dict[str, Any]:
    """One target: the regressor beside the mean (chance) and the best baseline of that metric."""
    column = TARGETS.index(target)
    found = {}
    for metric in METRICS:
        values = {name: float(methods[name][metric][0, column]) for name in BASELINES}
        values = {name: value for name, value in values.items() if np.isfinite(value)}
        entry = _plain(interval(methods["regressor"][metric][:, column]))
        if entry.get("available", True) and values:
            choose = min if metric == "mae" else max
            best = choose(values, key=lambda name: values[name])
            entry |= {
                "chance": values.get("mean", 0.0),
                "best_baseline": values[best],
                "best_baseline_is": best,
            }
        found[metric] = entry
    return found


def _change(experiment: Experiment, name: str, group: str) -> dict[str, Any]:
    hidden = name.removeprefix("without_").removeprefix("only_")
    present = experiment.encoder.apply(experiment.songs).present[:, MODALITIES.index(hidden)]
    if not present.any():
        return {"available": False, "why": f"no song of this dataset has {hidden}"}
    full = _mean(experiment.methods["regressor"], "r2", group)
    own = _mean(experiment.ablation[name], "r2", group)
    return {"r2": _plain(interval(own)), "change": _plain(interval(own - full))}


def _mean(replicates: Replicates, metric: str, group: str) -> Floats:
    """Mean over the targets of a group, for each replicate."""
    columns = [TARGETS.index(name) for name in GROUPS[group]]
    mean: Floats = replicates[metric][:, columns].mean(axis=1)
    return mean


def _group_of(target: str) -> str:
    return next(group for group, names in GROUPS.items() if target in names)


def _plain(found: Interval) -> dict[str, Any]:
    if not np.isfinite(found.value):
        return {"available": False, "why": "a target does not vary over the test songs"}
    return {"value": found.value, "low": found.low, "high": found.high}


def _columns(name: str, found: Interval) -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
