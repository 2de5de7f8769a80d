"""Two processes on this machine's processors, which share every batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from reprise.errors import BadParameter
from reprise.training.crops import Batch, Batches
from reprise.training.loop import Job, train
from reprise.training.parallel import process_count, train_together
from reprise.training.phase import Phase, Terms
from reprise.training.settings import Run, TrainingParams
from reprise.training.team import Alone, Together


class Line(torch.nn.Module):
    """A weight for each band, without noise; another that this phase does not use."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(4))
        self.unused = torch.nn.Parameter(torch.ones(2))
        self.register_buffer("seen", torch.zeros(()))
        self.seen: Tensor

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:  # noqa: ARG002
        if self.training:
            self.seen += len(batch.values)
        return {"error": (batch.values[:, :, 0] * self.weight - 1).square().sum(1)}

    def phase(self) -> Phase:
        return Phase("train", 3, 0.01, self.losses, {"error": 1.0})


class Stub:
    """What `Together` asks of an accelerator."""

    process_index, num_processes = 1, 3


def test_two_processes_learn_what_one_does(batches: Batches, training: TrainingParams) -> None:
    alone, together = Line(), Line()
    uneven = replace(batches, batch_size=9)  # parts of 5 and 4 examples
    one = train(Job(alone, uneven, Run(training, 0)), (alone.phase(),), "line")
    two = train_together(Job(together, uneven, Run(training, 0)), (together.phase(),), "line", 2)
    torch.testing.assert_close(together.weight, alone.weight, rtol=1e-5, atol=1e-7)
    assert [row["train_loss"] for row in two.history] == pytest.approx(
        [row["train_loss"] for row in one.history]
    )
    assert two.best_epoch == one.best_epoch
    assert alone.seen == 3 * 45
    assert together.seen == 3 * 5 * 5  # of the first process


def test_two_processes_train_batch_statistics_and_noise_to_the_same_bytes_twice(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    first, second = toy, type(toy)()
    rows = [
        train_together(Job(model, batches, Run(training, 0)), (model.phase(),), "toy", 2).history
        for model in (first, second)
    ]
    assert rows[0] == rows[1]
    assert rows[0][-1]["train_loss"] < rows[0][0]["train_loss"]
    others = second.state_dict()
    assert all(torch.equal(value, others[name]) for name, value in first.state_dict().items())


def test_parts_of_a_batch_keep_what_belongs_together_and_weigh_by_their_size() -> None:
    batch = Batch(torch.arange(10.0)[:, None], None, torch.arange(10) // 2)
    found: list[float] = []
    for rank in range(3):
        stub = Stub()
        stub.process_index = rank
        part, weight = Together(stub).share(batch, 2)
        found += part.values.ravel().tolist()
        assert weight == pytest.approx(len(part.values) * 3 / 10)
        assert part.tracks is not None
        assert set(np.bincount(part.tracks.numpy()).tolist()) <= {0, 2}
    assert found == list(range(10))
    assert Alone().share(batch, 2) == (batch, 1.0)


def test_a_batch_too_small_for_all_processes_is_an_error() -> None:
    with pytest.raises(BadParameter, match="a batch of 5 examples gives some of 3 processes fewer than 2"):
        Together(Stub()).share(Batch(torch.zeros(5, 1), None), 1)


def test_processes_are_counted(training: TrainingParams) -> None:
    assert process_count(training) == 1
    assert process_count(training.model_copy(update={"processes": 4})) == 4
    assert process_count(training.model_copy(update={"processes": 0})) == 1  # device: cpu
