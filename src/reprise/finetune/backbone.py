"""The backbone: a small ResNet on log-mel crops, with the standardisation of its input inside.

References
----------
He et al. 2016, "Deep residual learning for image recognition" (basic blocks), in the implementation of ``transformers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers.models.resnet.configuration_resnet import ResNetConfig
from transformers.models.resnet.modeling_resnet import ResNetModel

from reprise.errors import BadInput
from reprise.finetune.crops import Floats
from reprise.tables import read_json, read_tensors, write_json, write_tensors

WEIGHTS, CONFIG = "weights.safetensors", "config.json"


@dataclass(frozen=True)
class Architecture:
    """Sizes of the ResNet.

    Attributes
    ----------
    bands
        Mel bands after pooling.
    stem
        Channels after the first convolution.
    widths
        Channels of each stage; the last is the length of the embedding.
    depths
        Blocks of each stage.
    block
        "basic" (two convolutions of 3 x 3) or "bottleneck" (1 x 1, 3 x 3, 1 x 1).
    downsample_first, downsample_in_bottleneck
        Where the strides are, see ``transformers.ResNetConfig``.
    """

    bands: int
    stem: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    block: str = "basic"
    downsample_first: bool = False
    downsample_in_bottleneck: bool = False

    def __post_init__(self) -> None:
        """Check the sizes.

        Raises
        ------
        BadInput
            If stages and depths do not match.
        """
        if (
            len(self.widths) != len(self.depths)
            or min((*self.widths, *self.depths, self.stem), default=0) < 1
        ):
            raise BadInput(
                f"pretrain.widths {self.widths} and depths {self.depths} need the same number of values, all positive"
            )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Architecture:
        """Return the architecture that `dataclasses.asdict` and JSON made of it."""
        optional = ("block", "downsample_first", "downsample_in_bottleneck")
        rest = {key: values[key] for key in optional if key in values}
        return cls(values["bands"], values["stem"], tuple(values["widths"]), tuple(values["depths"]), **rest)


class Backbone(nn.Module):
    """Standardise each band, run the ResNet, and average over time and frequency.

    Parameters
    ----------
    architecture
        Sizes.
    mean, scale
        Of each pooled band, in dB, over the training tracks; shape (bands,). Saved with the weights.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, architecture: Architecture, mean: Floats, scale: Floats) -> None:
        super().__init__()
        self.architecture = architecture
        self.register_buffer("mean", torch.from_numpy(mean.copy()).view(1, 1, -1, 1))
        self.register_buffer("scale", torch.from_numpy(scale.copy()).view(1, 1, -1, 1))
        self.resnet: nn.Module = ResNetModel(
            ResNetConfig(
                num_channels=1,
                embedding_size=architecture.stem,
                hidden_sizes=list(architecture.widths),
                depths=list(architecture.depths),
                layer_type=architecture.block,
                downsample_in_first_stage=architecture.downsample_first,
                downsample_in_bottleneck=architecture.downsample_in_bottleneck,
            )
        )

    @property
    def dimensions(self) -> int:
        """Length of the embedding."""
        return self.architecture.widths[-1]

    def forward(self, crops: Tensor) -> Tensor:
        """Map crops in dB, shape (n, 1, bands, frames), to embeddings, shape (n, dimensions)."""
        pooled: Tensor = self.resnet((crops - self.mean) / self.scale).pooler_output
        return pooled.flatten(1)


def to_arrays(module: nn.Module) -> dict[str, NDArray[Any]]:
    """Return copies of all parameters and buffers of a module by name."""
    return {name: tensor.detach().cpu().numpy().copy() for name, tensor in module.state_dict().items()}


def from_arrays(module: nn.Module, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Take over parameters and buffers by name; every name must be there (a scalar may come as an array of one)."""
    shapes = {name: tensor.shape for name, tensor in module.state_dict().items()}
    state = {
        name: torch.from_numpy(np.array(value)).reshape(shapes.get(name, value.shape))
        for name, value in arrays.items()
    }
    module.load_state_dict(state)


def save_backbone(directory: str | Path, backbone: Backbone, facts: Mapping[str, Any]) -> None:
    """Write ``weights.safetensors`` and ``config.json`` (architecture and facts about the training)."""
    write_tensors(Path(directory) / WEIGHTS, to_arrays(backbone))
    write_json(Path(directory) / CONFIG, {"architecture": asdict(backbone.architecture), **facts})


def load_backbone(directory: str | Path) -> Backbone:
    """Return a saved backbone in evaluation mode.

    Raises
    ------
    BadInput
        If the weights do not fit the architecture.
    """
    folder = Path(directory)
    architecture = Architecture.from_dict(read_json(folder / CONFIG)["architecture"])
    empty = np.ones(architecture.bands, dtype=np.float32)
    backbone = Backbone(architecture, empty, empty)
    try:
        from_arrays(backbone, read_tensors(folder / WEIGHTS))
    except RuntimeError as error:
        raise BadInput(f"{folder / WEIGHTS} does not fit {folder / CONFIG}: {error}") from error
    return backbone.eval()
