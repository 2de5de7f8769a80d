"""Sentence encoder and regressor trained together: text, tokens, transformer, sentence vector, fusion, targets; one loss moves it all.

The adapters of the encoder (LoRA) and the whole of the network are trained; the encoder's own weights stay. A song longer than the encoder
reads is several chunks: a step reads a few of them, drawn at random, and the finished encoder reads them all. The regressor that is kept is
then fitted on the finished encoder's embeddings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from reprise.lyrics.encoder import Tokens
from reprise.progress import track
from reprise.songs.encoding import MODALITIES, Encoded, Encoder
from reprise.songs.network import Shape, SongRegressor
from reprise.songs.regressor import Rows, Tuning
from reprise.songs.source import Floats, Songs
from reprise.songs.training import TrainingOptions, as_batch, as_tensor, hide_some
from reprise.songs.tuning import LoraOptions, TunedReader

LYRICS = MODALITIES.index("lyrics")


def tuning(params: dict[str, Any], lyrics: dict[str, Any], seed: int) -> Tuning:
    """Return what fine-tunes an encoder; see `reprise.songs.regressor.Tuning`.

    Parameters
    ----------
    params, lyrics
        The blocks ``regress`` and ``lyrics`` of the parameters.
    seed
        Sets adapters, network, batches, chunks and dropout.
    """
    options = LoraOptions(**params["lora"])

    def tune(songs: Songs, train: Rows, validation: Rows, targets: Floats) -> TunedReader:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            reader = TunedReader(lyrics, options)
            encoder, learned = Encoder.fit(songs, train, targets[train], params["max_words"])
            trainee = _Trainee(reader, learned, TrainingOptions.from_params(params), targets.shape[1])
            lessons = _Lessons(_chunks(reader, songs, train), learned, as_tensor(targets[train]))
            held = encoder.apply(songs.rows(validation))
            exam = _Lessons(_chunks(reader, songs, validation), held, as_tensor(targets[validation]))
            _train(trainee, lessons, exam)
        return reader

    return tune


class _Lessons:
    """Songs as chunks of tokens and as numbers, with what is to be predicted."""

    def __init__(self, chunks: list[list[Tokens]], songs: Encoded, targets: Tensor) -> None:
        self.chunks, self.songs, self.targets = chunks, as_batch(songs), targets


class _Trainee:
    """Encoder and regressor as one network."""

    def __init__(self, reader: TunedReader, songs: Encoded, options: TrainingOptions, targets: int) -> None:
        self.reader, self.options = reader, options
        inputs = {name: songs.values[name].shape[1] for name in MODALITIES}
        inputs["lyrics"] = reader.encoder.dimension
        self.network = SongRegressor(Shape(inputs, options.widths, targets, options.dropout, options.fusion))
        self.loss: nn.Module = nn.MSELoss() if options.loss == "mse" else nn.HuberLoss()

    def train(self, mode: bool) -> None:
        self.reader.encoder.model.train(mode)
        self.network.train(mode)

    def step(self, lessons: _Lessons, rows: Tensor, *, hide: float) -> Tensor:
        """Return the loss on some songs; with ``hide`` above 0, of random chunks and with random modalities hidden."""
        songs = lessons.songs.rows(rows)
        most = self.reader.options.chunks
        here = [row for row in range(len(rows)) if lessons.chunks[int(rows[row])]]
        taken = [_some(lessons.chunks[int(rows[row])], most, at_random=hide > 0) for row in here]
        vectors = torch.zeros(len(rows), self.reader.encoder.dimension)
        if taken:
            # to the scale of the standardised embeddings: a vector of length 1 has entries of about 1 / sqrt(dimension)
            vectors[here] = self.reader.encoder.embed(taken) * self.reader.encoder.dimension**0.5
        present = hide_some(songs.present, hide, torch.default_generator) if hide else songs.present
        songs = replace(songs, values={**songs.values, "lyrics": vectors}, present=present)
        found: Tensor = self.loss(self.network(songs), lessons.targets[rows])
        return found


def _train(trainee: _Trainee, lessons: _Lessons, exam: _Lessons) -> None:
    """Keep the adapters of the epoch with the lowest validation loss; before the first epoch they do nothing."""
    options = trainee.reader.options
    optimizer = torch.optim.AdamW(
        [
            {"params": trainee.reader.parameters(), "lr": options.learning_rate},
            {"params": trainee.network.parameters(), "lr": trainee.options.learning_rate},
        ],
        weight_decay=trainee.options.weight_decay,
    )
    best, kept = _judge(trainee, exam), trainee.reader.adapters()
    for _ in track(range(options.epochs), desc="LoRA", unit="epochs"):
        trainee.train(True)
        for rows in torch.split(torch.randperm(len(lessons.targets)), options.batch_size):
            loss = trainee.step(lessons, rows, hide=max(trainee.options.modality_dropout, 1e-6))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        found = _judge(trainee, exam)
        if found < best:
            best, kept = found, trainee.reader.adapters()
    trainee.reader.load(kept)


def _judge(trainee: _Trainee, exam: _Lessons) -> float:
    trainee.train(False)
    total = 0.0
    with torch.no_grad():
        for rows in torch.split(torch.arange(len(exam.targets)), trainee.reader.options.batch_size):
            total += float(trainee.step(exam, rows, hide=0.0)) * len(rows)
    return total / len(exam.targets)


def _chunks(reader: TunedReader, songs: Songs, rows: Rows) -> list[list[Tokens]]:
    """Return the lyrics of songs as chunks of tokens; none where a song has no lyrics."""
    return [reader.encoder.chunks(str(songs.text[row])) if songs.has_lyrics[row] else [] for row in rows]


def _some(chunks: list[Tokens], most: int, *, at_random: bool) -> list[Tokens]:
    if len(chunks) <= most:
        return chunks
    places = torch.randperm(len(chunks))[:most].tolist() if at_random else np.arange(most).tolist()
    return [chunks[place] for place in sorted(places)]
