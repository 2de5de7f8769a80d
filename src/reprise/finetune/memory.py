"""What a training step must hold in memory: counted, not sampled, so that it is the same on every machine."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from reprise.finetune.classifier import Classifier

MOMENTS = 2
"""Values that AdamW keeps for each trained parameter."""


def step_memory(model: Classifier, crops: Tensor) -> dict[str, float]:
    """Return megabytes of one training step.

    Parameters
    ----------
    model
        The classifier; its state is not changed.
    crops
        One batch, shape (n, 1, bands, frames).

    Returns
    -------
    dict
        ``weights`` (parameters and buffers), ``gradients``, ``optimiser``, ``activations`` (what autograd keeps for the backward pass,
        each storage once, without parameters) and their sum, ``all``; of what is trained only, where nothing else has them.
    """
    state = [*model.parameters(), *model.buffers()]
    trained = sum(_bytes(value) for value in model.parameters() if value.requires_grad)
    own = {value.untyped_storage().data_ptr() for value in state}
    kept: dict[
        int, Tensor
    ] = {}  # the tensors themselves, so that no storage is freed and used again while counting

    def keep(tensor: Tensor) -> Tensor:
        place = tensor.untyped_storage().data_ptr()
        if place not in own:
            kept[place] = tensor
        return tensor

    buffers = {name: value.clone() for name, value in model.named_buffers()}
    mode = model.training
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        functional.cross_entropy(model.train()(crops), torch.zeros(len(crops), dtype=torch.int64))
    model.train(mode)
    with torch.no_grad():  # the pass moved the running statistics of an unfrozen network
        for name, value in model.named_buffers():
            value.copy_(buffers[name])
    parts = {
        "weights": sum(_bytes(value) for value in state),
        "gradients": trained,
        "optimiser": MOMENTS * trained,
        "activations": sum(tensor.untyped_storage().nbytes() for tensor in kept.values()),
    }
    return {name: count / 1e6 for name, count in (parts | {"all": sum(parts.values())}).items()}


def _bytes(value: Tensor) -> int:
    return value.numel() * value.element_size()
