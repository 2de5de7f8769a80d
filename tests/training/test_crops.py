from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reprise.errors import BadParameter
from reprise.training.crops import Batches, Crops


def maps(n: int = 6, bands: int = 8, frames: int = 21) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    return np.random.default_rng(0).normal(size=(n, bands, frames)).astype(np.float16)


def test_a_crop_is_the_pooled_piece_of_its_track() -> None:
    values = maps()
    crop = Crops(values, 4, 2).read(np.array([3]), np.array([5]))[0]
    piece = values[3, :, 5:9].astype(np.float32)
    np.testing.assert_allclose(crop, piece.reshape(4, 2, 2, 2).mean(axis=(1, 3)), rtol=1e-6)


def test_the_whole_track_without_pooling_is_the_literal_form() -> None:
    values = maps()
    np.testing.assert_array_equal(Crops(values, 21).of_track(2)[0].numpy(), values[2].astype(np.float32))


def test_even_crops_cover_the_track_from_end_to_end() -> None:
    crops = Crops(maps(frames=20), 5)
    assert crops.per_track == 4
    np.testing.assert_array_equal(
        torch.cat(list(crops.of_track(0)), dim=1).numpy(), maps(frames=20)[0].astype(np.float32)
    )


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 7), batch=st.integers(2, 12), seed=st.integers(0, 99))
def test_an_epoch_shows_every_track_equally_often_in_batches_of_near_equal_size(
    count: int, batch: int, seed: int
) -> None:
    rows = np.array([0, 2, 5])
    found = list(Crops(maps(), 4).random(rows, count, batch, torch.Generator().manual_seed(seed)))
    seen = np.concatenate([of for _, of in found])
    assert np.bincount(seen, minlength=6).tolist() == [count, 0, count, 0, 0, count]
    sizes = [len(values) for values, _ in found]
    assert max(sizes) <= batch
    assert max(sizes) - min(sizes) <= 1


def test_random_crops_are_a_function_of_the_generator() -> None:
    def draw(seed: int) -> torch.Tensor:
        found = Crops(maps(), 4).random(np.arange(6), 2, 5, torch.Generator().manual_seed(seed))
        return torch.cat([values for values, _ in found])

    assert torch.equal(draw(1), draw(1))
    assert not torch.equal(draw(1), draw(2))


def test_moments_are_those_of_the_pooled_training_tracks() -> None:
    values = maps(frames=20)
    rows = np.array([1, 4])
    mean, deviation = Crops(values, 4, 2).moments(rows)
    pooled = values[rows].astype(np.float64).reshape(2, 4, 2, 10, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(mean, pooled.mean(axis=(0, 2)), atol=1e-6)
    np.testing.assert_allclose(deviation, pooled.std(axis=(0, 2)), rtol=1e-5)


def test_a_constant_band_is_divided_by_one() -> None:
    _, deviation = Crops(np.full((3, 2, 9), -100, np.float16), 4).moments(np.arange(3))
    assert deviation.tolist() == [1.0, 1.0]


def test_crops_read_a_memory_map(tmp_path: Path) -> None:
    np.save(tmp_path / "mel.npy", maps())
    mapped = np.load(tmp_path / "mel.npy", mmap_mode="r")
    torch.testing.assert_close(Crops(mapped, 4).of_track(1), Crops(maps(), 4).of_track(1))


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 9), count=st.integers(2, 4), batch=st.integers(4, 12), seed=st.integers(0, 99))
def test_crops_of_a_track_that_belong_together_fall_into_one_batch(
    n: int, count: int, batch: int, seed: int
) -> None:
    crops = Crops(maps(n), 4, together=True)
    generator = torch.Generator().manual_seed(seed)
    for found in (
        crops.random(np.arange(n), count, batch, generator),
        crops.even(np.arange(n), count, batch),
    ):
        for values, rows in found:
            assert len(values) == len(rows) <= max(batch, count)
            assert set(np.bincount(rows).tolist()) <= {0, count}


def test_spread_crops_overlap_where_there_are_many() -> None:
    crops = Crops(maps(frames=20), 5)
    spread = crops.spread(2, 16)
    assert spread.shape == (16, 8, 5)
    torch.testing.assert_close(spread[3], torch.from_numpy(maps(frames=20)[2, :, 3:8].astype(np.float32)))


def test_a_batch_brings_the_rows_and_lyrics_of_its_tracks() -> None:
    lyrics = np.arange(12, dtype=np.float32).reshape(6, 2)
    batches = Batches(Crops(maps(), 4), np.arange(4), np.arange(4, 6), None, 2, 3, lyrics)
    for batch in batches.training(torch.Generator().manual_seed(0)):
        assert batch.tracks is not None
        assert batch.lyrics is not None
        np.testing.assert_array_equal(batch.lyrics, lyrics[batch.tracks.numpy()])
        assert batch.to(torch.device("cpu")).lyrics is not None


@pytest.mark.parametrize("length", [22, 1])
def test_a_crop_must_fit_between_pool_and_track(length: int) -> None:
    with pytest.raises(
        BadParameter, match=rf"segment_frames = {length} must lie between pool = 2 and the 21 frames"
    ):
        Crops(maps(), length, 2)


def test_batches_carry_the_class_of_their_track() -> None:
    codes = np.array([0, 1, 2, 0, 1, 2])
    batches = Batches(Crops(maps(), 4), np.array([1, 5]), np.array([2]), codes, 3, 4)
    seen = torch.cat(
        [batch.classes for batch in batches.training(torch.Generator()) if batch.classes is not None]
    )
    assert sorted(seen.tolist()) == [1, 1, 1, 2, 2, 2]
