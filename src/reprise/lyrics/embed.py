"""Embeddings of a collection's lyrics, in track order and without a label."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reprise.errors import BadInput
from reprise.lyrics.settings import EncoderSettings

Float32 = npt.NDArray[np.float32]

DIMENSION = 384  # of all-MiniLM-L6-v2, for the empty array of a dataset without lyrics


def with_words(lyrics: pd.DataFrame, track_ids: pd.Series) -> pd.DataFrame:
    """Return the rows that hold words, sorted by track.

    Parameters
    ----------
    lyrics : DataFrame
        ``track_id``, ``text``.
    track_ids : Series of str
        The tracks of the corpus.

    Returns
    -------
    DataFrame
        Rows whose text is more than white space.

    Raises
    ------
    BadInput
        If a text belongs to no track of the corpus.
    """
    strangers = lyrics.loc[~lyrics["track_id"].isin(track_ids), "track_id"]
    if len(strangers):
        raise BadInput(f"lyrics.parquet: track '{strangers.iloc[0]}' is not in tracks.parquet")
    worded = lyrics[lyrics["text"].fillna("").str.strip() != ""]
    return worded.sort_values("track_id").reset_index(drop=True)


def embed(
    lyrics: pd.DataFrame, n_tracks: int, why_missing: str, settings: EncoderSettings
) -> tuple[Float32, dict[str, Any]]:
    """Embed the texts of a collection.

    Parameters
    ----------
    lyrics : DataFrame
        ``track_id``, ``text``; rows as `with_words` returns them.
    n_tracks : int
        Number of tracks of the corpus.
    why_missing : str
        What the dataset says about missing lyrics.
    settings : EncoderSettings
        Model and sizes.

    Returns
    -------
    embeddings : ndarray of float32, shape (len(lyrics), dimension)
        Rows of length 1, in the order of ``lyrics``.
    metrics : dict
        ``available``, and either ``why`` not or the counts.
    """
    if lyrics.empty:
        why = why_missing or "the dataset holds no text"
        return np.empty((0, DIMENSION), np.float32), {"available": False, "why": why, "n": 0}
    from reprise.lyrics.encoder import (
        LyricsEncoder,
    )  # torch and transformers: 9 s that an empty corpus is spared

    embeddings = LyricsEncoder(settings).encode(list(lyrics["text"]))
    metrics = {
        "available": True,
        "model": settings.model,
        "n": len(embeddings),
        "dim": embeddings.shape[1],
        "coverage": len(embeddings) / max(1, n_tracks),
    }
    return embeddings, metrics
