"""What finetuning was worth: the methods side by side, the frozen weights proven frozen, and a judgement on the original tags."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from reprise.finetune.adapters import Adapter, adapter_arrays, base_arrays, digest, merge, unmerge
from reprise.finetune.backbone import Backbone, from_arrays, to_arrays
from reprise.finetune.classifier import Classifier
from reprise.finetune.crops import Floats, even_crops
from reprise.finetune.finetuning import Finetuned
from reprise.finetune.judging import judge, paired_difference
from reprise.finetune.labelled import Labelled
from reprise.finetune.probe import probe
from reprise.finetune.tags import TagTargets, judge_tags

MERGE_TRACKS = 8
MIN_TAGS = 1


def merged_backbone(model: Classifier) -> Backbone:
    """Return a plain copy of a LoRA classifier's backbone with the adapters added to its kernels."""
    plain = Backbone(model.backbone.architecture, *_statistics(model.backbone))
    merge(model.backbone)
    from_arrays(plain, base_arrays(model.backbone))
    unmerge(model.backbone)
    return plain.eval()


def merge_check(model: Classifier, merged: Backbone, data: Labelled, base: dict[str, Any]) -> dict[str, float]:
    """Measure how far merging and unmerging change the network: largest absolute differences on crops of some tracks.

    Parameters
    ----------
    model
        LoRA classifier, before any merging.
    merged
        Result of `merged_backbone`.
    data
        Where the crops come from.
    base
        Base arrays of the model before merging.
    """
    crops = torch.from_numpy(np.concatenate([even_crops(data.mel, row, 2) for row in range(min(MERGE_TRACKS, len(data.mel)))]))
    after = base_arrays(model.backbone)
    with torch.inference_mode():
        adapted = model.backbone(crops)
        gap = (merged(crops) - adapted).abs().max()
    return {
        "largest_output": float(adapted.abs().max()),
        "merged_minus_adapted": float(gap),
        "unmerged_minus_original_weights": max(float(np.abs(after[name] - base[name]).max()) for name in base),
    }


def frozen_check(backbone: Backbone, model: Classifier) -> dict[str, Any]:
    """Compare the frozen parameters and buffers after training with those before, byte by byte."""
    before, after = to_arrays(backbone), base_arrays(model.backbone)
    buffers = dict(backbone.named_buffers())
    return {
        "sha256_before": digest(before),
        "sha256_after": digest(after),
        "unchanged": digest(before) == digest(after),
        "parameters": len(before) - len(buffers),
        "buffers": len(buffers),
    }


def compare(results: dict[str, Finetuned], pretrained: Floats, data: Labelled, seed: int) -> dict[str, Any]:
    """Judge all methods and a linear probe of the pretrained embedding on the labelled test tracks.

    Parameters
    ----------
    results
        By method.
    pretrained
        Embeddings before finetuning, shape (tracks, d).
    data
        Labels and splits.
    seed
        Seed of bootstrap and permutations.
    """
    rows, train = data.rows("test"), data.rows("train")
    if not len(rows):
        return {"available": False, "why": "no test track has an acoustic label"}
    truth, groups = data.classes[rows], data.groups[rows]
    one_hot = np.eye(len(data.labels), dtype=np.float32)[data.classes[train]]
    predicted = {method: result.probabilities[rows].argmax(axis=1) for method, result in results.items()}
    methods: dict[str, Any] = {
        method: {
            **judge(truth, predicted[method], groups, seed),
            "trainable_parameters": result.model.trainable(),
            "train_loss": result.curve[-1].train_loss,
        }
        for method, result in results.items()
    }
    by_probe = probe(pretrained[train], one_hot, pretrained[rows]).argmax(axis=1)
    trained = len(data.labels) * (pretrained.shape[1] + 1)
    methods["linear_probe"] = {**judge(truth, by_probe, groups, seed), "trainable_parameters": trained}
    return {
        "available": True,
        "tracks": {"train": len(train), "test": len(rows)},
        "methods": methods,
        "differences_in_accuracy": {
            f"lora_minus_{other}": paired_difference(truth, predicted["lora"], predicted[other], groups, seed)
            for other in ("head", "full")
        },
    }


def lora_facts(model: Classifier, adapter: Adapter) -> dict[str, Any]:
    """Return the size of the adapters: rank, layers, parameters, share of all parameters, kilobytes."""
    tensors = adapter_arrays(model.backbone)
    total = sum(parameter.numel() for parameter in model.parameters())
    return {
        "rank": adapter.rank,
        "alpha": adapter.alpha,
        "adapted_layers": len(tensors) // 2,
        "adapter_parameters": sum(array.size for array in tensors.values()),
        "head_parameters": sum(parameter.numel() for parameter in model.head.parameters()),
        "trainable_share": model.trainable() / total,
        "adapter_kilobytes": sum(array.nbytes for array in tensors.values()) / 1000,
    }


def tag_probes(embeddings: dict[str, Floats], targets: TagTargets, split: Any, seed: int) -> dict[str, Any]:
    """Judge each embedding on the original tags: a probe fitted on training tracks, scored on validation tracks.

    No step is fitted on or chosen by validation tracks, and tags of test tracks are not read here.
    """
    train, judged = (np.flatnonzero((split == part) & targets.annotated) for part in ("train", "validation"))
    if len(targets.names) < MIN_TAGS or len(train) < 3 or not len(judged):
        why = f"{len(targets.names)} tags on enough of {len(train)} tagged training tracks, {len(judged)} tagged validation tracks"
        return {"available": False, "why": why}
    return {
        name: judge_tags(targets.values[judged], probe(values[train], targets.values[train], values[judged]), seed)
        for name, values in embeddings.items()
    }


def curves(results: dict[str, Finetuned]) -> list[dict[str, Any]]:
    """Return the training curves of all methods as rows of one table."""
    return [{"method": method, **asdict(epoch)} for method, result in results.items() for epoch in result.curve]


def _statistics(backbone: Backbone) -> tuple[Floats, Floats]:
    return backbone.mean.flatten().numpy(), backbone.scale.flatten().numpy()
