"""Cross-validation by artist: every song is predicted by regressors that never met its artist, and the learning curve on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from reprise.errors import BadInput
from reprise.progress import track
from reprise.songs.regressor import Rows
from reprise.songs.source import Floats, Songs
from reprise.songs.trial import Division, Setting, run_short_trial, run_trial

VALIDATION_PARTS = 6
"""One of so many parts of a fold's other songs, by group, stops the training."""
FEWEST_GROUPS = 4
"""Fewer groups than this cannot be divided into training, validation and test songs."""


@dataclass(frozen=True)
class CrossValidation:
    """Predictions of songs from other artists' songs.

    Attributes
    ----------
    rows
        The songs that were predicted, shape (m,): all with targets.
    folds
        Number of parts.
    methods, ablation
        As in `Trial`, shape (m, targets).
    curve
        By share of the training groups, and method; shape (m, targets).
    sizes
        Mean number of songs that a regressor learned from, by share.
    """

    rows: Rows
    folds: int
    methods: dict[str, Floats]
    ablation: dict[str, Floats]
    curve: dict[float, dict[str, Floats]]
    sizes: dict[float, float]


def cross_validate(songs: Songs, setting: Setting) -> CrossValidation:
    """Predict every song that has targets.

    Parameters
    ----------
    songs
        All songs; the split they carry is not used.
    setting
        ``params`` gives ``folds`` and the shares of the ``learning_curve``.
    """
    params: dict[str, Any] = setting.params
    rows = np.flatnonzero(songs.has_targets)
    place = np.full(len(songs.track_id), -1)
    place[rows] = np.arange(len(rows))
    shares = [share for share in sorted(params["learning_curve"]) if share < 1]
    methods: dict[str, Floats] = {}
    ablation: dict[str, Floats] = {}
    curve: dict[float, dict[str, Floats]] = {share: {} for share in shares}
    sizes: dict[float, list[int]] = {share: [] for share in [*shares, 1.0]}
    divisions = list(divide(songs, rows, int(params["folds"])))
    for division in track(divisions, desc="songs", unit="folds"):
        at = place[division.test]
        trial = run_trial(songs, division, setting)
        _put(methods, trial.methods, at, len(rows))
        _put(ablation, trial.ablation, at, len(rows))
        sizes[1.0].append(len(division.train) + len(division.validation))
        for share in shares:
            part = Division(
                fewer(songs, division.train, share, setting.seed),
                fewer(songs, division.validation, share, setting.seed),
                division.test,
            )
            _put(curve[share], run_short_trial(songs, part, setting), at, len(rows))
            sizes[share].append(len(part.train) + len(part.validation))
    curve[1.0] = {name: methods[name] for name in ("regressor", "linear_experts", "ridge_tfidf")}
    return CrossValidation(
        rows,
        len(divisions),
        methods,
        ablation,
        curve,
        {share: float(np.mean(found)) for share, found in sizes.items()},
    )


def divide(songs: Songs, rows: Rows, folds: int) -> Iterator[Division]:
    """Yield divisions whose test songs are the given rows, each once; no group is ever divided.

    Parameters
    ----------
    songs
        All songs.
    rows
        Songs to divide.
    folds
        Number of parts; fewer where there are fewer groups.

    Raises
    ------
    BadInput
        If all songs outside a part are of one group: none is left to stop the training by.
    """
    groups = songs.group[rows]
    for others, test in GroupKFold(min(folds, len(np.unique(groups)))).split(rows, groups=groups):
        left = np.unique(groups[others])
        if len(left) < 2:
            raise BadInput(
                f"regress.folds = {folds}: the {len(others)} songs outside one part are all of group '{left[0]}', so none is left "
                "for validation: raise regress.folds to 3 or more"
            )
        inner = GroupKFold(min(VALIDATION_PARTS, len(left)))
        train, validation = next(iter(inner.split(others, groups=groups[others])))
        yield Division(rows[others[train]], rows[others[validation]], rows[test])


def fewer(songs: Songs, rows: Rows, share: float, seed: int) -> Rows:
    """Return the songs of a share of the groups, drawn at random, at least two groups; a smaller share is within a larger."""
    names = np.unique(songs.group[rows])
    drawn = np.random.default_rng(seed).permutation(len(names))[: max(2, round(share * len(names)))]
    return rows[np.isin(songs.group[rows], names[drawn])]


def _put(store: dict[str, Floats], found: dict[str, Floats], at: Rows, count: int) -> None:
    for name, values in found.items():
        store.setdefault(name, np.full((count, values.shape[1]), np.nan))[at] = values
