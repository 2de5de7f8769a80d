"""Frozen or fine-tuned: what ``regress.lyrics_encoder`` means."""

from __future__ import annotations

from typing import Any

from reprise.songs.regressor import Tuning


def tuner(params: dict[str, Any], lyrics: dict[str, Any], seed: int) -> Tuning | None:
    """Return what fine-tunes the sentence encoder, or ``None`` where it stays as it is.

    Parameters
    ----------
    params, lyrics
        The blocks ``regress`` and ``lyrics`` of the parameters.
    seed
        Sets all that is random.
    """
    if params["lyrics_encoder"] == "frozen":
        return None
    from reprise.songs.end_to_end import (
        tuning,  # transformers and peft: 10 s that frozen embeddings are spared
    )

    return tuning(params, lyrics, seed)
