"""Weights to start from: a ResNet of ``transformers`` in a folder, whatever it was trained on.

Images have three channels, spectrograms one. A spectrogram shown to all three would meet the sum of their kernels, so the first convolution
takes that sum, and the network answers as it would have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers.models.resnet.modeling_resnet import ResNetModel
from transformers.utils import logging

from reprise.errors import BadInput
from reprise.finetune.backbone import Architecture, Backbone
from reprise.finetune.crops import Floats
from reprise.tables import read_json

CONFIG, WEIGHTS = "config.json", "model.safetensors"
FIRST = "embedder.embedder.convolution.weight"


def has_weights(folder: str | Path) -> bool:
    """Return whether a folder holds weights.

    Raises
    ------
    BadInput
        If there is a configuration without weights, or weights without one, or weights of another format.
    """
    found = {path.name for path in Path(folder).glob("*")} - {"README.md"}
    if not found:
        return False
    missing = sorted({CONFIG, WEIGHTS} - found)
    if missing:
        raise BadInput(
            f"{folder} holds {', '.join(sorted(found))}, but no {missing[0]}: a ResNet of transformers is {CONFIG} and {WEIGHTS} "
            "(pickled weights are not read)"
        )
    return True


def given_backbone(folder: str | Path, bands: int, mean: Floats, scale: Floats) -> Backbone:
    """Return a backbone with given weights and the standardisation of this corpus.

    Parameters
    ----------
    folder
        ``config.json`` and ``model.safetensors`` of a ``ResNetModel``, with or without a classifier on top.
    bands
        Mel bands after pooling.
    mean, scale
        Of each pooled band, in dB, shape (bands,).

    Raises
    ------
    BadInput
        If they are of another kind of model, or do not fit one another.
    """
    kind = read_json(Path(folder) / CONFIG).get("model_type")
    if kind != "resnet":
        raise BadInput(
            f"{Path(folder) / CONFIG}: model_type is '{kind}'; a ResNet of transformers says 'resnet'"
        )
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        loaded: Any = ResNetModel.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise BadInput(f"{folder}: its weights cannot be read ({str(error).splitlines()[0]})") from error
    given, report = loaded
    if report["missing_keys"]:
        raise BadInput(
            f"{Path(folder) / WEIGHTS} has no {sorted(report['missing_keys'])[0]}: it is of another network"
        )
    config = given.config
    architecture = Architecture(
        bands,
        config.embedding_size,
        tuple(config.hidden_sizes),
        tuple(config.depths),
        config.layer_type,
        config.downsample_in_first_stage,
        config.downsample_in_bottleneck,
    )
    backbone = Backbone(architecture, mean, scale)
    state = given.state_dict()
    state[FIRST] = state[FIRST].sum(dim=1, keepdim=True)
    with torch.no_grad():
        backbone.resnet.load_state_dict(state)
    return backbone
