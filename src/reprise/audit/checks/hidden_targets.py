"""Whether a column of a representation is a target it must not know: a generative factor, arousal, valence, exactly or through a monotone function.

A descriptor may well correlate with a factor: that is what it is for. None is an exact function of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from reprise.audit.checks.functions import DISTINCT, EXACT, FEWEST
from reprise.audit.finding import Finding, skipped
from reprise.audit.labelling import Strings
from reprise.audit.within import Floats

if TYPE_CHECKING:
    import pandas as pd


def hidden_targets(
    subject: str, stage: str, ids: Strings, values: np.ndarray, secrets: pd.DataFrame, what: str
) -> Finding:
    """Look for exact affine or monotone functions of secret values.

    Parameters
    ----------
    subject, stage
        Representation, and the stage that writes it.
    ids, values
        Shapes (n,) and (n, d).
    secrets
        Indexed by track; one column for each secret.
    what
        Name of the secrets, for the evidence.
    """
    about = f"{subject} by {what}"
    known = secrets.reindex(ids)
    wanted = [name for name in known if known[name].nunique() >= DISTINCT]
    rows = known[wanted].notna().all(axis=1).to_numpy()
    if not wanted or np.count_nonzero(rows) < FEWEST or not values.shape[1]:
        return skipped("hidden_targets.exact", about, stage, f"fewer than {FEWEST} tracks with {what}")
    columns = np.asarray(values[rows], dtype=np.float64)
    targets = known.loc[rows, wanted].to_numpy(dtype=np.float64)
    straight = np.abs(_correlations(columns, targets))
    ranked = np.abs(_correlations(rankdata(columns, axis=0), rankdata(targets, axis=0)))
    nearest = np.maximum(straight, ranked)
    found = np.argwhere(nearest >= 1 - EXACT)
    named = sorted({wanted[column] for _, column in found})
    row, column = np.unravel_index(int(nearest.argmax()), nearest.shape)
    return Finding(
        "hidden_targets.exact",
        about,
        stage,
        "leak" if len(found) else "ok",
        float(nearest[row, column]),
        f"{len(found)} of {columns.shape[1]} columns are exact functions of {what}{': ' + ', '.join(named) if named else ''}; "
        f"the nearest correlates by {nearest[row, column]:.3f} with {wanted[column]}",
        f"{what} may not be an input of {stage}: remove the column",
        count=len(found),
    )


def _correlations(first: Floats, second: Floats) -> Floats:
    """Pearson correlations of all columns; 0 for a column with fewer than `DISTINCT` values."""
    varied = [len(np.unique(column)) >= DISTINCT for column in first.T]
    units = []
    for matrix in (first, second):
        centred = matrix - matrix.mean(axis=0)
        units.append(centred / np.maximum(np.linalg.norm(centred, axis=0), 1e-300))
    correlations: Floats = np.where(np.array(varied)[:, None], units[0].T @ units[1], 0.0)
    return correlations
