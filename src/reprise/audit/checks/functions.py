"""Whether a target is an exact function of an input, or an input a copy of another.

The Music Dataset 1950-2019 has three such columns: ``topic`` (the name of the largest topic score), ``age`` (of the year) and ``len`` (the number
of words of the lyrics).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from reprise.audit.finding import Finding
from reprise.audit.within import Floats, standardised

if TYPE_CHECKING:
    import pandas as pd

EXACT = 1e-6
"""1 - |r| below which one column is a function of another; six digits survive any table."""

FEWEST = 20
DISTINCT = 8
"""Values a numeric column needs before a perfect rank correlation says anything."""


def functions_of_inputs(stage: str, inputs: pd.DataFrame, targets: pd.DataFrame) -> list[Finding]:
    """Look for targets that an input gives away.

    Parameters
    ----------
    stage
        The stage that supplies the tables.
    inputs, targets
        Columns of the same rows, in the same order.
    """
    if len(targets) < FEWEST:
        text = f"only {len(targets)} rows with targets"
        return [Finding("functions.any", "targets of inputs", stage, "skipped", 0.0, text, "")]
    numeric = inputs.select_dtypes("number")
    found = [
        *_categories(stage, inputs.select_dtypes(exclude="number"), targets),
        *_columns(stage, numeric, targets, "leak"),
        *_linear(stage, numeric, targets),
    ]
    return found or [
        _clean("targets of inputs", stage, f"none of {targets.shape[1]} targets of {inputs.shape[1]} inputs")
    ]


def copies_of_inputs(stage: str, inputs: pd.DataFrame, texts: list[str]) -> list[Finding]:
    """Look for inputs that are another input once more: affine or monotone copies, and the number of words of the lyrics."""
    numeric = inputs.select_dtypes("number")
    words = np.array([len(text.split()) for text in texts], dtype=float)
    found = []
    for number, column in enumerate(numeric):
        others = numeric[[*numeric.columns[:number]]]
        found += _columns(stage, others, numeric[[column]], "warn")
        if len(texts) == len(numeric) and _same(numeric[column].to_numpy(dtype=float), words):
            text = f"'{column}' is the number of words of the lyrics"
            remedy = f"leave '{column}' out of the inputs"
            found.append(
                Finding("functions.word_count", column, stage, "warn", 1.0, text, remedy, count=len(words))
            )
    return found or [_clean("inputs of inputs", stage, f"none of {inputs.shape[1]} inputs of another")]


def _categories(stage: str, inputs: pd.DataFrame, targets: pd.DataFrame) -> list[Finding]:
    """Categories that are the names of targets and name the largest of them."""
    found = []
    for column in inputs:
        values = inputs[column].astype(str).to_numpy()
        names = [name for name in targets.columns if name in set(values)]
        known = np.isin(values, names)
        if len(names) < 2 or np.count_nonzero(known) < FEWEST:
            continue
        largest = np.array(names)[targets.loc[known, names].to_numpy(dtype=float).argmax(axis=1)]
        share = float((largest == values[known]).mean())
        if share >= 0.999:
            text = (
                f"'{column}' names the largest of the targets {', '.join(names)} in {share:.1%} of the rows"
            )
            remedy = f"leave '{column}' out of the inputs"
            found.append(
                Finding(
                    "functions.largest", str(column), stage, "leak", share, text, remedy, count=len(values)
                )
            )
    return found


def _columns(stage: str, inputs: pd.DataFrame, targets: pd.DataFrame, severity: str) -> list[Finding]:
    """Pairs of columns of which one is an affine or monotone function of the other."""
    found = []
    for column in inputs:
        x = inputs[column].to_numpy(dtype=float, na_value=np.nan)
        for target in targets:
            y = targets[target].to_numpy(dtype=float, na_value=np.nan)
            kind = _kind(x, y)
            if kind:
                found.append(
                    Finding(
                        f"functions.{kind}",
                        f"{target} of {column}",
                        stage,
                        "leak" if severity == "leak" else "warn",
                        1.0,
                        f"'{target}' is an exact {kind} function of '{column}'",
                        f"leave '{column}' out of the inputs",
                        count=int(np.count_nonzero(np.isfinite(x) & np.isfinite(y))),
                    )
                )
    return found


def _kind(x: Floats, y: Floats) -> str:
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < FEWEST or min(len(np.unique(x)), len(np.unique(y))) < DISTINCT:
        return ""
    if abs(_correlation(x, y)) >= 1 - EXACT:
        return "affine"
    return "monotone" if abs(_correlation(rankdata(x), rankdata(y))) >= 1 - EXACT else ""


def _linear(stage: str, inputs: pd.DataFrame, targets: pd.DataFrame) -> list[Finding]:
    """Targets that all numeric inputs together give exactly, each row predicted from the others."""
    x = inputs.to_numpy(dtype=float, na_value=np.nan)
    x = x[:, np.isfinite(x).all(axis=0)]
    n = len(x)
    if x.shape[1] < 2 or n < 3 * x.shape[1]:
        return []
    design = np.concatenate([np.ones((n, 1)), standardised(x)], axis=1)
    basis, sizes, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes[0]]
    leverage = np.square(basis).sum(axis=1)
    found = []
    for target in targets:
        y: Floats = np.asarray(targets[target], dtype=float)
        residual = (y - basis @ (basis.T @ y)) / np.clip(1 - leverage, 1e-9, None)
        if np.square(residual).sum() <= EXACT * np.square(y - y.mean()).sum() and np.ptp(y) > 0:
            text = f"'{target}' is an exact linear function of the {x.shape[1]} numeric inputs"
            remedy = f"find the input that was computed from '{target}' and leave it out"
            found.append(Finding("functions.linear", str(target), stage, "leak", 1.0, text, remedy, count=n))
    return found


def _correlation(x: Floats, y: Floats) -> float:
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / max(float(np.linalg.norm(x) * np.linalg.norm(y)), 1e-300))


def _same(x: Floats, y: Floats) -> bool:
    return len(x) >= FEWEST and bool(np.ptp(x) > 0) and float((x == y).mean()) >= 0.999


def _clean(subject: str, stage: str, what: str) -> Finding:
    return Finding("functions.any", subject, stage, "ok", 0.0, f"{what} is an exact function", "", count=0)
