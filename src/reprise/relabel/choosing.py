"""Choosing the number of clusters from the data: silhouette, elbow, stability and the BIC of a mixture, by their mean rank.

References
----------
Rousseeuw 1987 (silhouette); Satopaa et al. 2011, "Finding a 'kneedle' in a haystack" (elbow as distance to the chord); Ben-Hur,
Elisseeff and Guyon 2002 (stability under subsampling); Hubert and Arabie 1985 (adjusted Rand index).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import adjusted_rand_score, silhouette_score

from reprise.relabel.clustering import Centres, Floats, fit_kmeans
from reprise.relabel.mixture import bic, principal_scores

SUBSAMPLES = 10
SUBSAMPLE_SHARE = 0.8
SUBSAMPLE_RESTARTS = 3
SILHOUETTE_ROWS = 2000


@dataclass(frozen=True)
class Stability:
    """Agreement of clusterings of subsamples with the clustering of all rows (adjusted Rand index, chance 0).

    Attributes
    ----------
    scores
        One index per subsample, shape (SUBSAMPLES,), at most 1.
    """

    scores: Floats

    @property
    def mean(self) -> float:
        """Mean over the subsamples."""
        return float(self.scores.mean())


def measure_stability(values: Floats, reference: Centres, seed: int) -> Stability:
    """Cluster random subsamples anew, assign all rows, and compare with the reference assignment.

    Parameters
    ----------
    values
        Standardised rows, shape (n, d).
    reference
        Centres fitted on all of them.
    seed
        Seed of the subsamples.
    """
    generator = np.random.default_rng(seed)
    k = len(reference.centres)
    size = max(k + 1, round(SUBSAMPLE_SHARE * len(values)))
    expected = reference.assign(values)
    scores = []
    for index in range(SUBSAMPLES):
        rows = np.sort(generator.choice(len(values), size=size, replace=False))
        again = fit_kmeans(values[rows], k, seed + index, restarts=SUBSAMPLE_RESTARTS)
        scores.append(adjusted_rand_score(expected, again.assign(values)))
    return Stability(np.asarray(scores, dtype=np.float64))


def elbow_distances(inertia: Floats) -> NDArray[np.float64]:
    """Return how far the inertia curve, scaled to the unit square, lies below the chord between its ends.

    Parameters
    ----------
    inertia
        Falling sums of squares for consecutive k, shape (m,).

    Returns
    -------
    numpy.ndarray
        Shape (m,); 0 at both ends, largest at the elbow.
    """
    drop = inertia[0] - inertia[-1]
    if len(inertia) < 3 or drop <= 0:
        return np.zeros(len(inertia))
    chord = np.linspace(1.0, 0.0, len(inertia))
    below: NDArray[np.float64] = chord - (inertia - inertia[-1]) / drop
    return below


def score_numbers(values: Floats, k_min: int, k_max: int, seed: int) -> pd.DataFrame:
    """Score each number of clusters.

    Parameters
    ----------
    values
        Standardised training rows, shape (n, d).
    k_min, k_max
        Range of k, both included; k stays below n.
    seed
        Seed of the starts and subsamples.

    Returns
    -------
    pandas.DataFrame
        Columns k, inertia, elbow, silhouette, stability, bic, mean_rank (1 is best), one row per k.
    """
    rows, scores = [], principal_scores(values)
    for k in range(k_min, max(k_min, min(k_max, len(values) - 1)) + 1):
        centres = fit_kmeans(values, k, seed)
        silhouette = silhouette_score(
            values, centres.assign(values), sample_size=min(SILHOUETTE_ROWS, len(values)), random_state=seed
        )
        stability = measure_stability(values, centres, seed).mean
        rows.append((k, centres.inertia, silhouette, stability, bic(scores, k, seed)))
    table = pd.DataFrame(rows, columns=["k", "inertia", "silhouette", "stability", "bic"])
    table.insert(2, "elbow", elbow_distances(table["inertia"].to_numpy(dtype=np.float64)))
    criteria = [table["elbow"], table["silhouette"], table["stability"], -table["bic"]]
    table["mean_rank"] = np.mean([rankdata(-column) for column in criteria], axis=0)
    return table


def choose_number(scores: pd.DataFrame) -> int:
    """Return the k with the best mean rank; the smaller one of equals."""
    return int(scores.sort_values(["mean_rank", "k"], kind="stable")["k"].iloc[0])
