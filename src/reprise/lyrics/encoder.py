"""Sentence-BERT (Reimers and Gurevych, EMNLP 2019): one vector per text, whatever its length.

A text longer than the model reads is cut into chunks, whose vectors are averaged with their token counts as weights.
The bits of an embedding depend on the shape of the batch that it was computed in, so that shape is fixed: one chunk
at its own length, or always ``batch_size`` chunks padded to ``max_tokens``. A text's vector is then the same whatever
other texts there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from reprise.errors import BadParameter, MissingData
from reprise.lyrics.packaged import locate
from reprise.lyrics.settings import EncoderSettings
from reprise.progress import track

Float32 = npt.NDArray[np.float32]
Tokens = list[int]


class LyricsEncoder:
    """A sentence-embedding model on the CPU.

    Parameters
    ----------
    settings : EncoderSettings
        Model and sizes.
    root : Path
        Folder of the project, where models that are not packaged lie.

    Raises
    ------
    MissingData
        If the model is not here, or cannot be loaded.
    BadParameter
        If the model reads fewer tokens than ``max_tokens``.
    """

    def __init__(self, settings: EncoderSettings, root: Path = Path()) -> None:
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        folder = locate(settings.model, root)
        try:
            self._model = SentenceTransformer(
                str(folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            ).eval()
        except (OSError, ValueError) as error:
            raise MissingData(
                f"lyrics.model {settings.model}: {folder} cannot be loaded ({str(error).splitlines()[0]}); it must hold what "
                "Sentence-Transformers saves, with model.safetensors"
            ) from error
        self._settings = settings
        limit = self._model.max_seq_length or settings.max_tokens
        if settings.max_tokens > limit:
            raise BadParameter(
                f"lyrics.max_tokens is {settings.max_tokens}: {settings.model} reads at most {limit}"
            )

    def chunks(self, text: str) -> list[Tokens]:
        """Cut a text into token lists of at most ``max_tokens``, each with the model's markers."""
        encoded = self._model.tokenizer(
            text, truncation=True, max_length=self._settings.max_tokens, return_overflowing_tokens=True
        )
        return [list(tokens) for tokens in encoded["input_ids"]]

    def encode(self, texts: Sequence[str]) -> Float32:
        """Embed texts.

        Parameters
        ----------
        texts : sequence of str
            The texts; each needs at least one word.

        Returns
        -------
        ndarray of float32, shape (len(texts), dimension)
            Vectors of length 1, in the order of the texts.
        """
        chunked = [self.chunks(text) for text in texts]
        flat = [tokens for chunks in chunked for tokens in chunks]
        size = self._settings.batch_size
        starts = range(0, len(flat), size)
        parts = [
            self._forward(flat[start : start + size])
            for start in track(starts, desc="lyrics", unit="batches")
        ]
        return pool(np.concatenate(parts), [[len(tokens) for tokens in chunks] for chunks in chunked])

    def _forward(self, chunks: list[Tokens]) -> Float32:
        """Embed up to one batch of chunks, in a batch of the fixed shape."""
        settings = self._settings
        alone = settings.batch_size == 1
        shape = (1, len(chunks[0])) if alone else (settings.batch_size, settings.max_tokens)
        ids = torch.full(shape, int(self._model.tokenizer.pad_token_id or 0), dtype=torch.long)
        mask = torch.zeros(shape, dtype=torch.long)
        mask[:, 0] = 1  # an unused row still needs something to attend to
        for row, tokens in enumerate(chunks):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
        with torch.inference_mode():
            vectors = self._model(features)["sentence_embedding"]
        result: Float32 = vectors[: len(chunks)].numpy().astype(np.float32)
        return result


def pool(vectors: Float32, lengths: Sequence[Sequence[int]]) -> Float32:
    """Average the vectors of each text's chunks, weighted by their lengths, and scale the result to length 1.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n_chunks, d)
        Vectors of all chunks, text by text.
    lengths : sequence of sequences of int
        Number of tokens of every chunk of every text.

    Returns
    -------
    ndarray of float32, shape (len(lengths), d)
    """
    pooled = np.empty((len(lengths), vectors.shape[1]), np.float32)
    start = 0
    for row, weights in enumerate(lengths):
        stop = start + len(weights)
        mean = np.average(vectors[start:stop].astype(np.float64), axis=0, weights=weights)
        pooled[row] = mean / np.linalg.norm(mean)
        start = stop
    return pooled
