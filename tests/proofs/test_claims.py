from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.typing import NDArray
from tests.evaluation.world import World

from reprise.evaluation.uncertainty import Interval
from reprise.proofs import (
    disentanglement,
    factor_response,
    gain_over_pca,
    live_units,
    multimodal_gain,
    paradox,
    smoothness,
)
from reprise.proofs.claim import Claim, Outcome, Unmeasured, decide
from reprise.proofs.evidence import Evidence, Grid, Probe
from reprise.proofs.linear import mfcc_scores, principal_axes, project
from reprise.proofs.registry import claims_of
from reprise.proofs.soft_clustering import ranking

Make = Callable[..., Evidence]


def claim(outcome: Outcome, name: str) -> Claim:
    found = outcome.claims[name]
    assert isinstance(found, Claim)
    return found


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.1, 0.3, "supported"), (-0.3, -0.1, "refuted"), (-0.1, 0.1, "undecided")]
)
def test_one_rule_decides(low: float, high: float, verdict: str) -> None:
    assert decide(Interval((low + high) / 2, low, high), 0.0) == verdict


def test_nothing_is_decided_without_a_measurement() -> None:
    assert Unmeasured("x", "no factors").to_dict()["verdict"] == "undecided"


def test_a_model_the_designs_do_not_know_has_claims_too() -> None:
    assert len(claims_of("my_model")) == 2


def test_dead_units_are_refuted(evidence_of: Make, shared_world: World) -> None:
    values = shared_world.latents(1.0, 10)
    assert claim(live_units.prove(evidence_of("alive", values)), "live_units").verdict == "supported"
    values[:, 3:] = 0.5
    found = claim(live_units.prove(evidence_of("dead", values)), "live_units")
    assert found.verdict == "refuted"
    assert found.figures["live_units"] == 3


def test_true_clusters_beat_pca_and_noise_does_not(evidence_of: Make, shared_world: World) -> None:
    perfect = gain_over_pca.prove(evidence_of("perfect", shared_world.latents(0.05, 4)))
    assert claim(perfect, "gain_separation").verdict == "supported"
    noise = np.random.default_rng(5).standard_normal((96, 4))
    useless = gain_over_pca.prove(evidence_of("useless", noise))
    assert claim(useless, "gain_agreement").verdict == "refuted"


def test_a_class_cannot_be_probed_without_artists_to_keep_apart(
    evidence_of: Make, shared_world: World
) -> None:
    values = shared_world.latents(1.0, 4)
    evidence = evidence_of(
        "cvae", values, "genre of training and validation tracks", params={"mode": "genre"}
    )
    evidence.__dict__["given"] = (values, np.arange(96))
    evidence.__dict__["baseline"] = values
    measured = claim(paradox.prove(evidence), "class_removed").figures
    assert 0.25 <= measured["probe_by_proportional_guess"] < 0.27  # four classes of about equal size
    evidence.__dict__["reference"] = replace(evidence.reference, groups=np.full(96, "one"))
    found = paradox.prove(evidence).claims["class_removed"]
    assert isinstance(found, Unmeasured)
    assert "artists apart" in found.why


def test_lyrics_that_know_the_genre_help_and_their_placebo_does_not(
    evidence_of: Make, shared_world: World
) -> None:
    audio = np.random.default_rng(6).standard_normal((96, 4))
    telling = evidence_of(
        "telling", np.hstack([audio, shared_world.latents(0.3, 4)]), params={"latent_dim": 4}
    )
    found = multimodal_gain.prove(telling)
    assert claim(found, "multimodal_gain").verdict == "supported"
    assert claim(found, "multimodal_words").verdict == "supported"
    silent = evidence_of("silent", np.hstack([shared_world.latents(0.3, 4), audio]), params={"latent_dim": 4})
    assert claim(multimodal_gain.prove(silent), "multimodal_gain").verdict != "supported"


def rendered(evidence: Evidence, turn: NDArray[np.float64] | None = None) -> Evidence:
    """Give the evidence tracks of known, independent factors, as a model embeds them that shows (or turns) the factors."""
    generator = np.random.default_rng(11)
    factors = generator.uniform(size=(120, 3))
    turn = np.eye(3) if turn is None else turn
    names = ["bright", "fast", "loud"]
    levels = np.linspace(0, 1, 5)
    rows, places = [], []
    for number, name in enumerate(names):
        for base in range(2):
            for level, value in enumerate(levels):
                rows.append(np.where(np.arange(3) == number, value, 0.5))
                places.append({"factor": name, "base": base, "level": level})
    evidence.__dict__["probe"] = Probe((factors - 0.5) @ turn, pd.DataFrame(factors, columns=names))
    evidence.__dict__["grid"] = Grid((np.array(rows) - 0.5) @ turn, pd.DataFrame(places))
    return evidence


TURN = np.array([[2.0, -2.0, 1.0], [1.0, 2.0, 2.0], [2.0, 1.0, -2.0]]) / 3.0


def test_factors_as_latents_are_disentangled_and_their_rotation_is_not(evidence_of: Make) -> None:
    values = np.random.default_rng(12).uniform(size=(96, 3))
    found = disentanglement.prove(rendered(evidence_of("perfect", values)))
    assert claim(found, "disentanglement").verdict == claim(found, "axis_alignment").verdict == "supported"
    trapped = disentanglement.prove(rendered(evidence_of("trapped", values), TURN))
    assert claim(trapped, "disentanglement").verdict == "refuted"
    assert claim(trapped, "axis_alignment").verdict != "supported"


def test_a_factor_that_moves_its_own_unit_responds_and_a_rotation_does_not(evidence_of: Make) -> None:
    values = np.random.default_rng(12).uniform(size=(96, 3))
    found = claim(factor_response.prove(rendered(evidence_of("perfect", values))), "factor_response")
    assert found.verdict == "supported"
    assert found.figures["concentration"] == pytest.approx(1.0)
    assert found.figures["monotone"] == pytest.approx(1.0)
    turned = claim(factor_response.prove(rendered(evidence_of("trapped", values), TURN)), "factor_response")
    assert turned.verdict != "supported"


def test_without_rendered_tracks_the_claims_on_factors_are_unmeasured(evidence_of: Make) -> None:
    evidence = evidence_of("any", np.random.default_rng(12).uniform(size=(96, 3)))
    evidence.__dict__["probe"] = evidence.__dict__["grid"] = None
    outcome = {**disentanglement.prove(evidence).claims, **factor_response.prove(evidence).claims}
    assert {type(found) for found in outcome.values()} == {Unmeasured}


def test_a_straight_walk_is_even_and_direct_and_a_jump_is_not() -> None:
    line = torch.linspace(0, 1, 9)[:, None, None].repeat(1, 2, 3)
    assert smoothness._evenness(line) == pytest.approx(1.0, abs=1e-5)
    assert smoothness._directness(line) == pytest.approx(1.0, abs=1e-5)
    jump = (torch.arange(9) > 4).float()[:, None, None].repeat(1, 2, 3)
    assert smoothness._evenness(jump) == pytest.approx(1 / 8)


def test_ranking_equals_the_area_under_the_curve() -> None:
    from sklearn.metrics import roc_auc_score

    generator = np.random.default_rng(7)
    right = generator.uniform(size=60) < 0.4
    scores = np.round(generator.uniform(size=60) + 0.3 * right, 1).astype(np.float64)
    assert ranking(scores, right) == pytest.approx(roc_auc_score(right, scores))
    assert ranking(scores, np.ones(60, dtype=bool)) == 0.5


@pytest.mark.parametrize("shape", [(20, 50), (50, 20)])
def test_principal_axes_equal_scikit_learn(shape: tuple[int, int]) -> None:
    from sklearn.decomposition import PCA

    rows: NDArray[Any] = np.random.default_rng(8).standard_normal(shape) * np.arange(1, shape[1] + 1)
    oracle = PCA(5, svd_solver="full").fit(rows)
    center, axes = principal_axes(rows, 5)
    assert np.abs(np.sum(axes * oracle.components_, axis=1)) == pytest.approx(np.ones(5), abs=1e-4)
    assert np.abs(project(rows, center, axes)) == pytest.approx(
        np.abs(oracle.transform(rows)), rel=1e-3, abs=1e-2
    )


def test_the_baseline_is_fitted_on_training_tracks_only() -> None:
    mfcc = np.random.default_rng(9).standard_normal((12, 3, 5))
    changed = mfcc.copy()
    changed[11] *= 100.0
    train = np.arange(8)
    assert np.array_equal(mfcc_scores(mfcc, train, 3)[:11], mfcc_scores(changed, train, 3)[:11])
