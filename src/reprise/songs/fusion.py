"""Three ways to make one vector of three: side by side, gated, or by attention between modalities.

References
----------
Arevalo et al., Gated multimodal units for information fusion, ICLR workshop 2017, Eqs. 1-3 (for more than two modalities: Fig. 2a);
Vaswani et al., Attention is all you need, NeurIPS 2017, Eq. 1; Tsai et al., Multimodal transformer for unaligned multimodal language
sequences, ACL 2019, Eq. 1 (queries of one modality, keys and values of the others).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

COMMON = 64
"""Units of every modality where they are gated or attend to each other."""
HEADS = 4


class Concatenation(nn.Module):
    """Side by side, as the design has it.

    Parameters
    ----------
    sizes
        Units of each modality.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.width = sum(sizes)

    def forward(self, encoded: Sequence[Tensor]) -> Tensor:
        """Fuse tensors of shape (batch, size) into one of shape (batch, width)."""
        return torch.cat(list(encoded), dim=1)


class Gating(nn.Module):
    """Sum of the modalities, each unit of each weighed by a gate that sees them all; the gates of a unit sum to 1."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.width = COMMON
        self.values = nn.ModuleList(nn.Linear(size, COMMON) for size in sizes)
        self.gates = nn.Linear(sum(sizes), COMMON * len(sizes))

    def forward(self, encoded: Sequence[Tensor]) -> Tensor:
        """Fuse tensors of shape (batch, size) into one of shape (batch, width)."""
        values = torch.stack(
            [torch.tanh(layer(part)) for layer, part in zip(self.values, encoded, strict=True)], dim=1
        )
        gates = self.gates(torch.cat(list(encoded), dim=1)).view_as(values)
        fused: Tensor = (torch.softmax(gates, dim=1) * values).sum(dim=1)
        return fused


class CrossAttention(nn.Module):
    """Each modality asks the others and adds their answer to itself; then side by side."""

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.width = COMMON * len(sizes)
        self.values = nn.ModuleList(nn.Linear(size, COMMON) for size in sizes)
        self.attention = nn.MultiheadAttention(COMMON, HEADS, batch_first=True)
        self.register_buffer("itself", torch.eye(len(sizes), dtype=torch.bool), persistent=False)
        self.norm = nn.LayerNorm(COMMON)

    def forward(self, encoded: Sequence[Tensor]) -> Tensor:
        """Fuse tensors of shape (batch, size) into one of shape (batch, width)."""
        tokens = torch.stack([layer(part) for layer, part in zip(self.values, encoded, strict=True)], dim=1)
        answers, _ = self.attention(tokens, tokens, tokens, attn_mask=self.itself, need_weights=False)
        fused: Tensor = self.norm(tokens + answers).flatten(start_dim=1)
        return fused


FUSIONS: dict[str, type[Concatenation | Gating | CrossAttention]] = {
    "concat": Concatenation,
    "gated": Gating,
    "attention": CrossAttention,
}
"""By the value of ``regress.fusion``."""
