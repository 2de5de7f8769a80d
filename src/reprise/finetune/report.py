"""What finetuning was worth: the methods side by side, the frozen weights proven frozen, and a judgement on the original tags."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass
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
    """

    backbone: Backbone
    pretrained: Floats
    results: dict[str, Finetuned]
    data: Labelled
    targets: TagTargets


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
        **compare(study.results, study.pretrained, study.data, seed),
        "lora": {
            **lora_facts(lora, adapter),
            "frozen": frozen_check(study.backbone, lora),
            "merge": merge_check(lora, merged, study.data),
        },
        "original_tags": tag_probes(embeddings, study.targets, study.data.split, seed),
        "labels_used": "acoustic labels of training tracks; original tags of training tracks, for the probes only",
    }


def merged_backbone(model: Classifier) -> Backbone:
    """Return a plain copy of a LoRA classifier's backbone with the adapters added to its kernels; the classifier stays as it is."""
    own = copy.deepcopy(model.backbone)
    merge(own)
    plain = Backbone(own.architecture, own.mean.flatten().numpy(), own.scale.flatten().numpy())
    from_arrays(plain, base_arrays(own))
    return plain.eval()


def merge_check(model: Classifier, merged: Backbone, data: Labelled) -> dict[str, float]:
    """Measure how far merging, and merging with unmerging, move the network: largest absolute differences.

    Parameters
    ----------
    model
        LoRA classifier, not merged.
    merged
        Result of `merged_backbone`.
    data
        Where the crops come from on which outputs are compared.
    """
    tracks = range(min(MERGE_TRACKS, len(data.mel)))
    crops = torch.from_numpy(np.concatenate([even_crops(data.mel, row, 2) for row in tracks]))
    back = copy.deepcopy(model.backbone)
    merge(back)
    unmerge(back)
    before, after = base_arrays(model.backbone), base_arrays(back)
    with torch.inference_mode():
        adapted = model.backbone(crops)
        gap = (merged(crops) - adapted).abs().max()
    return {
        "largest_output": float(adapted.abs().max()),
        "merged_minus_adapted": float(gap),
        "unmerged_minus_original_weights": max(
            float(np.abs(after[name] - before[name]).max()) for name in before
        ),
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
        name: judge_tags(
            targets.values[judged], probe(values[train], targets.values[train], values[judged]), seed
        )
        for name, values in embeddings.items()
    }


def curves(results: dict[str, Finetuned]) -> list[dict[str, Any]]:
    """Return the training curves of all methods as rows of one table."""
    return [
        {"method": method, **asdict(epoch)} for method, result in results.items() for epoch in result.curve
    ]
