"""MIG, SAP and DCI beside a second implementation, written from the papers with other tools."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mutual_info_score, r2_score

from reprise.evaluation import disentanglement as scores

SEEDS = st.integers(0, 2**31)


def world(seed: int, n: int = 200, mixed: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    factors = generator.uniform(size=(n, 3))
    latents = factors @ (np.eye(3, 5) + mixed * generator.standard_normal((3, 5)))
    return latents + 0.1 * generator.standard_normal(latents.shape), factors


def mig(latents: np.ndarray, factors: np.ndarray) -> float:
    codes = [pd.qcut(column, 20, labels=False) for column in latents.T]
    gaps = []
    for column in factors.T:
        factor = pd.qcut(column, 10, labels=False)
        best, second = sorted((mutual_info_score(code, factor) for code in codes), reverse=True)[:2]
        gaps.append((best - second) / entropy(np.bincount(factor)))
    return float(np.mean(gaps))


def sap(latents: np.ndarray, factors: np.ndarray) -> float:
    gaps = []
    for factor in factors.T:
        fits = [
            LinearRegression().fit(latents[:, [i]], factor).score(latents[:, [i]], factor) for i in range(5)
        ]
        best, second = sorted(fits, reverse=True)[:2]
        gaps.append(best - second)
    return float(np.mean(gaps))


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_mig_and_sap_equal_the_second_implementation(seed: int) -> None:
    latents, factors = world(seed)
    assert scores.mig(latents, factors) == pytest.approx(mig(latents, factors), abs=0.02)  # ties of bin edges
    assert scores.sap(latents, factors) == pytest.approx(sap(latents, factors), abs=1e-9)


def test_dci_equals_the_second_implementation() -> None:
    """Other splits and more trees than ours, so the estimates agree, not the digits."""
    latents, factors = world(1, n=600)
    fit, held = np.arange(450), np.arange(450, 600)
    importance, explained = [], []
    for factor in factors.T:
        model = ExtraTreesRegressor(120, max_features=1.0, min_samples_leaf=3, random_state=9)
        model.fit(latents[fit], factor[fit])
        importance.append(model.feature_importances_)
        explained.append(r2_score(factor[held], model.predict(latents[held])))
    matrix = np.array(importance)  # factors by dimensions
    share = matrix.sum(0) / matrix.sum()
    disentanglement = np.average(1 - entropy(matrix, axis=0) / np.log(3), weights=share)
    completeness = np.average(1 - entropy(matrix, axis=1) / np.log(5), weights=matrix.sum(1) / matrix.sum())
    found = scores.dci(latents, factors)
    assert found["disentanglement"] == pytest.approx(disentanglement, abs=0.06)
    assert found["completeness"] == pytest.approx(completeness, abs=0.06)
    assert found["informativeness"] == pytest.approx(np.mean(explained), abs=0.06)
