"""How good predicted classes are: accuracy and macro F1, with intervals over artists and chance levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.finetune.intervals import bootstrap

Classes = NDArray[np.int64]
Measure = Callable[[Classes, Classes], float]
PERMUTATIONS = 200


def accuracy(truth: Classes, predicted: Classes) -> float:
    """Return the share of equal entries."""
    return float((truth == predicted).mean())


def macro_f1(truth: Classes, predicted: Classes) -> float:
    """Return the mean F1 = 2 TP / (2 TP + FP + FN) over the classes that occur in the truth."""
    scores = []
    for label in np.unique(truth):
        hits = ((truth == label) & (predicted == label)).sum()
        scores.append(2 * hits / ((truth == label).sum() + (predicted == label).sum()))
    return float(np.mean(scores))


def judge(truth: Classes, predicted: Classes, groups: NDArray[np.str_], seed: int) -> dict[str, Any]:
    """Return accuracy and macro F1 with 95 % intervals and chance.

    Parameters
    ----------
    truth, predicted
        Classes, shape (n,).
    groups
        Group (artist) of each track; groups are resampled as a whole.
    seed
        Seed of bootstrap and permutations.

    Returns
    -------
    dict
        ``accuracy`` and ``macro_f1``, each value, low, high, chance (the mean with shuffled predictions); ``majority``, the accuracy of
        always naming the most frequent true class.
    """
    generator = np.random.default_rng(seed)
    shuffled = [generator.permutation(predicted) for _ in range(PERMUTATIONS)]
    result: dict[str, Any] = {"majority": float(np.bincount(truth).max() / len(truth))}
    measures: tuple[tuple[str, Measure], ...] = (("accuracy", accuracy), ("macro_f1", macro_f1))
    for name, measure in measures:
        low, high = _interval(measure, truth, predicted, groups, seed)
        chance = float(np.mean([measure(truth, draw) for draw in shuffled]))
        result[name] = {"value": measure(truth, predicted), "low": low, "high": high, "chance": chance}
    return result


def paired_difference(
    truth: Classes, one: Classes, other: Classes, groups: NDArray[np.str_], seed: int
) -> dict[str, float]:
    """Return the difference in accuracy of two predictions of the same tracks, with its interval."""
    gain = (truth == one).astype(np.float64) - (truth == other)
    low, high = bootstrap(lambda rows: float(gain[rows].mean()), groups, seed)
    return {"value": float(gain.mean()), "low": low, "high": high}


def _interval(
    measure: Measure, truth: Classes, predicted: Classes, groups: NDArray[np.str_], seed: int
) -> tuple[float, float]:
    return bootstrap(lambda rows: measure(truth[rows], predicted[rows]), groups, seed)
