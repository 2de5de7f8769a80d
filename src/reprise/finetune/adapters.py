"""LoRA: low-rank adapters beside the frozen convolutions and linear layers of a backbone, by ``peft``.

Conventions
-----------
An adapted layer computes W x + (alpha / r) B A x: A (``lora_A``, r filters of the layer's own kernel) and B (``lora_B``, 1 x 1) are
trained, W is not. B starts at zero, so that the adapted network starts as the frozen one. A k x k convolution from c to d channels gets
r (c k^2 + d) new parameters, a linear layer from c to d units r (c + d).

References
----------
Hu et al. 2022, "LoRA: low-rank adaptation of large language models", Eq. 3.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from torch import nn

from reprise.errors import BadInput
from reprise.finetune.backbone import to_arrays
from reprise.tables import read_json, read_tensors, write_json, write_tensors

TENSORS, CONFIG = "adapter.safetensors", "adapter_config.json"
NAME = "default"
EVERY_LAYER = "auto"


@dataclass(frozen=True)
class Adapter:
    """Size of the adapters.

    Attributes
    ----------
    rank
        r, the inner dimension.
    alpha
        The product B A is scaled by alpha / rank.
    targets
        Regular expression that the full name of an adapted layer matches; "auto" takes every convolution and every linear layer.
    """

    rank: int
    alpha: float
    targets: str = EVERY_LAYER

    def at_rank(self, rank: int) -> Adapter:
        """Return adapters of another rank whose product is scaled alike: alpha / rank stays."""
        return replace(self, rank=rank, alpha=self.alpha * rank / self.rank)


def adapt(module: nn.Module, adapter: Adapter) -> None:
    """Put adapters into the module, in place; only they are trainable afterwards.

    Raises
    ------
    BadInput
        If no layer has a name of that form.
    """
    config = LoraConfig(
        r=adapter.rank,
        lora_alpha=adapter.alpha,  # type: ignore[arg-type]  # peft divides it by r; a fraction is as good
        target_modules=target_pattern(module, adapter.targets),
        lora_dropout=0.0,
        bias="none",
    )
    try:
        inject_adapter_in_model(config, module, adapter_name=NAME)
    except ValueError as error:
        raise BadInput(f"finetune: no layer's name matches '{adapter.targets}' ({error})") from error


def target_pattern(module: nn.Module, targets: str) -> str:
    """Return the regular expression of the layers to adapt; the names of all convolutions and linear layers for "auto"."""
    if targets != EVERY_LAYER:
        return targets
    names = [name for name, layer in module.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    return "|".join(re.escape(name) for name in names)


def adapted_layers(module: nn.Module) -> Iterator[LoraLayer]:
    """Yield the layers that carry an adapter."""
    return (layer for layer in module.modules() if isinstance(layer, LoraLayer))


def merge(module: nn.Module) -> None:
    """Add (alpha / r) B A to each frozen kernel, so that the adapters cost nothing; `unmerge` takes it away."""
    for layer in adapted_layers(module):
        layer.merge()


def unmerge(module: nn.Module) -> None:
    """Take the adapters out of the kernels again."""
    for layer in adapted_layers(module):
        layer.unmerge()


def base_arrays(module: nn.Module) -> dict[str, NDArray[Any]]:
    """Return parameters and buffers of the backbone itself, by the names they have without adapters."""
    return {
        name.replace(".base_layer", ""): array
        for name, array in to_arrays(module).items()
        if ".lora_" not in name
    }


def adapter_arrays(module: nn.Module) -> dict[str, NDArray[Any]]:
    """Return the tensors of the adapters alone, ``….lora_A.weight`` and ``….lora_B.weight``."""
    return {
        name.replace(f".{NAME}.", "."): array for name, array in to_arrays(module).items() if ".lora_" in name
    }


def digest(arrays: dict[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of names, types, shapes and bytes of all arrays."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        sha.update(arrays[name].tobytes())
    return sha.hexdigest()


def save_adapter(folder: str | Path, module: nn.Module, adapter: Adapter) -> None:
    """Write the adapters alone: tensors and their configuration."""
    write_tensors(Path(folder) / TENSORS, adapter_arrays(module))
    write_json(Path(folder) / CONFIG, {"peft_type": "LORA", **asdict(adapter)})


def load_adapter(folder: str | Path, module: nn.Module) -> None:
    """Put saved adapters into a module that has none, in place.

    Raises
    ------
    BadInput
        If the tensors do not belong to this module.
    """
    config = read_json(Path(folder) / CONFIG)
    adapt(module, Adapter(config["rank"], config["alpha"], config["targets"]))
    arrays = read_tensors(Path(folder) / TENSORS)
    state = {name: tensor for name, tensor in module.state_dict().items() if ".lora_" in name}
    if {name.replace(f".{NAME}.", ".") for name in state} != set(arrays):
        raise BadInput(f"{Path(folder) / TENSORS} holds adapters of another network")
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(torch.tensor(arrays[name.replace(f".{NAME}.", ".")]))
