from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from reprise.training.checkpoint import FILE, Checkpoints
from reprise.training.crops import Batch, Batches
from reprise.training.health import CollapsedModel
from reprise.training.loop import Job, evaluate, train
from reprise.training.phase import Phase, Terms
from reprise.training.settings import Run, TrainingParams


class Killed(Exception):
    """Stands for kill -9."""


def dying(phase: Phase, steps: int) -> Phase:
    """The same phase, whose process dies at the given step."""
    left = iter(range(steps))

    def losses(batch: Batch, generator: torch.Generator) -> Terms:
        if next(left, None) is None:
            raise Killed
        return phase.losses(batch, generator)

    return replace(phase, losses=losses)


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    others = two.state_dict()
    return all(torch.equal(value, others[name]) for name, value in one.state_dict().items())


def test_training_lowers_the_loss_and_writes_a_row_per_epoch(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    progress = train(Job(toy, batches, Run(training, 0)), (toy.phase(),), "toy")
    assert [row["epoch"] for row in progress.history] == [1, 2, 3, 4, 5, 6]
    assert progress.history[-1]["train_loss"] < progress.history[0]["train_loss"]
    assert {"phase", "validation_loss", "train_reconstruction", "validation_reconstruction"} <= set(
        progress.history[0]
    )


def test_early_stopping_stops_and_keeps_the_best(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    phase = toy.phase(
        epochs=200, learning_rate=0.3
    )  # a rate at which the validation loss soon goes up and down
    run = Run(training, 0)
    progress = train(Job(toy, batches, run), (phase,), "toy")
    losses = [row["validation_loss"] for row in progress.history]
    assert len(losses) == progress.best_epoch + training.patience < 200
    assert losses[progress.best_epoch - 1] == min(losses)
    kept = evaluate(toy, phase, batches.validating(), run)["reconstruction"]
    assert kept == pytest.approx(min(losses))


def test_same_seed_same_weights_other_seed_others(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    models = [type(toy)() for _ in range(3)]
    for model, seed in zip(models, (0, 0, 1), strict=True):
        train(Job(model, batches, Run(training, seed)), (model.phase(),), "toy")
    assert same(models[0], models[1])
    assert not same(models[0], models[2])


@pytest.mark.parametrize("steps", [1, 12, 23, 40, 55])
def test_a_killed_run_resumes_to_the_same_bytes(
    toy: Any, batches: Batches, training: TrainingParams, tmp_path: Path, steps: int
) -> None:
    def phases(model: Any) -> tuple[Phase, ...]:
        return model.phase("one", 4), model.phase("two", 4, 0.001)

    whole = type(toy)()
    expected = train(Job(whole, batches, Run(training, 0)), phases(whole), "toy")
    first, second = phases(toy)
    dies = dying(first, steps)
    with pytest.raises(Killed):
        train(
            Job(toy, batches, Run(training, 0, tmp_path)), (dies, replace(second, losses=dies.losses)), "toy"
        )
    assert steps < 8 or (tmp_path / FILE).exists()
    resumed = type(toy)()
    torch.manual_seed(123)
    progress = train(Job(resumed, batches, Run(training, 0, tmp_path)), phases(resumed), "toy")
    assert progress.history == expected.history
    assert progress.best_epoch == expected.best_epoch
    assert same(resumed, whole)
    assert not (tmp_path / FILE).exists()


def counting(phase: Phase, calls: list[int]) -> Phase:
    """The same phase, which notes each batch."""

    def losses(batch: Batch, generator: torch.Generator) -> Terms:
        calls.append(len(batch.values))
        return phase.losses(batch, generator)

    return replace(phase, losses=losses)


def test_sigkill_costs_the_epoch_it_falls_into_and_no_byte(
    toy: Any, batches: Batches, training: TrainingParams, tmp_path: Path
) -> None:
    whole, resumed = type(toy)(), type(toy)()
    every, later = list[int](), list[int]()
    expected = train(Job(whole, batches, Run(training, 0)), (counting(whole.phase(), every),), "toy")
    per_epoch = len(every) // len(expected.history)
    phase: Phase = toy.phase()
    left = iter(range(3 * per_epoch + 2))

    def losses(batch: Batch, generator: torch.Generator) -> Terms:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return phase.losses(batch, generator)

    job = Job(toy, batches, Run(training, 0, tmp_path))
    child = multiprocessing.get_context("fork").Process(
        target=train, args=(job, (replace(phase, losses=losses),), "toy")
    )
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    progress = train(
        Job(resumed, batches, Run(training, 0, tmp_path)), (counting(resumed.phase(), later),), "toy"
    )
    assert progress.history == expected.history
    assert same(resumed, whole)
    assert len(later) == len(every) - 3 * per_epoch


def test_a_checkpoint_of_another_run_is_not_used(
    toy: Any, batches: Batches, training: TrainingParams, tmp_path: Path
) -> None:
    with pytest.raises(Killed):
        train(Job(toy, batches, Run(training, 0, tmp_path)), (dying(toy.phase(), 20),), "toy")
    other = type(toy)()
    progress = train(Job(other, batches, Run(training, 1, tmp_path)), (other.phase(),), "toy")
    fresh = type(toy)()
    assert progress.history == train(Job(fresh, batches, Run(training, 1)), (fresh.phase(),), "toy").history


def test_checkpoints_are_rare_where_epochs_are_short(
    toy: Any, batches: Batches, training: TrainingParams, tmp_path: Path
) -> None:
    slow = training.model_copy(update={"checkpoint_seconds": 1000.0})
    with pytest.raises(Killed):
        train(Job(toy, batches, Run(slow, 0, tmp_path)), (dying(toy.phase(), 20),), "toy")
    assert not (tmp_path / FILE).exists()
    assert Checkpoints(None, "toy", 0.0).load() is None


def test_a_phase_begins_once_with_the_best_weights_of_the_one_before(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    begun: list[dict[str, Tensor]] = []

    def begin() -> None:
        begun.append({name: value.clone() for name, value in toy.state_dict().items()})

    first = toy.phase("one", 60, 0.3)
    second = replace(toy.phase("two", 2), begin=begin)
    progress = train(Job(toy, batches, Run(training, 0)), (first, second), "toy")
    assert len(begun) == 1
    alone = type(toy)()
    train(Job(alone, batches, Run(training, 0)), (alone.phase("one", 60, 0.3),), "toy")
    assert all(torch.equal(value, begun[0][name]) for name, value in alone.state_dict().items())
    assert progress.history[-1]["phase"] == "two"


def test_a_loss_that_is_not_finite_is_an_error_that_says_what_to_change(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    def broken(batch: Batch, generator: torch.Generator) -> Terms:
        return {"reconstruction": toy.losses(batch, generator)["reconstruction"] * float("nan")}

    with pytest.raises(CollapsedModel, match=r"nan in epoch 1.*lower learning_rate"):
        train(Job(toy, batches, Run(training, 0)), (replace(toy.phase(), losses=broken),), "toy")


def test_evaluation_neither_learns_nor_changes_between_calls(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    before = {name: value.clone() for name, value in toy.state_dict().items()}

    def found() -> Iterator[Batch]:
        return batches.validating()

    one, two = (evaluate(toy, toy.phase(), found(), Run(training, 0)) for _ in range(2))
    assert one == two
    assert all(torch.equal(value, before[name]) for name, value in toy.state_dict().items())


def test_a_cosine_phase_runs_to_its_end_and_keeps_the_last_weights(
    toy: Any, batches: Batches, training: TrainingParams
) -> None:
    phase = replace(toy.phase(epochs=25, learning_rate=0.3), cosine=True)
    progress = train(Job(toy, batches, Run(training, 0)), (phase,), "toy")
    assert len(progress.history) == progress.best_epoch == 25
    last = evaluate(toy, phase, batches.validating(), Run(training, 0))["reconstruction"]
    assert last == pytest.approx(progress.history[-1]["validation_loss"])


class Line(torch.nn.Module):
    """A weight for each band, without noise or batch statistics: the mean gradient of parts is that of the whole."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(4))

    def losses(self, batch: Batch, generator: torch.Generator) -> Terms:  # noqa: ARG002
        return {"error": (batch.values[:, :, 0] * self.weight - 1).square().sum(1)}

    def phase(self, anneal_epochs: int = 0) -> Phase:
        return Phase("train", 3, 0.01, self.losses, {"error": 1.0}, anneal_epochs=anneal_epochs)


def trained_line(batches: Batches, training: TrainingParams) -> Tensor:
    model = Line()
    train(Job(model, batches, Run(training, 0)), (model.phase(),), "line")
    return model.weight.detach()


def test_accumulated_batches_make_the_step_of_one_large_batch(
    batches: Batches, training: TrainingParams
) -> None:
    whole = trained_line(replace(batches, batch_size=45), training)
    parts = replace(batches, batch_size=10)  # 45 crops in 5 batches
    accumulated = trained_line(parts, training.model_copy(update={"accumulate": 5}))
    torch.testing.assert_close(accumulated, whole, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(trained_line(parts, training), whole, rtol=1e-3)


def test_a_last_incomplete_group_of_batches_makes_a_step_too(
    batches: Batches, training: TrainingParams
) -> None:
    parts = replace(batches, batch_size=10)
    uneven = trained_line(parts, training.model_copy(update={"accumulate": 4}))  # 4 batches and 1
    beyond = trained_line(parts, training.model_copy(update={"accumulate": 99}))
    assert not torch.allclose(uneven, beyond, rtol=1e-3)
    torch.testing.assert_close(
        beyond, trained_line(replace(batches, batch_size=45), training), rtol=1e-5, atol=1e-6
    )


def test_reported_losses_of_an_annealed_phase_have_the_full_weight(
    batches: Batches, training: TrainingParams
) -> None:
    class Annealed(Line):
        def losses(self, batch: Batch, generator: torch.Generator) -> Terms:
            return {"kl": super().losses(batch, generator)["error"]}

    model = Annealed()
    phase = Phase("train", 3, 0.01, model.losses, {"kl": 2.0}, anneal_epochs=2)
    history = train(Job(model, batches, Run(training, 0)), (phase,), "line").history
    assert history[0]["train_loss"] == 2 * history[0]["train_kl"] == pytest.approx(8.0)
    assert history[0]["validation_kl"] == pytest.approx(
        4.0
    )  # a weight of 0 in the first epoch: nothing is learnt
    assert history[2]["train_kl"] < 4.0
