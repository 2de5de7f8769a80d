"""The selected model's learning curves of both sides, as a chart that GitHub draws from text: a comment can hold no picture of its own."""

from __future__ import annotations

import csv
from io import StringIO

POINTS = 40  # of a curve, at most


def curves(before: str, after: str) -> list[str]:
    """Return the lines of a Mermaid chart of the validation losses, empty where a side has fewer than two epochs.

    Parameters
    ----------
    before, after
        ``epoch`` and ``validation_loss`` as tab-separated text, of the target branch and of this state.
    """
    old, new = _losses(before), _losses(after)
    if min(len(old), len(new)) < 2:
        return []
    length = min(len(old), len(new))  # a chart has one axis: the epochs that both have
    old, new = old[:length], new[:length]
    step = -(-length // POINTS)
    low, high = min(old + new), max(old + new)
    margin = 0.05 * (high - low or 1.0)
    return [
        "Validation loss of the selected model: the target branch first, then this state.",
        "",
        "```mermaid",
        "xychart-beta",
        f'  x-axis "epoch" 1 --> {length}',
        f'  y-axis "validation loss" {low - margin:.5g} --> {high + margin:.5g}',
        *(f"  line [{', '.join(f'{loss:.5g}' for loss in losses[::step])}]" for losses in (old, new)),
        "```",
        "",
    ]


def _losses(text: str) -> list[float]:
    rows = csv.DictReader(StringIO(text), delimiter="\t")
    return [float(row["validation_loss"]) for row in rows if row.get("validation_loss")]
