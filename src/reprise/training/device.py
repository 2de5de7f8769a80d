"""Where and how precisely to compute."""

from __future__ import annotations

import os

import torch

from reprise.errors import BadParameter
from reprise.training.settings import TrainingParams


def resolve_device(name: str) -> torch.device:
    """Return the device to compute on; ``auto`` is CUDA where it is available.

    Raises
    ------
    BadParameter
        If ``cuda`` is asked for and absent.
    """
    if name == "cuda" and not torch.cuda.is_available():
        raise BadParameter("training.device = 'cuda', but torch finds no CUDA device: use 'auto' or 'cpu'")
    use_cuda = name == "cuda" or (name == "auto" and torch.cuda.is_available())
    return torch.device("cuda" if use_cuda else "cpu")


def fix_threads() -> None:
    """Use exactly the threads that the environment fixes: their number is part of the result."""
    count = os.environ.get("OMP_NUM_THREADS")
    if count:
        torch.set_num_threads(int(count))


def autocast(device: torch.device, training: TrainingParams) -> torch.autocast:
    """Return the context in which a forward pass runs."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=training.precision == "bf16")
