"""Three ways to teach a backbone the acoustic labels, on the same crops from the same seed: head only, LoRA, full."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

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

METHODS = ("head", "lora", "full")
CURVE_CROPS = 2


@dataclass(frozen=True)
class Settings:
    """How to finetune.

    Attributes
    ----------
    adapter
        Size of the LoRA adapters.
    schedules
        How long and how fast, by method.
    embedding_crops
        Evenly spaced crops of a track when it is judged.
    """

    adapter: Adapter
    schedules: dict[str, Schedule]
    embedding_crops: int

    @classmethod
    def from_params(cls, block: dict[str, Any]) -> Settings:
        """Return the settings of the parameter block ``finetune``."""
        schedules = {
            method: Schedule.from_params(block, block["learning_rate"][method]) for method in METHODS
        }
        return cls(Adapter(block["rank"], block["alpha"]), schedules, block["embedding_crops"])


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
        Mean embedding of each track, shape (tracks, d).
    probabilities
        Class probabilities of each track, shape (tracks, classes).
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


def finetune(method: str, backbone: Backbone, data: Labelled, settings: Settings, seed: int) -> Finetuned:
    """Train one method on the training tracks and apply it to all tracks.

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
    every = np.arange(len(data.mel))
    outputs = outputs_by_crop(model.backbone, data.mel, every, settings.embedding_crops)
    return Finetuned(
        model.eval(), curve, outputs.mean(axis=1, dtype=np.float32), probabilities(model.head, outputs)
    )
