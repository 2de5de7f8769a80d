"""Ridge regression in closed form: one decomposition serves every penalty, and each target has its own, chosen across groups.

Notation
--------
X (n, p) centred inputs, Y (n, m) centred targets, λ penalty. With the eigenvectors V and eigenvalues w of the smaller of XᵀX and XXᵀ,
B(λ) = V (w + λ)⁻¹ Vᵀ XᵀY, or B(λ) = Xᵀ V (w + λ)⁻¹ Vᵀ Y.

References
----------
Hoerl & Kennard, Ridge regression: biased estimation for nonorthogonal problems, Technometrics 12(1), 1970, Eq. 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from reprise.songs.source import Floats, Strings

PENALTIES: tuple[float, ...] = tuple(10.0**power for power in np.arange(-4, 4.5, 0.5))
"""Penalties tried, relative to the mean squared length of an input row."""
FOLDS = 4
"""Parts of the training songs, by group, each predicted by the others."""


@dataclass(frozen=True)
class Linear:
    """A fitted regression, ``x @ coefficients + intercept``; shapes (columns, targets) and (targets,)."""

    coefficients: Floats
    intercept: Floats

    def predict(self, table: Floats) -> Floats:
        """Return predictions, shape (n, targets)."""
        predicted: Floats = table @ self.coefficients + self.intercept
        return predicted


def fit_ridge(table: Floats, targets: Floats, groups: Strings) -> tuple[Linear, Floats]:
    """Fit with the penalty of each target that predicts other groups best.

    Parameters
    ----------
    table
        Shape (n, columns).
    targets
        Shape (n, targets), standardised: with no other group to learn from, 0 is predicted.
    groups
        Shape (n,): rows of one group are never on both sides.

    Returns
    -------
    linear
        Fitted on all rows.
    out_of_fold
        Shape (n, targets): each row predicted from other groups alone, by the chosen penalties.
    """
    folds = min(FOLDS, len(np.unique(groups)))
    held = np.zeros((len(PENALTIES), *targets.shape))
    if folds >= 2:
        for train, test in GroupKFold(folds).split(table, groups=groups):
            path = _path(table[train], targets[train])
            held[:, test] = [linear.predict(table[test]) for linear in path]
    best = np.square(held - targets).mean(axis=1).argmin(axis=0) if folds >= 2 else _strongest(targets)
    column = np.arange(targets.shape[1])
    path = _path(table, targets)
    coefficients = np.stack([linear.coefficients for linear in path])[best, :, column].T
    intercept = np.stack([linear.intercept for linear in path])[best, column]
    return Linear(coefficients, intercept), held[best, :, column].T


def _path(table: Floats, targets: Floats) -> list[Linear]:
    """Fit every penalty."""
    centre, mean = table.mean(axis=0), targets.mean(axis=0)
    x, y = table - centre, targets - mean
    scale = max(float(np.square(x).sum(axis=1).mean()), 1e-12)
    if x.shape[0] <= x.shape[1]:
        w, v = np.linalg.eigh(x @ x.T)
        left, right = x.T @ v, v.T @ y
    else:
        w, v = np.linalg.eigh(x.T @ x)
        left, right = v, v.T @ (x.T @ y)
    w = np.maximum(w, 0.0)
    fitted = []
    for penalty in PENALTIES:
        coefficients = left @ (right / (w + penalty * scale)[:, None])
        fitted.append(Linear(coefficients, mean - centre @ coefficients))
    return fitted


def _strongest(targets: Floats) -> NDArray[np.intp]:
    return np.full(targets.shape[1], len(PENALTIES) - 1, dtype=np.intp)
