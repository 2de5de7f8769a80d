from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import f_classif

from reprise.relabel.clustering import Floats, fit_kmeans
from reprise.relabel.coherence import between_over_within, bootstrap_stability, compare_coherence, main_tags
from reprise.relabel.mixture import bic, principal_scores

IDS = np.array([f"t{number:03d}" for number in range(90)])


def groups(spread: float = 6.0, seed: int = 0) -> tuple[Floats, np.ndarray]:
    generator = np.random.default_rng(seed)
    kind = np.arange(90) % 3
    return spread * np.eye(3, 5)[kind] + generator.normal(size=(90, 5)), kind


def tagged(kind: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"track_id": IDS, "tag": np.array(["mood---calm", "dark", "loud"])[kind]})


def compare(values: Floats, tags: pd.DataFrame) -> tuple[dict[str, object], pd.DataFrame]:
    return compare_coherence(values, IDS, tags, 3, [f"d{column}" for column in range(5)], seed=0)


def test_the_main_tag_is_the_most_frequent_of_a_track() -> None:
    tags = pd.DataFrame(
        {"track_id": ["a", "a", "b", "c", "c", "d"], "tag": ["x", "y", "y", "y", "z", "a tie"]}
    )
    assert main_tags(tags, np.array(["a", "b", "c", "d", "e"]), k=2).tolist() == [0, 0, 0, 1, -1]


def test_f_agrees_with_scikit_learn_and_constant_descriptors_have_none() -> None:
    values, kind = groups()
    values[:, 4] = 1.0
    halves = np.arange(90) // 45
    found = between_over_within(values, kind, halves)
    expected = [f_classif(values[halves == half, :4], kind[halves == half])[0] for half in (0, 1)]
    np.testing.assert_allclose(found[:4], np.mean(expected, axis=0))
    assert found[4] == 0.0


def test_tags_that_sound_alike_are_as_coherent_as_acoustic_labels() -> None:
    values, kind = groups()
    metrics, table = compare(values, tagged(kind))
    for side in ("acoustic_labels", "original_tags"):
        assert metrics[side]["silhouette"]["low"] > 0.4  # type: ignore[index]
        assert metrics[side]["stability"]["value"] == pytest.approx(1.0)  # type: ignore[index]
    assert metrics["silhouette_gain"]["value"] == pytest.approx(0.0, abs=1e-9)  # type: ignore[index]
    assert (table["f_acoustic"][:3] > 20).all()


def test_tags_without_sound_are_less_coherent_and_noise_gives_no_gain_from_being_fitted() -> None:
    values, kind = groups()
    shuffled = np.random.default_rng(1).permutation(kind)
    metrics, table = compare(values, tagged(shuffled))
    assert metrics["silhouette_gain"]["low"] > 0.3  # type: ignore[index]
    assert (table["f_acoustic"] > table["f_tags"])[:3].all()
    noise, _ = compare(groups(spread=0.0)[0], tagged(shuffled))
    assert noise["acoustic_labels"]["stability"]["value"] < 0.6  # type: ignore[index]
    assert noise["acoustic_labels"]["silhouette"]["value"] < 0.2  # type: ignore[index]


def test_without_tags_there_is_nothing_to_compare_with() -> None:
    metrics, table = compare(groups()[0], tagged(groups()[1]).iloc[:0])
    assert metrics == {
        "available": False,
        "why": "0 tracks whose tags may be looked at have a frequent tag, of 0 tag(s); 20 tracks and 2 tags are needed",
    }
    assert table.empty


def test_stability_of_clusters_and_of_noise() -> None:
    def stability(values: Floats) -> float:
        return bootstrap_stability(values, lambda rows, seed: fit_kmeans(values[rows], 3, seed).centres, 0)[
            "value"
        ]

    assert stability(groups()[0]) == pytest.approx(1.0)
    assert stability(groups(spread=0.0)[0]) < 0.6


def test_bic_finds_the_number_of_planted_gaussians() -> None:
    values, _ = groups()
    scores = principal_scores(values)
    found = {k: bic(scores, k, seed=0) for k in range(1, 7)}
    assert min(found, key=lambda k: found[k]) == 3
    assert bic(scores, 3, seed=0) == found[3]
