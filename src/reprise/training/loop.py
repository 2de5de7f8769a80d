"""The one training loop: Adam, early stopping that stops and keeps the best, resumable, the same bytes twice."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn

from reprise.models.losses import average
from reprise.progress import track
from reprise.training.checkpoint import Checkpoints, Progress, restore_optimizer
from reprise.training.crops import Batch, Batches
from reprise.training.device import autocast
from reprise.training.health import require_finite
from reprise.training.phase import Phase, Terms
from reprise.training.settings import Run
from reprise.training.team import Alone


@dataclass(frozen=True)
class Job:
    """A model, what it learns from, and how.

    Parameters
    ----------
    model
        On its device; its parameters are changed in place.
    batches
        Examples to learn from and to validate with.
    run
        Common parameters, seed and scratch folder.
    team
        Which of how many processes this is.
    """

    model: nn.Module
    batches: Batches
    run: Run
    team: Alone = field(default_factory=Alone)


def train(job: Job, phases: tuple[Phase, ...], key: str) -> Progress:
    """Train a model through its phases; afterwards it has the best weights of the last one.

    Parameters
    ----------
    job
        Model, examples and settings.
    phases
        One after the other; each begins with the best weights of the one before.
    key
        Describes model and inputs: a checkpoint is resumed only under the same key.

    Returns
    -------
    Progress
        History and best epoch.

    Raises
    ------
    CollapsedModel
        If a loss stops being finite.
    """
    model, run = job.model, job.run
    checkpoints = Checkpoints(
        run.scratch, f"{key} {run.seed} {run.training!r}", run.training.checkpoint_seconds
    )
    progress = Progress()
    saved = checkpoints.load()
    if saved is not None:
        progress = saved[0]
        model.load_state_dict(saved[1]["model"])
    if job.team.rank:
        checkpoints = Checkpoints(None, key, 0.0)  # the first process writes
    for number, phase in enumerate(phases):
        if number < progress.phase:
            continue
        optimizer = _optimizer(model, phase)
        if saved is not None and number == saved[0].phase:
            best = saved[1]["best"]
            restore_optimizer(optimizer, saved[1]["adam"])
            saved = None
        else:
            progress.phase, progress.epoch, progress.waited, progress.best_loss = number, 0, 0, float("inf")
            _seed(run.seed, number, 0)
            phase.begin()
            best = _copy(model)
        objective = job.team.objective(model, phase.losses)
        for _ in track(_epochs(progress, phase, run), total=phase.epochs, desc=phase.name, unit="epoch"):
            _epoch(job, replace(phase, losses=objective), optimizer, progress)
            if progress.waited == 0 or phase.cosine:
                best = _copy(model)
            checkpoints.save(progress, model, best, optimizer)
        model.load_state_dict(best)
    model.eval()
    checkpoints.clear()
    return progress


def evaluate(model: nn.Module, phase: Phase, found: Iterator[Batch], run: Run) -> dict[str, float]:
    """Return the mean of each loss term over batches, without learning; noise is the same at every call."""
    model.eval()
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(run.seed)
    sums, count = dict[str, float](), 0
    with torch.no_grad():
        for batch in found:
            batch = batch.to(device)
            with autocast(device, run.training):
                terms = phase.losses(batch, generator)
            _add(sums, terms)
            count += len(batch.values)
    return {name: value / count for name, value in sums.items()}


def _epochs(progress: Progress, phase: Phase, run: Run) -> Iterator[int]:
    while progress.epoch < phase.epochs and (phase.cosine or progress.waited < run.training.patience):
        yield progress.epoch


def _epoch(job: Job, phase: Phase, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
    number = len(progress.history) + 1
    for group in optimizer.param_groups:
        group["lr"] = phase.rate(progress.epoch)
    trained = _learn(job, phase, optimizer, progress)
    job.team.settle(job.model)
    validated = evaluate(job.model, phase, job.batches.validating(), job.run)
    row: dict[str, Any] = {"epoch": number, "phase": phase.name}
    for split, terms in (("train", trained), ("validation", validated)):
        row[f"{split}_loss"] = sum(phase.weights[name] * value for name, value in sorted(terms.items()))
        row |= {f"{split}_{name}": value for name, value in sorted(terms.items())}
    require_finite({name: value for name, value in row.items() if name != "phase"}, number)
    progress.history.append(row)
    progress.epoch += 1
    progress.waited += 1
    if row["validation_loss"] < progress.best_loss or phase.cosine:
        progress.best_loss, progress.best_epoch, progress.waited = row["validation_loss"], number, 0


def _learn(job: Job, phase: Phase, optimizer: torch.optim.Optimizer, progress: Progress) -> dict[str, float]:
    """Make the steps of one epoch; gradients of ``training.accumulate`` batches are averaged into one step."""
    seed = _seed(job.run.seed, progress.phase, progress.epoch + 1)
    torch.manual_seed(seed + job.team.rank)
    job.model.train()
    device = next(job.model.parameters()).device
    generator = torch.Generator(device).manual_seed(seed + job.team.rank)
    weights, together = phase.weights_in(progress.epoch), job.run.training.accumulate
    sums, count = dict[str, float](), 0
    found = _groups(job.batches.training(torch.Generator().manual_seed(seed)), together)
    for group in found:
        optimizer.zero_grad()
        examples = sum(len(batch.values) for batch in group)
        for batch in group:
            mine, weight = job.team.share(batch, job.batches.unit)
            mine = mine.to(device)
            with autocast(device, job.run.training):
                terms = phase.losses(mine, generator)
            loss = average(terms, weights)
            share = weight * len(batch.values) / examples
            job.team.backward(loss * share if share != 1.0 else loss)
            _add(sums, terms)
            count += len(mine.values)
        optimizer.step()
    sums, count = job.team.total(sums, count)
    return {name: value / count for name, value in sums.items()}


def _groups(found: Iterator[Batch], size: int) -> Iterator[list[Batch]]:
    while group := list(itertools.islice(found, size)):
        yield group


def _optimizer(model: nn.Module, phase: Phase) -> torch.optim.Adam:
    return torch.optim.Adam(model.parameters(), lr=phase.learning_rate, fused=True)


def _seed(seed: int, phase: int, epoch: int) -> int:
    """Seed the global generators (dropout) for one epoch and return the number."""
    digest = hashlib.sha256(f"{seed} {phase} {epoch}".encode()).digest()
    number = int.from_bytes(digest[:6], "big")
    torch.manual_seed(number)
    return number


def _copy(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def _add(sums: dict[str, float], terms: Terms) -> None:
    for name, values in terms.items():
        sums[name] = sums.get(name, 0.0) + float(values.detach().double().sum())
