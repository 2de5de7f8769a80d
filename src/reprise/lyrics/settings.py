"""Settings of the lyrics encoder."""

from __future__ import annotations

from dataclasses import dataclass

from reprise.errors import BadParameter

SHORTEST = 16  # tokens: two of them are markers


@dataclass(frozen=True)
class EncoderSettings:
    """Which model, how many tokens it reads at once (markers included), and how many chunks make a batch."""

    model: str = "all-MiniLM-L6-v2"
    max_tokens: int = 256
    batch_size: int = 1

    def __post_init__(self) -> None:
        """Check the values.

        Raises
        ------
        BadParameter
            If the number of tokens or the batch size is too small.
        """
        if self.max_tokens < SHORTEST:
            raise BadParameter(f"lyrics.max_tokens is {self.max_tokens}: it must be at least {SHORTEST}")
        if self.batch_size < 1:
            raise BadParameter(f"lyrics.batch_size is {self.batch_size}: it must be at least 1")
