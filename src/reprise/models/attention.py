"""Two sets of tokens that read each other: cross-modal attention with gates.

References
----------
- Tsai et al., Multimodal transformer for unaligned multimodal language sequences, ACL 2019, section 3.1 (cross-modal
  attention both ways).
- Alayrac et al., Flamingo, arXiv 2204.14198, section 2.2 (tanh gates).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GatedRead(nn.Module):
    """Tokens that read others: ``x + tanh(gate) * attention(norm(x), norm(others))``.

    A gate of 0 ignores the other modality altogether: fusion has to earn its place.

    Parameters
    ----------
    width
        Size of a token.
    heads
        Attention heads.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm, self.norm_others = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.gate = nn.Parameter(torch.tensor(0.5))

    def forward(self, tokens: Tensor, others: Tensor) -> Tensor:
        """Return tokens of the same shape ``(batch, tokens, width)``."""
        keys = self.norm_others(others)
        read, _ = self.attention(self.norm(tokens), keys, keys, need_weights=False)
        result: Tensor = tokens + torch.tanh(self.gate) * read
        return result


class CrossModal(nn.Module):
    """Both modalities read each other at once, then each token thinks for itself.

    Parameters
    ----------
    width, heads
        As in `GatedRead`.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.audio_reads, self.lyrics_read = GatedRead(width, heads), GatedRead(width, heads)
        self.audio_thinks, self.lyrics_think = _mlp(width), _mlp(width)

    def forward(self, audio: Tensor, lyrics: Tensor) -> tuple[Tensor, Tensor]:
        """Return both sets of tokens, having read each other."""
        heard, read = self.audio_reads(audio, lyrics), self.lyrics_read(lyrics, audio)
        return heard + self.audio_thinks(heard), read + self.lyrics_think(read)


def _mlp(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
    )
