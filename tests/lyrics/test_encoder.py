"""The real Sentence-BERT, loaded from its package: meaning, long texts, and stable bits."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from reprise.errors import BadParameter, MissingData
from reprise.lyrics.encoder import LyricsEncoder, pool
from reprise.lyrics.packaged import GIVEN, folder_name, locate
from reprise.lyrics.settings import EncoderSettings

TEXTS = [
    "I drive all night along the empty highway, the engine hums my name",
    "We travel in the car through the dark, road after road until morning",
    "Butter, flour and sugar: bake the cake and let it cool",
    "Tu amor es como el sol de la mañana",
]
LONG = " ".join(f"line {number} of a song that never ends" for number in range(80))


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def encoder() -> LyricsEncoder:
    return LyricsEncoder(EncoderSettings(max_tokens=64))


def test_vectors_have_length_one_and_carry_meaning(encoder: LyricsEncoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_bits_of_a_text_do_not_depend_on_the_others(batch_size: int) -> None:
    encoder = LyricsEncoder(EncoderSettings(max_tokens=64, batch_size=batch_size))
    together = encoder.encode([*TEXTS, LONG])
    assert np.array_equal(together, encoder.encode([*TEXTS, LONG]))
    assert np.array_equal(together[2:4], encoder.encode(TEXTS[2:4]))
    assert np.array_equal(together[::-1], encoder.encode([LONG, *TEXTS[::-1]]))


def test_padding_changes_rounding_alone(encoder: LyricsEncoder) -> None:
    padded = LyricsEncoder(EncoderSettings(max_tokens=64, batch_size=4)).encode(TEXTS)
    np.testing.assert_allclose(padded, encoder.encode(TEXTS), atol=1e-6)


def test_a_short_text_equals_the_library(encoder: LyricsEncoder) -> None:
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(locate("all-MiniLM-L6-v2")), device="cpu")
    reference = library.encode(TEXTS[:2], batch_size=1, show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode(TEXTS[:2]), reference, atol=1e-6)


def test_a_long_text_is_read_to_its_end(encoder: LyricsEncoder) -> None:
    chunks = encoder.chunks(LONG)
    assert len(chunks) > 5
    assert max(len(tokens) for tokens in chunks) == 64
    changed = LONG + " and then the ship went down in flames"
    assert not np.array_equal(encoder.encode([LONG]), encoder.encode([changed]))


def test_pooling_weighs_by_length() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, -1]], np.float32)
    pooled = pool(vectors, [[3, 1], [5]])
    np.testing.assert_allclose(pooled, [[3 / np.sqrt(10), 1 / np.sqrt(10)], [0, -1]], rtol=1e-6)


def test_more_tokens_than_the_model_reads_are_refused() -> None:
    with pytest.raises(BadParameter, match=r"max_tokens is 1024: all-MiniLM-L6-v2 reads at most 256"):
        LyricsEncoder(EncoderSettings(max_tokens=1_024))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="cannot be loaded"):
        LyricsEncoder(EncoderSettings(model=str(tmp_path)))


def save_small_model(folder: Path, dimension: int) -> None:
    """Write an untrained encoder of another size, as Sentence-Transformers saves one."""
    from transformers import BertConfig, BertModel

    packaged = locate("all-MiniLM-L6-v2")
    shutil.copytree(packaged, folder, ignore=shutil.ignore_patterns("model.safetensors"))
    torch.manual_seed(0)
    BertModel(
        BertConfig(hidden_size=dimension, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    ).save_pretrained(folder)
    pooling = folder / "1_Pooling" / "config.json"
    settings = json.loads(pooling.read_text(encoding="utf-8"))
    pooling.write_text(json.dumps(settings | {"word_embedding_dimension": dimension}), encoding="utf-8")


def test_a_model_of_another_size_is_used_by_its_name(tmp_path: Path) -> None:
    save_small_model(tmp_path / GIVEN / folder_name("somebody/small"), 20)
    encoder = LyricsEncoder(EncoderSettings("somebody/small", 64), tmp_path)
    vectors = encoder.encode([*TEXTS, LONG])
    assert vectors.shape == (5, 20)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
