"""What finetuning was worth: the methods side by side, the frozen weights proven frozen, and a judgement on the original tags."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from reprise.finetune.adapters import Adapter
from reprise.finetune.backbone import Backbone
from reprise.finetune.calibration import judge_calibration
from reprise.finetune.crops import Floats, even_crops
from reprise.finetune.finetuning import Finetuned
from reprise.finetune.judging import judge, paired_difference
from reprise.finetune.labelled import Labelled
from reprise.finetune.memory import step_memory
from reprise.finetune.probe import probe
from reprise.finetune.soundness import frozen_check, lora_facts, merge_check
from reprise.finetune.tags import TagTargets, difference_in_roc_auc, judge_tags

MIN_TAGS = 1
POINTS = 0.02
"""LoRA should come within two points of full fine-tuning."""


@dataclass(frozen=True)
class Study:
    """All that was measured on one backbone.

    Attributes
    ----------
    backbone
        The pretrained backbone, unchanged.
    pretrained
        Its embeddings, shape (tracks, d).
    results
        What each method of finetuning made of it.
    data
        Spectrograms, labels and splits.
    targets
        Original tags.
    batch_size
        Crops in a training step.
    """

    backbone: Backbone
    pretrained: Floats
    results: dict[str, Finetuned]
    data: Labelled
    targets: TagTargets
    batch_size: int


def summarise(study: Study, merged: Backbone, adapter: Adapter, seed: int) -> dict[str, Any]:
    """Return the metrics of finetuning.

    Parameters
    ----------
    study
        The methods' results.
    merged
        Result of `merged_backbone`.
    adapter
        Size of the adapters.
    seed
        Seed of bootstrap and permutations.
    """
    lora = study.results["lora"].model
    embeddings = {
        "pretrained": study.pretrained,
        **{name: study.results[name].embeddings for name in ("lora", "full")},
    }
    return {
        **compare(study, seed),
        "lora": {
            **lora_facts(lora, adapter),
            "frozen": frozen_check(study.backbone, lora),
            "merge": merge_check(lora, merged, study.data),
        },
        "original_tags": tag_probes(embeddings, study.targets, study.data.split, seed),
        "labels_used": "acoustic labels of training tracks; original tags of training tracks, for the probes only",
    }


def compare(study: Study, seed: int) -> dict[str, Any]:
    """Judge all methods and a linear probe of the pretrained embedding on the labelled test tracks.

    Parameters
    ----------
    study
        The methods' results.
    seed
        Seed of bootstrap and permutations.
    """
    data, results = study.data, study.results
    rows, train = data.rows("test"), data.rows("train")
    if not len(rows):
        return {"available": False, "why": "no test track has an acoustic label"}
    truth, groups = data.classes[rows], data.groups[rows]
    predicted = {method: result.probabilities[rows].argmax(axis=1) for method, result in results.items()}
    batch = torch.from_numpy(even_crops(data.mel, int(train[0]), study.batch_size))
    methods: dict[str, Any] = {
        method: {
            **judge(truth, predicted[method], groups, seed),
            "calibration_error": judge_calibration(truth, result.probabilities[rows], groups, seed),
            "trainable_parameters": result.model.trainable(),
            "megabytes_of_a_step": step_memory(result.model, batch),
            "train_loss": result.curve[-1].train_loss,
        }
        for method, result in results.items()
    }
    one_hot = np.eye(len(data.labels), dtype=np.float32)[data.classes[train]]
    by_probe = probe(study.pretrained[train], one_hot, study.pretrained[rows]).argmax(axis=1)
    methods["linear_probe"] = {
        **judge(truth, by_probe, groups, seed),
        "calibration_error": {"available": False, "why": "ridge regression gives scores, not probabilities"},
        "trainable_parameters": len(data.labels) * (study.pretrained.shape[1] + 1),
    }
    others = {**predicted, "linear_probe": by_probe}
    return {
        "available": True,
        "tracks": {"train": len(train), "test": len(rows)},
        "methods": methods,
        "differences_in_accuracy": {
            f"lora_minus_{name}": paired_difference(truth, predicted["lora"], other, groups, seed)
            for name, other in others.items()
            if name != "lora"
        },
        "lora_within_two_points_of_full": within_points(
            paired_difference(truth, predicted["lora"], predicted["full"], groups, seed)
        ),
    }


def within_points(difference: dict[str, float]) -> str:
    """Return whether a difference in accuracy (LoRA minus full) is above -`POINTS`: yes, no, or undecided by its interval."""
    if difference["low"] >= -POINTS:
        return "yes"
    return "no" if difference["high"] < -POINTS else "undecided"


def tag_probes(embeddings: dict[str, Floats], targets: TagTargets, split: Any, seed: int) -> dict[str, Any]:
    """Judge each embedding on the original tags: a probe fitted on training tracks, scored on validation tracks.

    No step is fitted on or chosen by validation tracks, and tags of test tracks are not read here.
    """
    train, judged = (np.flatnonzero((split == part) & targets.annotated) for part in ("train", "validation"))
    if len(targets.names) < MIN_TAGS or len(train) < 3 or not len(judged):
        why = f"{len(targets.names)} tags on enough of {len(train)} tagged training tracks, {len(judged)} tagged validation tracks"
        return {"available": False, "why": why}
    truth = targets.values[judged]
    scores = {
        name: probe(values[train], targets.values[train], values[judged])
        for name, values in embeddings.items()
    }
    found: dict[str, Any] = {name: judge_tags(truth, values, seed) for name, values in scores.items()}
    gains = {
        f"{name}_minus_pretrained": difference_in_roc_auc(truth, scores[name], scores["pretrained"], seed)
        for name in scores
        if name != "pretrained" and found[name]["available"]
    }
    if not gains:
        return found
    return {**found, "differences_in_roc_auc": gains, "verdict": verdict(gains["lora_minus_pretrained"])}


def verdict(gain: dict[str, float]) -> str:
    """Say in a sentence whether the embedding has become better at what people said, or only at K-Means labels."""
    figure = f"ROC-AUC {gain['value']:+.3f} [{gain['low']:+.3f}, {gain['high']:+.3f}] against the pretrained embedding"
    if gain["low"] > 0:
        return f"better on the original tags as well: {figure}"
    if gain["high"] < 0:
        return f"worse on the original tags: it learned K-Means labels at their expense ({figure})"
    return f"not better on the original tags: what LoRA gains, it gains on K-Means labels ({figure})"


def curves(results: dict[str, Finetuned]) -> list[dict[str, Any]]:
    """Return the training curves of all methods as rows of one table."""
    return [
        {"method": method, **asdict(epoch)} for method, result in results.items() for epoch in result.curve
    ]
