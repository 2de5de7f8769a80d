"""Training the backbone from scratch: on the original tags where there are enough of them, label-free elsewhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from reprise.errors import BadInput, BadParameter
from reprise.finetune.backbone import Architecture, Backbone
from reprise.finetune.contrastive import nt_xent, retrieval_accuracy
from reprise.finetune.crops import band_statistics, even_crops, random_crops
from reprise.finetune.embedding import embed, outputs_by_crop
from reprise.finetune.given import given_backbone, has_weights
from reprise.finetune.intervals import mean_with_interval
from reprise.finetune.loop import Epoch, Rows, Schedule, Task, fit
from reprise.finetune.tags import TagTargets, judge_tags

PROJECTION = 128
CURVE_CROPS = 2
MIN_TAGS = 2
OBJECTIVES = ("auto", "tags", "contrastive", "none")


@dataclass(frozen=True)
class Corpus:
    """Spectrograms with their split.

    Attributes
    ----------
    mel
        Log-mel spectrograms in dB, shape (tracks, bands, frames).
    train, validation
        Rows of the training and validation tracks.
    """

    mel: NDArray[Any]
    train: Rows
    validation: Rows


@dataclass(frozen=True)
class Settings:
    """How to pretrain.

    Attributes
    ----------
    objective
        "tags", "contrastive", "auto": tags where at least `MIN_TAGS` of them can be learned, or "none": weights stay as they are given.
    stem, widths, depths
        Sizes of the ResNet.
    temperature
        Of the contrastive loss.
    embedding_crops
        Evenly spaced crops of a track when it is judged.
    schedule
        How long and how fast.
    """

    objective: str
    stem: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    temperature: float
    embedding_crops: int
    schedule: Schedule

    @classmethod
    def from_params(cls, block: dict[str, Any]) -> Settings:
        """Return the settings of the parameter block ``pretrain``."""
        return cls(
            block["objective"],
            block["stem"],
            tuple(block["widths"]),
            tuple(block["depths"]),
            block["temperature"],
            block["embedding_crops"],
            Schedule.from_params(block, block["learning_rate"]),
        )


@dataclass(frozen=True)
class Pretrained:
    """A trained backbone, its training curve and its metrics."""

    backbone: Backbone
    curve: list[Epoch]
    metrics: dict[str, Any]


def choose_objective(objective: str, targets: TagTargets) -> tuple[str, str]:
    """Return the objective and why it was taken.

    Raises
    ------
    BadParameter
        If tags are asked for and there are none to learn, or the name is unknown.
    """
    enough = len(targets.names) >= MIN_TAGS
    found = f"{len(targets.names)} tags are carried by enough training tracks"
    if objective not in OBJECTIVES:
        raise BadParameter(f"pretrain.objective = '{objective}' must be one of {', '.join(OBJECTIVES)}")
    if objective == "tags" and not enough:
        raise BadParameter(f"pretrain.objective = 'tags', but {found}; use 'auto' or 'contrastive'")
    if objective == "auto":
        return ("tags", found) if enough else ("contrastive", f"only {found}")
    return objective, "asked for by pretrain.objective"


def pretrain(
    corpus: Corpus, targets: TagTargets, settings: Settings, seed: int, weights: str | Path = ""
) -> Pretrained:
    """Train a backbone.

    Parameters
    ----------
    corpus
        Spectrograms and splits.
    targets
        Tags, one row per track of the corpus; rows of test tracks are never read.
    settings
        How to.
    seed
        Seeds weights, order, crops and the bootstrap.
    weights
        Folder with weights to start from, see `reprise.finetune.given`; random ones where it has none.

    Raises
    ------
    BadInput
        If there are fewer than two training tracks, or the given weights cannot be used.
    BadParameter
        If nothing is to be learned and no weights are given.
    """
    if len(corpus.train) < 2:
        raise BadInput(f"pretrain: {len(corpus.train)} training tracks; at least two are needed")
    objective, why = choose_objective(settings.objective, targets)
    torch.manual_seed(seed)
    bands, statistics = corpus.mel.shape[1] // 2, band_statistics(corpus.mel, corpus.train)
    given = bool(weights) and has_weights(weights)
    if given:
        backbone = given_backbone(weights, bands, *statistics)
    else:
        backbone = Backbone(Architecture(bands, settings.stem, settings.widths, settings.depths), *statistics)
    facts = {
        "objective": objective,
        "why": why,
        "started_from": "given weights" if given else "random weights",
        "labels_used": "original tags of training tracks" if objective == "tags" else "none",
        "parameters": sum(parameter.numel() for parameter in backbone.parameters()),
        "dimensions": backbone.dimensions,
    }
    if objective == "none":
        if not given:
            raise BadParameter(
                f"pretrain.objective = 'none' needs weights, and {weights or 'pretrain.weights'} has none; see docs/labels.md"
            )
        unlearned = {"available": False, "why": "nothing was learned: the weights are as given"}
        return Pretrained(backbone.eval(), [], {**facts, "epochs": 0, "validation": unlearned})
    learn = _learn_tags if objective == "tags" else _learn_contrast
    curve, judged = learn(backbone, corpus, targets, settings, seed)
    learned = {"epochs": settings.schedule.epochs, "train_loss": curve[-1].train_loss, "validation": judged}
    return Pretrained(backbone.eval(), curve, {**facts, **learned})


def _learn_tags(
    backbone: Backbone, corpus: Corpus, targets: TagTargets, settings: Settings, seed: int
) -> tuple[list[Epoch], dict[str, Any]]:
    """Multi-label binary cross entropy; tags of the validation tracks judge only."""
    generator = np.random.default_rng(seed)
    train, validation = (rows[targets.annotated[rows]] for rows in (corpus.train, corpus.validation))
    values = torch.tensor(targets.values)
    head = nn.Linear(backbone.dimensions, len(targets.names))
    prevalence = targets.values[train].mean(axis=0)
    with torch.no_grad():  # start at each tag's prevalence, so that the first steps are not spent on it
        head.bias.copy_(torch.from_numpy(np.log(prevalence / (1 - prevalence))))
    model = nn.Sequential(backbone, head)

    def loss(rows: Rows) -> Tensor:
        logits = model(torch.from_numpy(random_crops(corpus.mel, rows, generator)))
        return functional.binary_cross_entropy_with_logits(logits, values[rows])

    def validation_loss() -> float:
        if not len(validation):
            return math.nan
        logits = torch.from_numpy(embed(model, corpus.mel, validation, CURVE_CROPS))
        return float(functional.binary_cross_entropy_with_logits(logits, values[validation]))

    curve = fit(
        Task("pretrain (tags)", train, loss, validation_loss),
        model,
        model.parameters(),
        settings.schedule,
        generator,
    )
    if not len(validation):
        return curve, {"available": False, "why": "no validation track has tags"}
    scores = embed(model, corpus.mel, validation, settings.embedding_crops)
    return curve, judge_tags(targets.values[validation], scores, seed)


def _learn_contrast(
    backbone: Backbone, corpus: Corpus, _targets: TagTargets, settings: Settings, seed: int
) -> tuple[list[Epoch], dict[str, Any]]:
    """NT-Xent on two random crops of each track; needs no label."""
    generator = np.random.default_rng(seed)
    projector = nn.Sequential(
        nn.Linear(backbone.dimensions, backbone.dimensions),
        nn.ReLU(),
        nn.Linear(backbone.dimensions, PROJECTION),
    )
    model = nn.Sequential(backbone, projector)

    def pairs_loss(first: NDArray[np.float32], second: NDArray[np.float32]) -> Tensor:
        projections = model(torch.from_numpy(np.concatenate([first, second])))
        return nt_xent(projections[: len(first)], projections[len(first) :], settings.temperature)

    def loss(rows: Rows) -> Tensor:
        return pairs_loss(*(random_crops(corpus.mel, rows, generator) for _ in range(2)))

    def validation_loss() -> float:
        if len(corpus.validation) < 2:
            return math.nan
        crops = [even_crops(corpus.mel, int(row), 2) for row in corpus.validation]
        with torch.inference_mode():
            return float(
                pairs_loss(np.stack([crop[0] for crop in crops]), np.stack([crop[1] for crop in crops]))
            )

    task = Task("pretrain (contrastive)", corpus.train, loss, validation_loss)
    curve = fit(task, model, model.parameters(), settings.schedule, generator)
    if len(corpus.validation) < 2:
        return curve, {"available": False, "why": "fewer than two validation tracks"}
    ends = torch.from_numpy(outputs_by_crop(backbone, corpus.mel, corpus.validation, 2))
    hits = retrieval_accuracy(ends[:, 0], ends[:, 1]).numpy().astype(np.float64)
    accuracy = mean_with_interval(hits, np.arange(len(hits)), seed)
    return curve, {
        "available": True,
        "measure": "share of tracks whose last crop is the nearest to their first among the last crops of all",
        "tracks": len(hits),
        "retrieval_accuracy": {**accuracy, "chance": 1 / len(hits)},
    }
