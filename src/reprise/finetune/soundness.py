"""What must hold of adapters: the frozen network is unchanged to the byte, and merging changes no output."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch

from reprise.finetune.adapters import Adapter, adapter_arrays, base_arrays, digest, merge, unmerge
from reprise.finetune.backbone import Backbone, from_arrays, to_arrays
from reprise.finetune.classifier import Classifier
from reprise.finetune.crops import even_crops
from reprise.finetune.labelled import Labelled

MERGE_TRACKS = 8


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


def lora_facts(model: Classifier, adapter: Adapter) -> dict[str, Any]:
    """Return the size of the adapters: rank, layers, parameters, share of all parameters, kilobytes."""
    tensors = adapter_arrays(model.backbone)
    total = sum(parameter.numel() for parameter in model.parameters())
    return {
        "rank": adapter.rank,
        "alpha": adapter.alpha,
        "targets": adapter.targets,
        "adapted_layers": len(tensors) // 2,
        "adapter_parameters": sum(array.size for array in tensors.values()),
        "head_parameters": sum(parameter.numel() for parameter in model.head.parameters()),
        "trainable_share": model.trainable() / total,
        "adapter_kilobytes": sum(array.nbytes for array in tensors.values()) / 1000,
    }
