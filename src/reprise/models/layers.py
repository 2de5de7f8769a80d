"""Network parts that several models share."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

from reprise.errors import BadParameter

LOG_VARIANCE_LIMIT = 8.0
"""Log-variances lie strictly within +- this value, so that no density can explode."""


def bounded(log_variance: Tensor) -> Tensor:
    """Return log-variances squashed smoothly into +- `LOG_VARIANCE_LIMIT`; nearly the identity around 0."""
    return LOG_VARIANCE_LIMIT * torch.tanh(log_variance / LOG_VARIANCE_LIMIT)


def sample(mean: Tensor, log_variance: Tensor, generator: torch.Generator) -> Tensor:
    """Draw from diagonal Gaussians by the reparameterisation trick (arXiv 1312.6114, section 2.4)."""
    noise = torch.randn(mean.shape, generator=generator, device=mean.device)
    return mean + (0.5 * log_variance).exp() * noise


def glorot(module: nn.Module) -> None:
    """Initialise every linear layer by Glorot's uniform rule with zero bias: ReLU latents stay alive."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)


def keep_variance(module: nn.Module) -> None:
    """Initialise ReLU networks so that signals neither fade nor grow with depth (He et al., arXiv 1502.01852, eq. 10).

    The default of the convolutions shrinks a signal to a third at every layer: a VAE then sees nothing of its input at
    first, and its posterior falls onto the prior before it learns to use it.
    """
    for layer in module.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            fan_in = layer.weight[0].numel()
            if isinstance(
                layer, nn.ConvTranspose2d
            ):  # each output pixel is reached by one tap in stride squared
                fan_in = layer.in_channels * math.prod(layer.kernel_size) // math.prod(layer.stride)
            nn.init.normal_(layer.weight, std=math.sqrt(2 / fan_in))
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def channels_last(layers: nn.Sequential) -> nn.Sequential:
    """Keep the channels of a pixel side by side in memory, in weights and therefore in maps: convolutions take a fifth less time."""
    layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return layers


def dense_relu(sizes: tuple[int, ...]) -> nn.Sequential:
    """Return linear layers from size to size, a ReLU after each."""
    parts: list[nn.Module] = []
    for before, after in itertools.pairwise(sizes):
        parts += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*parts)


def dense_block(before: int, after: int, dropout: float) -> nn.Sequential:
    """Return linear layer, batch normalisation, ReLU, dropout."""
    return nn.Sequential(nn.Linear(before, after), nn.BatchNorm1d(after), nn.ReLU(), nn.Dropout(dropout))


class ConvEncoder(nn.Module):
    """Convolutions of 4x4, stride 2, padding 1, each with batch normalisation and a ReLU, flattened.

    Parameters
    ----------
    size
        Bands and frames of the input.
    channels
        Output channels of each layer.
    """

    def __init__(self, size: tuple[int, int], channels: tuple[int, ...]) -> None:
        super().__init__()
        sizes = halvings(size, len(channels))
        self.out_features = channels[-1] * sizes[-1][0] * sizes[-1][1]
        parts: list[nn.Module] = []
        for before, after in zip((1, *channels), channels, strict=False):
            parts += [nn.Conv2d(before, after, 4, stride=2, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        self.layers = channels_last(nn.Sequential(*parts, nn.Flatten()))
        keep_variance(self.layers)

    def forward(self, values: Tensor) -> Tensor:
        """Return features, shape ``(batch, out_features)``, of maps ``(batch, bands, frames)``."""
        features: Tensor = self.layers(values[:, None])
        return features


class ConvDecoder(nn.Module):
    """The mirror of `ConvEncoder`: a linear layer, then transposed convolutions back to the very size.

    Parameters
    ----------
    in_features
        Size of the input vector.
    size
        Bands and frames of the output.
    channels
        Channels of the encoder's layers.
    """

    def __init__(self, in_features: int, size: tuple[int, int], channels: tuple[int, ...]) -> None:
        super().__init__()
        sizes = halvings(size, len(channels))
        start = (channels[-1], *sizes[-1])
        parts: list[nn.Module] = [
            nn.Linear(in_features, start[0] * start[1] * start[2]),
            nn.ReLU(),
            nn.Unflatten(1, start),
        ]
        for depth in reversed(range(len(channels))):
            after = channels[depth - 1] if depth else 1
            # a halved odd size needs one row or column more on the way back
            odd = (sizes[depth][0] % 2, sizes[depth][1] % 2)
            parts.append(
                nn.ConvTranspose2d(channels[depth], after, 4, stride=2, padding=1, output_padding=odd)
            )
            parts += [nn.BatchNorm2d(after), nn.ReLU()] if depth else []
        self.layers = channels_last(nn.Sequential(*parts))
        keep_variance(self.layers)

    def forward(self, features: Tensor) -> Tensor:
        """Return maps ``(batch, bands, frames)`` from vectors ``(batch, in_features)``."""
        maps: Tensor = self.layers(features)[:, 0]
        return maps


def halvings(size: tuple[int, int], layers: int) -> list[tuple[int, int]]:
    """Return the size before each of the layers and after the last.

    Raises
    ------
    BadParameter
        If the input is too small for that many halvings.
    """
    sizes = [size]
    for _ in range(layers):
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    if 0 in sizes[-1]:
        raise BadParameter(
            f"channels: {layers} layers halve an input of {size[0]}x{size[1]} to nothing; use fewer layers, "
            "a smaller pool or longer segments"
        )
    return sizes


def positions(length: int, width: int) -> Tensor:
    """Return sines and cosines of geometric wavelengths (arXiv 1706.03762, section 3.5), shape ``(length, width)``; even width."""
    rate = torch.exp(-math.log(10_000.0) * torch.arange(0, width, 2) / width)
    angle = torch.arange(length)[:, None] * rate
    return torch.stack([angle.sin(), angle.cos()], dim=2).flatten(1)
