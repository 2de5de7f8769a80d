"""Whether the order of the rows tells the label: in GTZAN's directory order 90 of 99 neighbours share their genre."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reprise.audit.finding import Finding
from reprise.audit.labelling import Codes, Labelling, Plan, Strings, p_value

LAGS = 12
"""Neighbours up to this distance are compared: finds blocks, and classes dealt out in turn."""

REMEDY = "order tracks by the hash of their content, not as the archive lists them"


def row_order(subject: str, stage: str, order: Strings, labelling: Labelling, plan: Plan) -> list[Finding]:
    """Test neighbours and trend of the label along the rows.

    Parameters
    ----------
    subject, stage
        Table, and the stage that writes it.
    order
        Track ids as the rows stand.
    labelling
        The label.
    plan
        Permutations.
    """
    _, position = labelling.at(order)
    codes = labelling.codes[position]
    permuted = labelling.permutations(plan.permutations, plan.generator("row_order", subject, labelling.name))
    both = np.concatenate([codes[None], permuted[:, position]])
    neighbours, trend = _standardised_lags(both), _kruskal_wallis(both, len(labelling.classes))
    same = int(np.count_nonzero(codes[1:] == codes[:-1]))
    about = f"{subject} by {labelling.name}"
    return [
        Finding(
            "row_order.neighbours",
            about,
            stage,
            "leak",
            float(neighbours[0]),
            f"{same} of {len(codes) - 1} neighbours share their {labelling.name}; largest deviation over {LAGS} lags {neighbours[0]:.1f} sd",
            REMEDY,
            p=p_value(neighbours[0], neighbours[1:]),
            count=same,
        ),
        Finding(
            "row_order.trend",
            about,
            stage,
            "leak",
            float(trend[0]),
            f"Kruskal-Wallis H of row number by {labelling.name} {trend[0]:.1f}",
            REMEDY,
            p=p_value(trend[0], trend[1:]),
        ),
    ]


def ascending(subject: str, stage: str, order: Strings) -> Finding:
    """Check that rows stand in ascending order of their id: then their order adds nothing to the ids."""
    wrong = int(np.count_nonzero(order[1:] <= order[:-1]))
    return Finding(
        "row_order.ascending",
        subject,
        stage,
        "warn" if wrong else "ok",
        float(wrong),
        f"{wrong} of {max(len(order) - 1, 0)} rows do not follow the one before in order of id",
        "sort the table by track_id",
        count=wrong,
    )


def _standardised_lags(codes: Codes) -> NDArray[np.float64]:
    """Largest deviation, in standard deviations of the permutations, of the share of equal labels at any lag."""
    lags = range(1, min(LAGS, codes.shape[1] - 1) + 1)
    share = np.stack([(codes[:, lag:] == codes[:, :-lag]).mean(axis=1) for lag in lags], axis=1)
    deviation = share.std(axis=0)
    z: NDArray[np.float64] = np.abs(share - share.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    largest: NDArray[np.float64] = z.max(axis=1)
    return largest


def _kruskal_wallis(codes: Codes, classes: int) -> NDArray[np.float64]:
    n = codes.shape[1]
    rank = np.arange(1, n + 1) - (n + 1) / 2
    total = np.zeros(len(codes))
    for number in range(classes):
        member = codes == number
        total += np.square(member @ rank) / np.maximum(member.sum(axis=1), 1)
    statistic: NDArray[np.float64] = 12 * total / (n * (n + 1))
    return statistic
