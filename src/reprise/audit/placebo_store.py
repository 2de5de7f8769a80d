"""The outcome of the placebo on disk: written by the stage that runs it, read by the audit, which imports none of what was run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reprise.audit.differences import Difference
from reprise.tables import read_array, read_json, write_array, write_json


@dataclass(frozen=True)
class Placebo:
    """The outcome of the placebo for one modality.

    Attributes
    ----------
    modality, stage
        ``audio`` or ``lyrics``; the stage whose function was run again.
    receivers
        Shape (n,): tracks that received another one's input, one of each artist.
    rows
        Shape (n, d): what came of it.
    differences
        Representation to its comparison with the owners' rows.
    why
        Why there is no outcome; empty where there is one.
    """

    modality: str
    stage: str
    receivers: NDArray[np.str_]
    rows: NDArray[Any]
    differences: dict[str, Difference]
    why: str = ""


def save_placebo(folder: Path, outcomes: dict[str, Placebo]) -> None:
    """Write ``<modality>.json`` (tracks, comparison with the owners' rows) and ``<modality>.npy`` (the rows)."""
    for modality, found in outcomes.items():
        about: dict[str, Any] = {
            "stage": found.stage,
            "why": found.why,
            "receivers": found.receivers.tolist(),
            "differences": {
                name: {"rows": one.rows, "cells": one.cells, "moved": one.moved}
                for name, one in found.differences.items()
            },
        }
        write_json(folder / f"{modality}.json", about)
        write_array(folder / f"{modality}.npy", found.rows.astype(np.float32))


def load_placebo(folder: Path, modality: str) -> Placebo:
    """Read what `save_placebo` wrote."""
    about = read_json(folder / f"{modality}.json")
    differences = {name: Difference(**values) for name, values in about["differences"].items()}
    rows = read_array(folder / f"{modality}.npy", mmap=False)
    receivers = np.array(about["receivers"], dtype=str)
    return Placebo(modality, about["stage"], receivers, rows, differences, about["why"])
