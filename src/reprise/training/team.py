"""Who learns: one process, or several on a device each, which share every batch and average their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from reprise.errors import BadParameter
from reprise.training.crops import Batch

LEAST_SHARE = 2
"""Examples of a batch that each process needs: batch normalisation has nothing to say about one."""


@dataclass(frozen=True)
class Alone:
    """One process: every method does what a plain loop would."""

    rank: int = 0
    size: int = 1

    def objective(self, model: nn.Module, losses: Any) -> Any:  # noqa: ARG002
        """Return what computes the loss terms of a batch."""
        return losses

    def share(self, batch: Batch, unit: int) -> tuple[Batch, float]:  # noqa: ARG002
        """Return the part of a batch that this process learns from, and the weight of its mean loss."""
        return batch, 1.0

    def backward(self, loss: Tensor) -> None:
        """Compute gradients."""
        loss.backward()  # type: ignore[no-untyped-call]

    def total(self, sums: Mapping[str, float], count: int) -> tuple[dict[str, float], int]:
        """Return sums over all processes."""
        return dict(sums), count

    def settle(self, model: nn.Module) -> None:
        """Give all processes the same buffers (the statistics of batch normalisation)."""


class Together(Alone):
    """One of several processes, by `accelerate`: gradients are averaged by distributed data parallelism.

    Each process learns from its part of every batch, weighted by its size, so that the averaged gradient is the one of the
    whole batch; batch normalisation, and the contrast of a contrastive loss, see the part alone.

    Parameters
    ----------
    accelerator
        Of this process, `accelerate.Accelerator`.
    """

    def __init__(self, accelerator: Any) -> None:
        super().__init__(accelerator.process_index, accelerator.num_processes)
        object.__setattr__(self, "accelerator", accelerator)

    accelerator: Any

    def objective(self, model: nn.Module, losses: Any) -> Any:
        """Return the loss terms as a module whose gradients are averaged over processes."""
        return self.accelerator.prepare(_Objective(model, losses))

    def share(self, batch: Batch, unit: int) -> tuple[Batch, float]:
        """Return this process's part, which never cuts ``unit`` neighbouring examples apart, and its weight."""
        count = len(batch.values)
        units = np.array_split(np.arange(count).reshape(-1, unit), self.size)
        if min(part.size for part in units) < LEAST_SHARE:
            raise BadParameter(
                f"training.processes: a batch of {count} examples gives some of {self.size} processes fewer than "
                f"{LEAST_SHARE}: raise batch_size or use fewer processes"
            )
        mine = torch.from_numpy(units[self.rank].ravel())
        return batch.part(mine), len(mine) * self.size / count

    def backward(self, loss: Tensor) -> None:
        """Compute gradients, averaged over processes."""
        self.accelerator.backward(loss)

    def total(self, sums: Mapping[str, float], count: int) -> tuple[dict[str, float], int]:
        """Return sums over all processes, added in the order of their numbers."""
        from accelerate.utils import gather_object  # type: ignore[import-untyped]

        every = gather_object([(dict(sums), count)])
        return {name: sum(one[name] for one, _ in every) for name in every[0][0]}, sum(n for _, n in every)

    def settle(self, model: nn.Module) -> None:
        """Give all processes the buffers of the first."""
        for buffer in model.buffers():
            torch.distributed.broadcast(buffer, 0)


class _Objective(nn.Module):
    """Loss terms as the forward pass of a module that owns the model: what gradients are averaged for."""

    def __init__(self, model: nn.Module, losses: Any) -> None:
        super().__init__()
        self.model = model
        self.losses = losses

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        terms: dict[str, Tensor] = self.losses(batch, generator)
        return terms
