from __future__ import annotations

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.evaluation import disentanglement as scores

N, FACTORS = 600, 4


@pytest.fixture(scope="module")
def factors() -> np.ndarray:
    return np.random.default_rng(0).uniform(size=(N, FACTORS))


@pytest.fixture(scope="module")
def rotation() -> np.ndarray:
    return np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2.0


def test_the_factors_themselves_are_perfect(factors: np.ndarray) -> None:
    found = scores.evaluate(factors[:, ::-1], factors)
    assert found["mig"] > 0.85
    assert found["sap"] > 0.95
    assert min(found["disentanglement"], found["completeness"], found["informativeness"]) > 0.95


def test_noise_is_useless(factors: np.ndarray) -> None:
    found = scores.evaluate(np.random.default_rng(1).standard_normal((N, 10)), factors)
    assert max(found.values()) < 0.06


def test_a_rotation_of_the_factors_is_a_trap(factors: np.ndarray, rotation: np.ndarray) -> None:
    found = scores.evaluate((factors - 0.5) @ rotation, factors)
    assert max(found["mig"], found["sap"], found["disentanglement"], found["completeness"]) < 0.15
    assert found["informativeness"] > 0.7  # all information is there


def test_a_second_copy_of_a_factor_closes_the_gap(factors: np.ndarray) -> None:
    doubled = np.hstack([factors, factors])
    assert scores.mig(doubled, factors) == pytest.approx(0.0, abs=1e-9)
    assert scores.sap(doubled, factors) == pytest.approx(0.0, abs=1e-9)
    assert scores.dci(doubled, factors)["disentanglement"] > 0.95  # each unit still holds one factor


def test_mig_of_binary_factors_is_exact() -> None:
    # four equally frequent combinations of two bits: each code tells all of one bit and nothing of the other
    bits = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 25)
    assert scores.mig(bits, bits) == pytest.approx(1.0)
    exclusive = np.stack([bits[:, 0], (bits[:, 0] != bits[:, 1]).astype(float)], axis=1)
    assert scores.mig(exclusive, bits) == pytest.approx(0.5)  # 1 for the first bit, 0 for the second


def test_sap_is_the_gap_of_squared_correlations() -> None:
    generator = np.random.default_rng(2)
    factor = generator.standard_normal((500, 1))
    latents = np.hstack(
        [factor + generator.standard_normal((500, 1)), factor + 3 * generator.standard_normal((500, 1))]
    )
    squared = [np.corrcoef(latents[:, i], factor[:, 0])[0, 1] ** 2 for i in range(2)]
    assert scores.sap(latents, factor) == pytest.approx(squared[0] - squared[1])


def test_the_same_seed_gives_the_same_scores(factors: np.ndarray) -> None:
    assert scores.evaluate(factors, factors, seed=3) == scores.evaluate(factors, factors, seed=3)


def test_constant_factors_and_single_units_are_refused(factors: np.ndarray) -> None:
    with pytest.raises(BadInput, match="constant"):
        scores.mig(factors, np.ones((N, 1)))
    with pytest.raises(BadInput, match="at least two"):
        scores.sap(factors[:, :1], factors)
    with pytest.raises(BadInput, match="one row per track"):
        scores.dci(factors[:-1], factors)
    for pair in ((factors[:, 0], factors), (factors, factors[:, 0])):
        with pytest.raises(BadInput, match="one row per track"):
            scores.mig(*pair)
    broken = factors.copy()
    broken[3, 1] = np.inf
    for pair in ((broken, factors), (factors, broken)):
        with pytest.raises(BadInput, match="not finite"):
            scores.sap(*pair)


def test_one_constant_factor_among_others_is_refused(factors: np.ndarray) -> None:
    with pytest.raises(BadInput, match="constant"):
        scores.mig(factors, np.c_[factors, np.full(N, 3.0)])


def test_units_that_tell_nothing_have_no_certainty(factors: np.ndarray) -> None:
    found = scores.dci(np.ones((N, 3)), factors)
    assert found == {"disentanglement": 0.0, "completeness": 0.0, "informativeness": 0.0}


def test_one_factor_cannot_be_disentangled_but_can_be_complete(factors: np.ndarray) -> None:
    noise = np.random.default_rng(6).standard_normal((N, 1))
    found = scores.dci(np.hstack([factors[:, :1], noise]), factors[:, :1])
    assert found["disentanglement"] == 0.0  # there is nothing to tell it from
    assert found["completeness"] > 0.9


def test_the_scale_of_units_and_factors_does_not_matter(factors: np.ndarray, rotation: np.ndarray) -> None:
    latents = factors @ rotation
    found = scores.evaluate(latents, factors)
    scaled = scores.evaluate(1e3 * latents + 5.0, 1e-2 * factors - 8.0)
    assert scaled == pytest.approx(found, abs=1e-3)  # but for ties that rounding breaks
