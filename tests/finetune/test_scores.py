from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from reprise.finetune.calibration import calibration_error, judge_calibration
from reprise.finetune.contrastive import nt_xent, retrieval_accuracy
from reprise.finetune.intervals import bootstrap, mean_with_interval
from reprise.finetune.judging import judge, macro_f1, paired_difference
from reprise.finetune.report import verdict, within_points
from reprise.finetune.tags import average_precision, difference_in_roc_auc, judge_tags, roc_auc, tag_targets


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_tag_measures_agree_with_scikit_learn(seed: int, tied: bool) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 2, size=(12, 1)).astype(np.float32)
    truth[:2, 0] = [0, 1]
    scores = generator.normal(size=(12, 1)).astype(np.float32).round(0 if tied else 6)
    assert roc_auc(truth, scores)[0] == pytest.approx(roc_auc_score(truth[:, 0], scores[:, 0]))
    assert average_precision(truth, scores)[0] == pytest.approx(
        average_precision_score(truth[:, 0], scores[:, 0])
    )


def test_a_tag_of_one_class_is_not_judged() -> None:
    truth = np.array([[1, 1], [0, 1], [1, 1], [0, 1]], dtype=np.float32)
    judged = judge_tags(truth, truth.copy(), seed=0)
    assert (judged["tags"], judged["roc_auc"]["value"], judged["pr_auc"]["chance"]) == (1, 1.0, 0.5)
    assert judge_tags(truth[:, 1:], truth[:, 1:], seed=0)["available"] is False


def test_rare_tags_and_unannotated_tracks_are_left_out() -> None:
    ids = pd.Series([f"t{number}" for number in range(8)])
    rows = (
        [(f"t{number}", "calm") for number in (0, 1, 2)]
        + [(f"t{number}", "loud") for number in (3, 4)]
        + [("t5", "rare"), ("t6", "late")]
    )
    targets = tag_targets(ids, pd.DataFrame(rows, columns=["track_id", "tag"]), np.arange(8) < 6, 2)
    assert targets.names == ["calm", "loud"]
    assert targets.annotated.tolist() == [True] * 7 + [False]
    assert targets.values.sum(axis=0).tolist() == [3, 2]


def test_no_tags_at_all() -> None:
    targets = tag_targets(
        pd.Series(["a", "b"]), pd.DataFrame({"track_id": [], "tag": []}), np.array([True, True]), 1
    )
    assert not targets.names
    assert targets.values.shape == (2, 0)
    assert not targets.annotated.any()


def test_macro_f1_agrees_with_scikit_learn() -> None:
    truth, predicted = np.random.default_rng(0).integers(0, 4, size=(2, 60))
    assert macro_f1(truth, predicted) == pytest.approx(f1_score(truth, predicted, average="macro"))


def test_perfect_and_useless_predictions() -> None:
    truth = np.repeat(np.arange(4), 25)
    groups = np.arange(100).astype(np.str_)
    perfect, useless = judge(truth, truth, groups, 0), judge(truth, np.zeros(100, dtype=np.int64), groups, 0)
    assert (perfect["accuracy"]["value"], perfect["accuracy"]["low"]) == (1.0, 1.0)
    assert perfect["accuracy"]["chance"] == pytest.approx(0.25, abs=0.02)
    assert useless["accuracy"]["value"] == useless["majority"] == 0.25


def test_a_prediction_does_not_differ_from_itself() -> None:
    truth, one = np.random.default_rng(0).integers(0, 3, size=(2, 30))
    assert paired_difference(truth, one, one, np.arange(30).astype(np.str_), 0) == {
        "value": 0.0,
        "low": 0.0,
        "high": 0.0,
    }


def test_rows_of_one_group_are_drawn_together() -> None:
    seen: list[np.ndarray] = []

    def record(rows: np.ndarray) -> float:
        seen.append(np.bincount(rows, minlength=6))
        return 0.0

    bootstrap(record, ["a", "a", "a", "b", "b", "c"], seed=0)
    counts = np.array(seen)
    assert (counts[:, 0] == counts[:, 1]).all()
    assert (counts[:, 3] == counts[:, 4]).all()
    assert (counts[:, 0] != counts[:, 3]).any()


def test_interval_of_a_mean_agrees_with_its_standard_error() -> None:
    values = np.random.default_rng(0).normal(size=400)
    interval = mean_with_interval(values, np.arange(400), seed=0)
    assert interval["high"] - interval["low"] == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_nt_xent_of_orthogonal_pairs_in_closed_form() -> None:
    views = torch.eye(3)
    expected = -1 / 0.5 + np.log(
        np.exp(1 / 0.5) + 4
    )  # one positive of similarity 1, four negatives of similarity 0
    assert float(nt_xent(views, 5 * views, 0.5)) == pytest.approx(expected, rel=1e-6)


def test_retrieval_of_permuted_views_fails() -> None:
    views = torch.eye(4)
    assert retrieval_accuracy(views, views).all()
    assert not retrieval_accuracy(views, views.roll(1, 0)).any()


def test_calibration_error_in_closed_form() -> None:
    confidence = np.array([0.95, 0.95, 0.95, 0.95, 0.55, 0.55])
    right = np.array([1.0, 1.0, 1.0, 0.0, 1.0, 0.0])
    expected = (4 * abs(0.75 - 0.95) + 2 * abs(0.5 - 0.55)) / 6
    assert calibration_error(confidence, right) == pytest.approx(expected)
    assert calibration_error(np.ones(5), np.ones(5)) == 0.0


def test_a_calibrated_model_shows_what_is_expected_of_one_and_a_sure_one_does_not() -> None:
    generator = np.random.default_rng(0)
    first = generator.uniform(0.5, 1.0, size=300)
    chances = np.column_stack([first, 1 - first]).astype(np.float32)
    truth = (generator.random(300) > first).astype(np.int64)
    groups = np.arange(300).astype(np.str_)
    honest = judge_calibration(truth, chances, groups, 0)
    assert honest["value"] < 2 * honest["if_calibrated"]
    sure = judge_calibration(truth, np.array([[0.999, 0.001]] * 300, np.float32), groups, 0)
    assert sure["low"] > 0.1 > 10 * sure["if_calibrated"]


def test_difference_in_roc_auc_is_that_of_the_two_areas() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, size=(60, 3)).astype(np.float32)
    good, noise = (
        truth + generator.normal(0, 0.4, truth.shape).astype(np.float32),
        generator.normal(size=truth.shape).astype(np.float32),
    )
    gain = difference_in_roc_auc(truth, good, noise, 0)
    assert gain["value"] == pytest.approx(roc_auc(truth, good).mean() - roc_auc(truth, noise).mean())
    assert gain["low"] > 0.2
    assert difference_in_roc_auc(truth, good, good, 0) == {"value": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.01, 0.1, "better"), (-0.1, -0.01, "worse"), (-0.1, 0.1, "not better")]
)
def test_the_verdict_hangs_on_the_interval(low: float, high: float, said: str) -> None:
    assert verdict({"value": 0.0, "low": low, "high": high}).startswith(f"{said} on the original tags")


@pytest.mark.parametrize(
    ("low", "high", "said"), [(-0.02, 0.1, "yes"), (-0.2, -0.03, "no"), (-0.1, 0.1, "undecided")]
)
def test_two_points_hang_on_the_interval(low: float, high: float, said: str) -> None:
    assert within_points({"value": 0.0, "low": low, "high": high}) == said
