"""Three ways to teach a backbone the acoustic labels, on the same crops from the same seed: head only, LoRA, full."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import joblib
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from reprise.finetune.adapters import Adapter, adapt
from reprise.finetune.backbone import Backbone
from reprise.finetune.classifier import Classifier, probabilities
from reprise.finetune.crops import Floats, random_crops
from reprise.finetune.embedding import outputs_by_crop
from reprise.finetune.labelled import Labelled
from reprise.finetune.loop import Epoch, Rows, Schedule, Task, fit
from reprise.workers import ending_with_this_process

METHODS = ("head", "lora", "full")
CURVE_CROPS = 2


@dataclass(frozen=True)
class Settings:
    """How to finetune.

    Attributes
    ----------
    adapter
        The LoRA adapters that are saved.
    schedules
        How long and how fast, by method.
    embedding_crops
        Evenly spaced crops of a track when it is judged.
    ranks
        Further ranks that LoRA is tried at, beside the one that is saved.
    """

    adapter: Adapter
    schedules: dict[str, Schedule]
    embedding_crops: int
    ranks: tuple[int, ...] = ()

    @classmethod
    def from_params(cls, block: dict[str, Any]) -> Settings:
        """Return the settings of the parameter block ``finetune``."""
        schedules = {
            method: Schedule.from_params(block, block["learning_rate"][method]) for method in METHODS
        }
        adapter = Adapter(block["rank"], block["alpha"], block["targets"])
        ranks = tuple(rank for rank in block["ranks"] if rank != adapter.rank)
        return cls(adapter, schedules, block["embedding_crops"], ranks)


@dataclass(frozen=True)
class Finetuned:
    """One method's result.

    Attributes
    ----------
    model
        The trained classifier.
    curve
        Its training curve.
    embeddings
        Mean embedding of each track, shape (tracks, d); NaN for tracks that were not asked for.
    probabilities
        Class probabilities of each track, shape (tracks, classes); NaN likewise.
    """

    model: Classifier
    curve: list[Epoch]
    embeddings: Floats
    probabilities: Floats


def build(method: str, backbone: Backbone, classes: int, adapter: Adapter, seed: int) -> Classifier:
    """Return an untrained classifier on a copy of the backbone in which only what the method trains requires gradients."""
    torch.manual_seed(seed)
    own = copy.deepcopy(backbone).eval()
    model = Classifier(
        own, classes, frozen=method != "full"
    )  # the head is drawn first: the same one for every method
    if method == "full":
        own.requires_grad_(True)
    else:
        own.requires_grad_(False)
    if method == "lora":
        adapt(own, adapter)
    return model


def finetune_all(backbone: Backbone, data: Labelled, settings: Settings, seed: int) -> dict[str, Finetuned]:
    """Train every method, and LoRA at every further rank (``lora_r2`` …, applied to test tracks only); arguments as of `finetune`.

    Each is trained in one thread, and as many at a time as there are cores: small batches gain little from a second thread, and the
    result is the same on any number of cores.
    """
    test = data.rows("test")
    jobs: dict[str, tuple[str, Settings, Rows | None]] = {
        method: (method, settings, None)
        for method in reversed(METHODS)  # the longest first
    }
    for rank in settings.ranks:
        jobs[f"lora_r{rank}"] = ("lora", replace(settings, adapter=settings.adapter.at_rank(rank)), test)
    workers = min(len(jobs), joblib.cpu_count())
    options = {"inner_max_num_threads": 1, "max_nbytes": None, **ending_with_this_process()}
    with joblib.parallel_config("loky", n_jobs=workers, **options):
        found = joblib.Parallel()(
            joblib.delayed(finetune)(method, backbone, data, how, seed, asked)
            for method, how, asked in jobs.values()
        )
    results: dict[str, Finetuned] = dict(zip(jobs, found, strict=True))
    return {name: results[name] for name in (*METHODS, *results)}


def finetune(
    method: str,
    backbone: Backbone,
    data: Labelled,
    settings: Settings,
    seed: int,
    asked: Rows | None = None,
) -> Finetuned:
    """Train one method on the training tracks and apply it.

    Parameters
    ----------
    method
        One of `METHODS`.
    backbone
        The pretrained backbone; it is copied, not changed.
    data
        Spectrograms, labels and splits.
    settings
        How to.
    seed
        Seeds head, adapters, order and crops.
    asked
        Tracks to apply it to; all by default.
    """
    model = build(method, backbone, len(data.labels), settings.adapter, seed)
    generator = np.random.default_rng(seed)
    validation = data.rows("validation")

    def loss(rows: Rows) -> Tensor:
        logits = model(torch.from_numpy(random_crops(data.mel, rows, generator)))
        return functional.cross_entropy(logits, torch.from_numpy(data.classes[rows]))

    def validation_loss() -> float:
        if not len(validation):
            return float("nan")
        likelihood = probabilities(
            model.head, outputs_by_crop(model.backbone, data.mel, validation, CURVE_CROPS)
        )
        return float(-np.log(likelihood[np.arange(len(validation)), data.classes[validation]]).mean())

    task = Task(f"finetune ({method})", data.rows("train"), loss, validation_loss)
    curve = fit(task, model, model.parameters(), settings.schedules[method], generator)
    rows = np.arange(len(data.mel)) if asked is None else asked
    embeddings = np.full((len(data.mel), backbone.dimensions), np.nan, dtype=np.float32)
    chances = np.full((len(data.mel), len(data.labels)), np.nan, dtype=np.float32)
    if len(rows):
        outputs = outputs_by_crop(model.backbone, data.mel, rows, settings.embedding_crops)
        embeddings[rows] = outputs.mean(axis=1, dtype=np.float32)
        chances[rows] = probabilities(model.head, outputs)
    return Finetuned(model.eval(), curve, embeddings, chances)
