"""Tables and metrics of the song regression, by target and by group of targets; never one mean alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reprise.songs.encoding import MODALITIES
from reprise.songs.experiment import Evaluation, Experiment, Replicates
from reprise.songs.guard import LEAKING_COLUMNS
from reprise.songs.scores import METRICS, Interval, interval
from reprise.songs.source import Floats, Songs
from reprise.tables import TARGETS

TOPICS = tuple(name for name in TARGETS if name not in ("danceability", "loudness"))
GROUPS = ("lyric_topics", "audio")
"""Topic scores come from words, all other targets from sound: a mean over both says nothing."""

MEANING = {
    "lyric_topics": "weights of a topic model: where it was fitted on these same lyrics (Music Dataset 1950-2019), "
    "predicting them measures how well that model is imitated, not how well a song is understood",
    "audio": "properties of the recording: without audio they can only be guessed from words, genre and year",
}

BASELINES = ("mean", "ridge_metadata", "ridge_lyrics", "ridge_all", "ridge_tfidf", "gradient_boosting")
PEERS = (*BASELINES, "linear_experts")
"""Baselines, and the regressor's own linear start: what the network adds is the difference to it."""

TARGET_COLUMNS = (
    "target",
    "group",
    "method",
    *(f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")),
)
CURVE_COLUMNS = ("group", "method", "songs", "r2", "r2_low", "r2_high")


def metrics(experiment: Experiment) -> dict[str, Any]:
    """Return the content of ``metrics/regress.json``: the kept regressor on the test songs, and all methods by folds."""
    songs, names = experiment.songs, experiment.songs.target_names
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
            "epochs": len(experiment.fit.history) - 1,
            "best_epoch": experiment.fit.best_epoch,
            "validation_loss": min(row["validation_loss"] for row in experiment.fit.history),
        },
        **_evaluation(experiment.held_out, songs, names),
        "folds": {
            "count": experiment.n_folds,
            "songs": len(experiment.folds.rows),
            "groups_of_songs": len(np.unique(songs.group[experiment.folds.rows])),
            **_evaluation(experiment.folds, songs, names),
        },
        "learning_curve": _curve(experiment),
        "refused_columns": ", ".join(sorted(LEAKING_COLUMNS)),
    }


def target_table(experiment: Experiment) -> pd.DataFrame:
    """Return one row for each target and method, by folds, with `TARGET_COLUMNS`."""
    rows = []
    for column, target in enumerate(experiment.songs.target_names):
        for method, replicates in experiment.folds.methods.items():
            row: dict[str, Any] = {"target": target, "group": group_of(target), "method": method}
            for metric in METRICS:
                row |= _columns(metric, interval(replicates[metric][:, column]))
            rows.append(row)
    return pd.DataFrame(rows, columns=TARGET_COLUMNS)


def curve_table(experiment: Experiment) -> pd.DataFrame:
    """Return one row for each group of targets, method and number of songs, with `CURVE_COLUMNS`."""
    rows = []
    for group in _groups(experiment.songs.target_names):
        for point in experiment.curve:
            for method, replicates in point.methods.items():
                found = interval(_mean(replicates, "r2", group, experiment.songs.target_names))
                row = {"group": group, "method": method, "songs": round(point.songs)}
                rows.append(row | _columns("r2", found))
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)


def history_table(history: list[dict[str, float]]) -> pd.DataFrame:
    """Return the training curve: ``epoch``, ``train_loss``, ``validation_loss``."""
    return pd.DataFrame(history, columns=["epoch", "train_loss", "validation_loss"])


def group_of(target: str) -> str:
    """Return the group of a target."""
    return "lyric_topics" if target in TOPICS else "audio"


def _groups(names: tuple[str, ...]) -> list[str]:
    return [group for group in GROUPS if any(group_of(name) == group for name in names)]


def _evaluation(found: Evaluation, songs: Songs, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "groups": {group: _group(found.methods, group, names) for group in _groups(names)},
        "targets": {name: _target(found.methods, column) for column, name in enumerate(names)},
        "ablation": {
            name: {group: _change(found, songs, name, group) for group in _groups(names)}
            for name in found.ablation
        },
    }


def _curve(experiment: Experiment) -> dict[str, Any]:
    """R² by number of songs: songs, then group and method."""
    names = experiment.songs.target_names
    return {
        f"{round(point.songs)}_songs": {
            group: {
                method: _plain(interval(_mean(replicates, "r2", group, names)))
                for method, replicates in point.methods.items()
            }
            for group in _groups(names)
        }
        for point in experiment.curve
    }


def _group(methods: dict[str, Replicates], group: str, names: tuple[str, ...]) -> dict[str, Any]:
    table: dict[str, Any] = {
        method: {metric: _plain(interval(_mean(replicates, metric, group, names))) for metric in METRICS}
        for method, replicates in methods.items()
    }
    own = _mean(methods["regressor"], "r2", group, names)
    table["regressor_minus"] = {
        name: _plain(interval(own - _mean(methods[name], "r2", group, names))) for name in PEERS
    }
    table["meaning"] = MEANING[group]
    return table


def _target(methods: dict[str, Replicates], column: int) -> dict[str, Any]:
    """One target: the regressor beside the mean (chance) and the best baseline of that metric."""
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


def _change(found: Evaluation, songs: Songs, name: str, group: str) -> dict[str, Any]:
    hidden = name.removeprefix("without_").removeprefix("only_")
    if not _present(songs)[hidden]:
        return {"available": False, "why": f"no song of this dataset has {hidden}"}
    full = _mean(found.methods["regressor"], "r2", group, songs.target_names)
    own = _mean(found.ablation[name], "r2", group, songs.target_names)
    return {"r2": _plain(interval(own)), "change": _plain(interval(own - full))}


def _present(songs: Songs) -> dict[str, bool]:
    known = (
        songs.has_lyrics.any(),
        songs.has_audio.any(),
        (np.isfinite(songs.year) | (songs.genre != "")).any(),
    )
    return {name: bool(value) for name, value in zip(MODALITIES, known, strict=True)}


def _mean(replicates: Replicates, metric: str, group: str, names: tuple[str, ...]) -> Floats:
    """Mean over the targets of a group, for each replicate."""
    columns = [column for column, name in enumerate(names) if group_of(name) == group]
    mean: Floats = replicates[metric][:, columns].mean(axis=1)
    return mean


def _plain(found: Interval) -> dict[str, Any]:
    if not np.isfinite(found.value):
        return {"available": False, "why": "a target does not vary over the test songs"}
    return {"value": found.value, "low": found.low, "high": found.high}


def _columns(name: str, found: Interval) -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
