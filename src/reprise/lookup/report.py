"""Metrics of the lookup table: what is in it, and what is not and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reprise.emotion.store import Mood
from reprise.models.read_latents import Latents, Unavailable


def summarise(table: pd.DataFrame, latents: Latents | Unavailable, mood: Mood | str) -> dict[str, Any]:
    """Return the metrics of a lookup table.

    Parameters
    ----------
    table
        The table.
    latents
        Of the selected model, or why there are none.
    mood
        The mood model, or why there is none.
    """
    felt: dict[str, Any] = (
        {"available": False, "why": mood}
        if isinstance(mood, str)
        else {"available": True, "trained_on": mood.trained_on, "calibration": mood.calibration}
    )
    if isinstance(latents, Unavailable):
        placed: dict[str, Any] = {"available": False, "why": latents.why}
    else:
        placed = {"available": True, "labels_used": latents.labels_used}
    return {
        "rows": len(table),
        "labels": int(table.columns.str.startswith("prob_").sum()),
        "mean_entropy": float(table["entropy"].mean()) if len(table) else 0.0,
        "largest_possible_entropy": float(np.log(max(1, table.columns.str.startswith("prob_").sum()))),
        "mood": felt,
        "latents": placed,
    }
