"""The sentence encoder with adapters: silent at first, trained end to end, kept small, read back, and blind to test songs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reprise.lyrics.encoder import LyricsEncoder
from reprise.lyrics.settings import EncoderSettings
from reprise.songs.end_to_end import tuning
from reprise.songs.source import Songs, SongTables, assemble
from reprise.songs.tuning import LoraOptions, TunedReader, load_reader

LYRICS: dict[str, Any] = {"model": "all-MiniLM-L6-v2", "max_tokens": 16, "batch_size": 1}
LONG = "a song about rain and night that goes on and on " * 4


# sentence-transformers 6 renamed the method by which an encoder tells its dimension; the old name still answers
pytestmark = pytest.mark.filterwarnings("ignore:The `get_sentence_embedding_dimension` method:FutureWarning")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def songs(song_world: Callable[..., SongTables]) -> Songs:
    return assemble(song_world(40))


def options(**changed: Any) -> LoraOptions:
    return LoraOptions(
        **{"rank": 2, "alpha": 4, "epochs": 1, "learning_rate": 0.01, "batch_size": 8, "chunks": 1, **changed}
    )


def test_untrained_adapters_change_nothing_and_few_numbers_are_trained() -> None:
    reader = TunedReader(LYRICS, options())
    plain = LyricsEncoder(EncoderSettings(**LYRICS)).encode(["love in the rain", LONG])
    np.testing.assert_allclose(reader.encoder.encode(["love in the rain", LONG]), plain, atol=1e-6)
    chunks = [reader.encoder.chunks(text) for text in ("love in the rain", LONG)]
    assert len(chunks[1]) > 2
    reader.encoder.model.eval()
    with torch.no_grad():
        np.testing.assert_allclose(reader.encoder.embed(chunks).numpy(), plain, atol=1e-5)
    trained = [name for name, value in reader.encoder.model.named_parameters() if value.requires_grad]
    assert trained
    assert all(".lora_" in name for name in trained)
    assert sum(value.numel() for value in reader.parameters()) == 6 * 2 * 2 * (
        384 + 384
    )  # layers, query and value, rank


def test_training_moves_the_adapters_the_same_way_twice_without_test_songs(
    songs: Songs, quick_params: dict[str, Any], tmp_path: Path
) -> None:
    params = quick_params | {"lora": vars(options(epochs=2))}
    train, validation = songs.part("train"), songs.part("validation")
    targets = (songs.targets - songs.targets.mean(axis=0)) / songs.targets.std(axis=0)
    other = replace(songs, text=songs.text.copy(), audio=songs.audio.copy())
    other.text[songs.part("test")] = "x"
    other.audio[songs.part("test")] = 7.0
    tune = tuning(params, LYRICS, seed=0)
    first, second = (tune(world, train, validation, targets) for world in (songs, other))
    assert isinstance(first, TunedReader)
    assert isinstance(second, TunedReader)
    moved = [name for name, value in first.adapters().items() if "lora_B" in name and value.abs().max() > 0]
    assert moved
    for name, value in first.adapters().items():
        assert torch.equal(value, second.adapters()[name])
    first.save(tmp_path)
    again = load_reader(tmp_path, LYRICS)
    some = songs.rows(np.arange(3))
    np.testing.assert_allclose(again.read(some).lyrics, first.read(some).lyrics, atol=1e-6)
