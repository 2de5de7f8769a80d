"""What a representation knows of a label at all: supervised probes, the ceiling of every clustering of it.

Conventions
-----------
- A probe is a simple classifier on frozen latents. Tracks of one group (artist, near-duplicates) never stand on both
  sides of a split.
- The score is accuracy, in [0, 1]; its chance level is the mean accuracy of the same predictions against permuted
  labels, its interval a bootstrap over groups.

Metrics
-------
- :func:`linear_probe` : multinomial logistic regression on standardised latents [1]_.
- :func:`neighbour_probe` : majority of the 5 nearest neighbours, Euclidean, on standardised latents.

References
----------
.. [1] Alain, Bengio: Understanding intermediate layers using linear classifier probes. arXiv 1610.01644.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.errors import BadInput
from reprise.evaluation.uncertainty import Estimate, Interval, Resampling, interval_over_tracks

FOLDS = 5
NEIGHBOURS = 5
Splits = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def linear_probe() -> Any:
    """Return an unfitted linear probe."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))


def neighbour_probe() -> Any:
    """Return an unfitted nearest-neighbour probe."""
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), KNeighborsClassifier(NEIGHBOURS))


PROBES: dict[str, Callable[[], Any]] = {"knn": neighbour_probe, "linear": linear_probe}


def validate(latents: NDArray[Any], reference: NDArray[Any], groups: NDArray[Any]) -> None:
    """Check that latents, labels and groups belong together.

    Raises
    ------
    BadInput
        If lengths differ or fewer than two classes are present.
    """
    if latents.ndim != 2 or not len(latents) == len(reference) == len(groups):
        raise BadInput(
            f"a probe needs one label and group per latent, not {len(reference)} and {len(groups)} for {len(latents)}"
        )
    if len(np.unique(reference)) < 2:
        raise BadInput("a probe needs at least two classes")


def splits_by_group(reference: NDArray[Any], groups: NDArray[Any], seed: int) -> Splits:
    """Return folds that keep groups together and classes balanced as far as groups allow; none without held-out tracks."""
    from sklearn.model_selection import StratifiedGroupKFold

    largest = int(np.unique(reference, return_counts=True)[1].max())
    folds = min(
        FOLDS, len(np.unique(groups)), largest
    )  # scikit-learn refuses more folds than any class has tracks
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # a class with fewer tracks than folds is allowed: it is absent from some
        warnings.filterwarnings("ignore", message="The least populated class")
        folds_found = splitter.split(np.zeros(len(reference)), reference, groups)
        return [fold for fold in folds_found if len(fold[1])]  # groups of uneven size can leave one empty


def usable_splits(reference: NDArray[Any], groups: NDArray[Any], seed: int) -> Splits | str:
    """Return the folds of `splits_by_group`, or why a probe cannot be cross-validated on them.

    Parameters
    ----------
    reference
        Shape ``(n,)``: the class of each track, two classes at least.
    groups
        Shape ``(n,)``: the artist or near-duplicate group of each track.
    seed
        Seed of the folds.
    """
    if len(np.unique(groups)) < 2:
        return "all tracks belong to one group: no split keeps artists apart"
    if len(np.unique(reference)) == len(reference):
        return "no class has two tracks: nothing can be learned from one and asked of another"
    splits = splits_by_group(reference, groups, seed)
    return why_not_fitted(reference, splits) or splits


def why_not_fitted(reference: NDArray[Any], splits: Splits) -> str | None:
    """Return why a probe cannot be fitted on every split, or ``None``: without one group a class can be gone."""
    if any(len(np.unique(reference[fit])) < 2 for fit, _ in splits):
        return (
            "without the tracks that are held out fewer than two classes are left to fit a probe on "
            "(the classes stand with too few artists)"
        )
    return None


def split_by_mask(test: NDArray[np.bool_]) -> Splits:
    """Return the one split that fits on all but the test tracks."""
    return [(np.flatnonzero(~test), np.flatnonzero(test))]


def evaluate(
    latents: NDArray[Any],
    reference: NDArray[Any],
    groups: NDArray[Any],
    splits: Splits,
    resampling: Resampling,
) -> dict[str, Estimate]:
    """Return the accuracy of each probe on tracks it was not fitted on.

    Parameters
    ----------
    latents
        Shape ``(n, latent_dim)``.
    reference
        Shape ``(n,)``: the class of each track.
    groups
        Shape ``(n,)``: the unit of the bootstrap.
    splits
        Row numbers to fit on and to score; scored rows must not repeat.
    resampling
        Numbers of resamples and permutations.

    Raises
    ------
    BadInput
        See `validate`.
    """
    validate(latents, reference, groups)
    return {
        name: _accuracy(*predictions(create, latents, reference, splits), groups, resampling)
        for name, create in PROBES.items()
    }


def predictions(
    create: Callable[[], Any], latents: NDArray[Any], reference: NDArray[Any], splits: Splits
) -> tuple[NDArray[np.intp], NDArray[Any], NDArray[Any]]:
    """Return the scored rows, their classes and what the probe says of them, in the order of the splits.

    Raises
    ------
    BadInput
        If a probe would be fitted on fewer than two classes: ask `why_not_fitted` first.
    """
    values = latents.astype(np.float64)
    rows, predicted = [], []
    for fit, held_out in splits:
        if len(np.unique(reference[fit])) < 2:
            raise BadInput("a probe needs at least two classes among the tracks it is fitted on")
        rows.append(held_out)
        predicted.append(create().fit(values[fit], reference[fit]).predict(values[held_out]))
    scored = np.concatenate(rows)
    return scored, reference[scored], np.concatenate(predicted)


def _accuracy(
    scored: NDArray[np.intp],
    truth: NDArray[Any],
    predicted: NDArray[Any],
    groups: NDArray[Any],
    resampling: Resampling,
) -> Estimate:
    hit = (truth == predicted).astype(np.float64)
    tracks = interval_over_tracks(
        lambda rows: float(hit[rows].mean()), groups[scored], resampling.resamples, resampling.seed
    )
    generator = np.random.default_rng([resampling.seed, 3])
    chance = [
        float((generator.permutation(truth) == predicted).mean()) for _ in range(resampling.permutations)
    ]
    return Estimate(
        tracks=tracks,
        seeds=Interval(tracks.value, tracks.value, tracks.value),
        chance=float(np.mean(chance)),
        chance_high=float(np.quantile(chance, 0.975)),
        n=len(scored),
    )
