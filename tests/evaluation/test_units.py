"""Live units and effective dimensions of latents whose deviations are known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from reprise.evaluation.units import effective_dimensions, live_share, threshold


def swinging(*deviations: float) -> np.ndarray:
    """Return units that swing about 7 by exactly these standard deviations, each uncorrelated with the others."""
    signs = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])[:, : len(deviations)]
    units: np.ndarray = 7.0 + signs * np.array(deviations)
    return units


def test_a_unit_lives_above_a_twentieth_of_the_liveliest() -> None:
    assert threshold(swinging(2.0, 1.0)) == pytest.approx(0.1)
    assert live_share(swinging(1.0, 0.04, 0.06)) == pytest.approx(2 / 3)
    assert live_share(swinging(4.0, 0.25, 0.1)) == pytest.approx(2 / 3)


def test_rounding_noise_is_no_life() -> None:
    assert live_share(swinging(1e-11, 1e-12) - 7.0) == 0.0
    assert live_share(swinging(1e-7, 1e-8) - 7.0) == 1.0


def test_effective_dimensions_follow_the_variances() -> None:
    assert effective_dimensions(swinging(2.0, 1.0)) == pytest.approx(25 / 17)  # (4 + 1)² / (16 + 1)
    assert effective_dimensions(swinging(3.0, 3.0, 3.0)) == pytest.approx(3.0)
    assert effective_dimensions(swinging(0.5)) == pytest.approx(1.0)  # whatever the sum of variances


def test_constant_latents_have_no_dimension() -> None:
    assert effective_dimensions(np.full((5, 3), 2.0)) == 0.0
