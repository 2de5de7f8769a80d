"""A sentence encoder with LoRA adapters beside its frozen attention, by ``peft``; trained by `reprise.songs.end_to_end`.

References
----------
Hu et al., LoRA: low-rank adaptation of large language models, ICLR 2022, Eq. 3 (adapters on the attention's query and value, section 4.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import Tensor, nn

from reprise import tables
from reprise.errors import BadParameter
from reprise.lyrics.encoder import LyricsEncoder, Tokens
from reprise.lyrics.settings import EncoderSettings
from reprise.songs.source import Songs

TENSORS, CONFIG = "adapter.safetensors", "adapter.json"
ADAPTED = r".*\.(query|value|q_proj|v_proj|q_lin|v_lin)"
"""Names of the attention's query and value in the encoders of the BERT, RoBERTa and DistilBERT families."""
NAME = "default"


@dataclass(frozen=True)
class LoraOptions:
    """How the adapters are trained.

    Attributes
    ----------
    rank, alpha
        Inner dimension of the adapters; their product is scaled by alpha / rank.
    epochs
        At most; the epoch with the lowest validation loss is kept.
    learning_rate, batch_size
        Of AdamW, and songs in a step.
    chunks
        Chunks of a song that a step reads, drawn at random.
    """

    rank: int
    alpha: int
    epochs: int
    learning_rate: float
    batch_size: int
    chunks: int


class TrainableEncoder(LyricsEncoder):
    """The encoder of the ``lyrics`` stage, with gradients."""

    @property
    def model(self) -> nn.Module:
        """The transformer and its pooling."""
        return self._model

    @property
    def dimension(self) -> int:
        """Numbers of a sentence vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def forward(self, chunks: Sequence[Tokens]) -> Tensor:
        """Embed chunks, padded to the longest of them, shape (chunks, dimension)."""
        longest = max(len(tokens) for tokens in chunks)
        ids = torch.full(
            (len(chunks), longest), int(self._model.tokenizer.pad_token_id or 0), dtype=torch.long
        )
        mask = torch.zeros_like(ids)
        for row, tokens in enumerate(chunks):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        vectors: Tensor = self._model({"input_ids": ids, "attention_mask": mask})["sentence_embedding"]
        return vectors

    def embed(self, songs: Sequence[Sequence[Tokens]]) -> Tensor:
        """Embed songs given as chunks as `encode` does, shape (songs, dimension): mean of the chunks by length, of length 1."""
        vectors = self.forward([chunk for song in songs for chunk in song])
        pooled, start = [], 0
        for song in songs:
            weights = torch.tensor([float(len(chunk)) for chunk in song])[:, None]
            mean = (vectors[start : start + len(song)] * weights).sum(dim=0) / weights.sum()
            pooled.append(nn.functional.normalize(mean, dim=0))
            start += len(song)
        return torch.stack(pooled)


class TunedReader:
    """A sentence encoder with adapters.

    Parameters
    ----------
    lyrics
        Settings of the encoder: ``model``, ``max_tokens``, ``batch_size``.
    options
        Size of the adapters.

    Raises
    ------
    BadParameter
        If no layer of the encoder has a name that `ADAPTED` matches.
    """

    def __init__(self, lyrics: Mapping[str, Any], options: LoraOptions) -> None:
        self.encoder, self.options = TrainableEncoder(EncoderSettings(**lyrics)), options
        config = LoraConfig(
            r=options.rank, lora_alpha=options.alpha, target_modules=ADAPTED, lora_dropout=0.0, bias="none"
        )
        try:
            inject_adapter_in_model(config, self.encoder.model, adapter_name=NAME)
        except ValueError as error:
            raise BadParameter(
                f"regress.lyrics_encoder is lora, but no layer of {lyrics['model']} is named as a query or value of attention is "
                f"({error}); use frozen"
            ) from error

    def read(self, songs: Songs) -> Songs:
        """Return the songs with this encoder's embeddings of their lyrics."""
        rows = np.flatnonzero(songs.has_lyrics)
        lyrics = np.full((len(songs.text), self.encoder.dimension), np.nan)
        if len(rows):
            self.encoder.model.eval()
            lyrics[rows] = self.encoder.encode([str(text) for text in songs.text[rows]])
        return replace(songs, lyrics=lyrics)

    def parameters(self) -> list[nn.Parameter]:
        """Return what is trained: the adapters alone."""
        return [value for name, value in self.encoder.model.named_parameters() if ".lora_" in name]

    def adapters(self) -> dict[str, Tensor]:
        """Return a copy of the adapters, by name."""
        state = self.encoder.model.state_dict()
        return {name: value.detach().clone() for name, value in state.items() if ".lora_" in name}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Put adapters in the place of those that are there."""
        state = self.encoder.model.state_dict()
        with torch.no_grad():
            for name, tensor in tensors.items():
                state[name].copy_(tensor)

    def save(self, directory: Path) -> None:
        """Write the adapters alone: tensors and their size."""
        tables.write_tensors(
            directory / TENSORS, {name: value.numpy() for name, value in self.adapters().items()}
        )
        tables.write_json(directory / CONFIG, asdict(self.options))


def load_reader(directory: Path, lyrics: Mapping[str, Any]) -> TunedReader:
    """Read what `TunedReader.save` wrote; ``lyrics`` are the settings of the encoder it belongs to."""
    reader = TunedReader(lyrics, LoraOptions(**tables.read_json(directory / CONFIG)))
    saved = tables.read_tensors(directory / TENSORS)
    reader.load({name: torch.tensor(value) for name, value in saved.items()})
    return reader
