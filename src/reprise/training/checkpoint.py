"""Checkpoints of a training run: one safetensors file, replaced atomically; an interrupted run goes on from it.

An epoch is a function of the weights, the optimiser's moments and the number of the epoch (all random generators are
seeded anew from it), so a resumed run gives the same bytes as an uninterrupted one.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from reprise.tables import read_tensors, write_tensors

FILE = "checkpoint.safetensors"
PROGRESS = "progress"


@dataclass
class Progress:
    """How far a run is.

    Parameters
    ----------
    phase
        Number of the current phase, from 0.
    epoch
        Finished epochs of this phase.
    waited
        Epochs since the best one.
    best_loss
        Lowest validation loss of this phase.
    best_epoch
        Epoch of it, counted over all phases.
    history
        One row per finished epoch, over all phases.
    """

    phase: int = 0
    epoch: int = 0
    waited: int = 0
    best_loss: float = float("inf")
    best_epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)


class Checkpoints:
    """Reader and writer of the checkpoint of one run.

    Parameters
    ----------
    folder
        Scratch folder, or ``None``: nothing is saved and nothing found.
    key
        Describes the run; a checkpoint of another run is not used.
    every
        Least seconds between two checkpoints.
    """

    def __init__(self, folder: Path | None, key: str, every: float) -> None:
        self._file = folder / FILE if folder is not None else None
        self._key = key
        self._every = every
        self._last = time.monotonic()

    def save(
        self,
        progress: Progress,
        model: torch.nn.Module,
        best: dict[str, Tensor],
        optimizer: torch.optim.Optimizer,
    ) -> None:
        """Save after an epoch, if enough time has passed since the last time."""
        if self._file is None or time.monotonic() - self._last < self._every:
            return
        text = json.dumps({"key": self._key} | vars(progress))
        tensors = {PROGRESS: np.frombuffer(text.encode(), dtype=np.uint8)}
        tensors |= {f"model/{name}": value.cpu().numpy() for name, value in model.state_dict().items()}
        tensors |= {f"best/{name}": value.cpu().numpy() for name, value in best.items()}
        for number, moments in optimizer.state_dict()["state"].items():
            tensors |= {f"adam/{number}/{name}": value.cpu().numpy() for name, value in moments.items()}
        new = self._file.with_suffix(".new")
        write_tensors(new, tensors)
        os.replace(new, self._file)
        self._last = time.monotonic()

    def load(self) -> tuple[Progress, dict[str, dict[str, Any]]] | None:
        """Return the progress and the tensors, grouped as ``model``, ``best`` and ``adam``; ``None`` without any."""
        if self._file is None or not self._file.exists():
            return None
        tensors = read_tensors(self._file)
        state = json.loads(tensors.pop(PROGRESS).tobytes())
        if state.pop("key") != self._key:
            return None
        groups: dict[str, dict[str, Any]] = {"model": {}, "best": {}, "adam": {}}
        for name, value in tensors.items():
            group, rest = name.split("/", 1)
            groups[group][rest] = torch.from_numpy(np.array(value))
        return Progress(**state), groups

    def clear(self) -> None:
        """Remove the checkpoint of a finished run."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def restore_optimizer(optimizer: torch.optim.Optimizer, moments: dict[str, Tensor]) -> None:
    """Put saved moments back into a fresh optimiser of the same parameters."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in moments.items():
        number, moment = name.split("/")
        state.setdefault(int(number), {})[moment] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
