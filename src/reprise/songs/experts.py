"""Linear experts: ridge regressions on words (in two weightings), sentence embeddings, audio and metadata, and for each target how far each is trusted.

The network starts from what they say together and learns what they miss. Each expert sees one modality, so a song without that modality
does without its experts: they are left out, not fed zeros.

References
----------
Breiman, Stacked regressions, Machine Learning 24, 1996: non-negative weights fitted on predictions of held-out parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from reprise.songs.ridge import Linear, fit_ridge
from reprise.songs.source import Flags, Floats, Strings

VIEWS = {
    "words": "lyrics",
    "rare_words": "lyrics",
    "sentences": "lyrics",
    "audio": "audio",
    "metadata": "metadata",
}
"""The experts, and the modality each of them sees."""
FEWEST = 8
"""Fewer training songs than this with a modality make no expert of it."""

Contributions = dict[str, Floats]
"""For each modality an array of shape (n, targets): what its experts add to the standardised prediction."""


@dataclass(frozen=True)
class Expert:
    """A regression and how far it is trusted: shape (targets,), not negative."""

    linear: Linear
    trust: Floats

    def contribute(self, table: Floats) -> Floats:
        """Return what the expert adds to each prediction, shape (n, targets)."""
        added: Floats = self.linear.predict(table) * self.trust
        return added


def fit_experts(
    tables: dict[str, Floats], present: dict[str, Flags], targets: Floats, groups: Strings
) -> tuple[dict[str, Expert], Contributions]:
    """Fit all experts and their weights.

    Parameters
    ----------
    tables
        For each of `VIEWS` the inputs of the training songs, shape (n, columns).
    present
        For each modality, which training songs have it, shape (n,).
    targets
        Shape (n, targets), standardised.
    groups
        Shape (n,): artists.

    Returns
    -------
    experts
        By view; all have the same targets, and a view that too few songs have is trusted with nothing.
    held_out
        What each modality's experts say of the training songs without having seen their group.
    """
    linear, held = {}, np.zeros((len(VIEWS), *targets.shape))
    for place, (view, modality) in enumerate(VIEWS.items()):
        rows = np.flatnonzero(present[modality])
        if len(rows) < FEWEST or tables[view].shape[1] == 0:
            linear[view] = _silent(tables[view].shape[1], targets.shape[1])
            continue
        linear[view], held[place, rows] = fit_ridge(tables[view][rows], targets[rows], groups[rows])
    trust = _trust(held, targets)
    experts = {view: Expert(linear[view], trust[place]) for place, view in enumerate(VIEWS)}
    return experts, _by_modality({view: held[place] * trust[place] for place, view in enumerate(VIEWS)})


def contributions(experts: dict[str, Expert], tables: dict[str, Floats]) -> Contributions:
    """Return what the experts of each modality add to the predictions of songs."""
    return _by_modality({view: experts[view].contribute(tables[view]) for view in VIEWS})


def _by_modality(views: dict[str, Floats]) -> Contributions:
    summed: Contributions = {}
    for view, values in views.items():
        modality = VIEWS[view]
        summed[modality] = summed[modality] + values if modality in summed else values
    return summed


def _trust(held: Floats, targets: Floats) -> NDArray[np.float64]:
    """Weights of the views for each target, shape (views, targets), by non-negative least squares on held-out predictions."""
    columns = [nnls(held[:, :, target].T, targets[:, target])[0] for target in range(targets.shape[1])]
    return np.stack(columns, axis=1)


def _silent(columns: int, targets: int) -> Linear:
    return Linear(np.zeros((columns, targets)), np.zeros(targets))
