from __future__ import annotations

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.finetune.crops import band_statistics, check_mel, even_crops, pool, random_crops


def ramp(tracks: int = 2, bands: int = 4, frames: int = 300) -> np.ndarray:
    """Value = track * 1000 + frame, the same in every band."""
    return (np.arange(tracks)[:, None, None] * 1000 + np.arange(frames) + np.zeros((1, bands, 1))).astype(
        np.float32
    )


def test_pooling_is_the_mean_of_two_by_two_cells() -> None:
    pooled = pool(np.arange(16, dtype=np.float16).reshape(1, 4, 4))
    assert pooled.tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
    assert pooled.dtype == np.float32


def test_even_crops_reach_from_the_first_to_the_last_frame() -> None:
    crops = even_crops(ramp(), 1, 3)
    assert crops.shape == (3, 1, 2, 64)
    assert crops[0, 0, 0, 0] == 1000.5
    assert crops[-1, 0, 0, -1] == 1298.5


def test_random_crops_follow_rows_and_generator() -> None:
    rows = np.array([1, 0, 1])
    one, same, other = (random_crops(ramp(), rows, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert (one[:, 0, 0, 0] >= 1000).tolist() == [True, False, True]


def test_statistics_are_those_of_the_given_rows_only() -> None:
    generator = np.random.default_rng(0)
    mel = generator.normal(-40, 12, size=(4, 4, 300))
    mel[3] += 500
    mean, scale = band_statistics(mel, np.arange(3))
    cells = mel[:3].reshape(3, 2, 2, 150, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(mean, cells.mean(axis=(0, 2)), rtol=1e-5)
    np.testing.assert_allclose(scale, cells.std(axis=(0, 2)), rtol=1e-3)


@pytest.mark.parametrize("shape", [(2, 4, 127), (2, 5, 300), (4, 300)])
def test_wrong_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInput, match="needed are"):
        check_mel(np.zeros(shape), "mel.npy")
