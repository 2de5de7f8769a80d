"""Reported numbers against the same numbers from other definitions, on tables of a few rows."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import (
    accuracy_score,
    adjusted_mutual_info_score,
    adjusted_rand_score,
    f1_score,
    normalized_mutual_info_score,
    silhouette_score,
)

from reprise.audit.finding import Finding
from reprise.audit.labelling import Labelling
from reprise.audit.recompute import clusterings as clusterings_module
from reprise.audit.recompute import comparison as comparison_module
from reprise.audit.recompute.acoustic import finetuning, lookup, relabelling, standardised_by
from reprise.audit.recompute.clusterings import (
    Declared,
    as_declared,
    evaluation,
    every_track,
    runs_of,
    separation,
)
from reprise.audit.recompute.comparison import comparison
from reprise.audit.recompute.judged import SongPredictions, mood, regression

TRACKS = np.array(list("abcdefgh"))
GENRES = np.array(["rock", "rock", "rock", "jazz", "jazz", "jazz", "pop", "pop"])
LABELS = Labelling.build("genre", TRACKS, GENRES, TRACKS)
FIRST, SECOND = np.array([0, 0, 1, 1, 1, 1, 2, 2]), np.array([0, 0, 0, 1, 1, 2, 2, 2])
RUNS = {
    "kmeans": {
        0: dict(zip(TRACKS.tolist(), FIRST.tolist(), strict=True)),
        1: dict(zip(TRACKS.tolist(), SECOND.tolist(), strict=True)),
    },
    "agglomerative": {0: dict(zip(TRACKS.tolist(), FIRST.tolist(), strict=True))},
}
SCOPES = {"all": TRACKS, "test": TRACKS[[0, 2, 3, 5, 7]]}
MEASURES = {
    "ami": adjusted_mutual_info_score,
    "ari": adjusted_rand_score,
    "nmi": normalized_mutual_info_score,
}


def leaks(findings: list[Finding]) -> list[str]:
    return [finding.subject for finding in findings if finding.severity == "leak"]


def value(number: float, **more: Any) -> dict[str, Any]:
    return {"value": float(number), **more}


def mean(metric: str, rows: list[int], *runs: np.ndarray) -> float:
    return float(np.mean([MEASURES[metric](GENRES[rows], run[rows]) for run in runs]))


def test_assignments_are_read_by_method_and_seed() -> None:
    table = pd.DataFrame(
        {
            "method": ["m", "m", "m", "o"],
            "seed": [3, 4, 3, 3],
            "track_id": list("abba"),
            "cluster": [0, 1, 2, 5],
        }
    )
    assert runs_of(table) == {"m": {3: {"a": 0, "b": 2}, 4: {"b": 1}}, "o": {3: {"a": 5}}}


def test_a_clustering_holds_every_track_once() -> None:
    rows = pd.DataFrame({"method": "m", "seed": 0, "track_id": list("abc"), "cluster": [0, 1, 1]})
    right = every_track("cluster", rows, np.array(list("cab")))
    assert (right.severity, right.count, right.statistic) == ("ok", 0, 0.0)
    strange = rows.assign(seed=1, track_id=list("abx"))
    twice = pd.concat([rows.assign(seed=2), rows.head(1).assign(seed=2)])
    fewer = rows.head(2).assign(seed=3)
    found = every_track("cluster", pd.concat([rows, strange, twice, fewer]), np.array(list("abc")))
    assert (found.severity, found.count, found.statistic) == ("leak", 3, 3.0)
    assert "3 clusterings do not hold each of 3 tracks once (m/1: 3, m/2: 4, m/3: 2)" in found.evidence


@pytest.mark.parametrize(
    ("runs", "wrong"),
    [
        ({"kmeans": {5: "ab", 6: "ab"}}, 0), ({"kmeans": {5: "ab"}}, 0), ({"kmeans": {6: "ab"}}, 1), ({"kmeans": {5: "ab", 6: "ab", 7: "ab"}}, 1),
        ({"kmeans": {5: "aa"}}, 1), ({"kmeans": {5: "abc"}}, 1), ({"own": {5: "abc"}}, 0), ({"ward": {5: "aa"}}, 0), ({"ward": {5: "abc"}}, 1),
        ({"chance": {5: "ab"}}, 1), ({"chance": {7: "abc"}, "kmeans": {5: "abc"}}, 4),
    ],
)  # fmt: skip
def test_runs_are_the_declared_ones(runs: dict[str, dict[int, str]], wrong: int) -> None:
    given = {
        method: {seed: {str(n): ord(c) for n, c in enumerate(clusters)} for seed, clusters in by_seed.items()}
        for method, by_seed in runs.items()
    }
    found = as_declared("cluster", given, Declared(2, 5, 2, ("kmeans", "own", "ward")))
    assert (found.count, found.statistic, found.severity) == (wrong, float(wrong), "leak" if wrong else "ok")
    assert f"{wrong} of {sum(map(len, given.values()))} runs" in found.evidence
    assert ("kmeans" in found.evidence or "ward" in found.evidence or "chance" in found.evidence) == bool(
        wrong
    )


def evaluated() -> dict[str, Any]:
    """Honest scores of the eight tracks."""
    rows = {"all": list(range(8)), "test": [0, 2, 3, 5, 7]}
    runs = {"kmeans": (FIRST, SECOND), "agglomerative": (FIRST,)}
    against = {
        scope: {
            method: {name: value(mean(name, chosen, *found)) for name in ("ami", "ari", "nmi")}
            for method, found in runs.items()
        }
        for scope, chosen in rows.items()
    }
    headline = {
        "attribute": "genre", "method": "kmeans", "scope": "all", "labels_used": "none",
        "ami": against["all"]["kmeans"]["ami"] | {"n": 8}, "ari": against["all"]["kmeans"]["ari"],
    }  # fmt: skip
    return {"against": {"genre": against}, "headline": headline}


def test_agreement_is_computed_again_for_each_scope_and_method() -> None:
    found = list(evaluation(evaluated(), RUNS, LABELS, SCOPES))
    assert (leaks(found), len(found)) == ([], 2 * 2 * 2 + 2 + 1 + 1)
    runs = {finding.subject: finding.count for finding in found if finding.check == "scores.evaluate"}
    assert runs["AMI of kmeans on test tracks by genre"] == 2
    for scope in ("all", "test"):
        for metric in ("ami", "ari"):
            other = evaluated()
            other["against"]["genre"][scope]["kmeans"][metric]["value"] += 0.001
            subjects = set(leaks(list(evaluation(other, RUNS, LABELS, SCOPES))))
            assert f"{metric.upper()} of kmeans on {scope} tracks by genre" in subjects
    unknown = list(evaluation(evaluated(), {"kmeans": RUNS["kmeans"]}, LABELS, SCOPES))
    assert sorted(leaks(unknown)) == [
        f"{metric} of agglomerative on {scope} tracks by genre" for metric in ("AMI", "ARI") for scope in ("all", "test")
    ]  # fmt: skip


def test_the_headline_is_the_usual_method_on_fair_tracks() -> None:
    def said(**changes: Any) -> list[Finding]:
        report = evaluated()
        report["headline"] |= changes
        return [one for one in evaluation(report, RUNS, LABELS, SCOPES) if "headline" in one.subject]

    honest = {one.check: one for one in said()}
    assert (honest["scores.headline"].statistic, honest["scores.headline"].count) == (0.0, 8)
    assert [one.check for one in said(labels_used="genre") if one.severity == "leak"] == ["scores.headline"]
    test = {name: value(mean(name, [0, 2, 3, 5, 7], FIRST, SECOND), n=5) for name in ("ami", "ari")}
    assert leaks(said(scope="test", labels_used="genre", **test)) == []
    unfair = [one for one in said(scope="test", **test) if one.severity == "leak"]
    assert [(one.check, one.statistic, one.count) for one in unfair] == [("scores.headline", 1.0, 5)]
    other = {name: value(mean(name, list(range(8)), FIRST), n=8) for name in ("ami", "ari")}
    assert [one.check for one in said(method="agglomerative", **other) if one.severity == "leak"] == [
        "scores.headline"
    ]
    fewer = value(mean("ami", list(range(8)), FIRST, SECOND), n=6)
    assert [(one.check, one.count) for one in said(ami=fewer) if one.severity == "leak"] == [
        ("scores.rows", 2)
    ]
    assert said(attribute="language") == []
    assert said(available=False) == []


def test_a_method_beside_kmeans_is_usual_only_where_there_is_no_kmeans() -> None:
    report = evaluated()
    rows = {name: value(mean(name, list(range(8)), FIRST), n=8) for name in ("ami", "ari")}
    report["headline"] |= {"method": "agglomerative", **rows}
    report["against"] = {}
    assert leaks(list(evaluation(report, {"agglomerative": RUNS["agglomerative"]}, LABELS, SCOPES))) == []


def test_silhouettes_are_means_over_the_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=(8, 2))
    again = np.mean([silhouette_score(values, run) for run in (FIRST, SECOND)])
    report: dict[str, Any] = {"methods": {"kmeans": {"silhouette": value(again)}}}
    [found] = separation(report, RUNS, TRACKS, values)
    assert (found.severity, found.count) == ("ok", 2)
    report["methods"]["kmeans"]["silhouette"]["value"] += 0.001
    assert leaks(list(separation(report, RUNS, TRACKS, values))) == ["silhouette of kmeans"]
    report["methods"]["agglomerative"] = {"silhouette": value(0)}
    one = {"agglomerative": {0: dict.fromkeys(TRACKS.tolist(), 0)}}  # of which there is no silhouette
    assert list(separation(report, one, TRACKS, values)) == []
    monkeypatch.setattr(clusterings_module, "SCORED_UP_TO", 8)
    assert len(list(separation(report, RUNS, TRACKS, values))) == 2
    monkeypatch.setattr(clusterings_module, "SCORED_UP_TO", 7)
    assert list(separation(report, RUNS, TRACKS, values)) == []


def test_tracks_that_a_run_left_out_are_a_cluster_of_their_own() -> None:
    """The last two of eight are in no cluster: they are scored as one more, not as the second's."""
    left = {"kmeans": {0: {track: number for track, number in RUNS["kmeans"][0].items() if track < "g"}}}
    clusters = np.array([0, 0, 1, 1, 1, 1, -1, -1])
    values = np.random.default_rng(0).normal(size=(8, 2))
    report = {"methods": {"kmeans": {"silhouette": value(silhouette_score(values, clusters))}}}
    assert [one.severity for one in separation(report, left, TRACKS, values)] == ["ok"]
    scores = {name: value(mean(name, list(range(8)), clusters)) for name in ("ami", "ari")}
    found = list(evaluation({"against": {"genre": {"all": {"kmeans": scores}}}}, left, LABELS, SCOPES))
    assert [one.severity for one in found] == ["ok", "ok"]


def test_two_clusters_have_a_silhouette() -> None:
    values, clusters = np.arange(8.0)[:, None], np.repeat([0, 1], 4)
    runs = {"kmeans": {0: dict(zip(TRACKS.tolist(), clusters.tolist(), strict=True))}}
    report = {"methods": {"kmeans": {"silhouette": value(silhouette_score(values, clusters))}}}
    assert [one.severity for one in separation(report, runs, TRACKS, values)] == ["ok"]


def compared() -> dict[str, Any]:
    """Honest comparison: three clusters far apart, so that every seed finds them."""
    rows, part = list(range(8)), [0, 2, 3, 5, 7]
    scores: dict[str, Any] = {name: value(mean(name, rows, FIRST)) for name in MEASURES}
    scores["ami"]["n"] = 8
    scores["test"] = {name: value(mean(name, part, FIRST)) for name in MEASURES}
    return {"k": 3, "models": {"pca": {"fair_scope": "all", "genre": scores}}}


def test_a_comparison_is_clustered_again_with_every_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    values = 10.0 * np.eye(3)[FIRST] + 0.1 * np.random.default_rng(0).normal(size=(8, 3))
    entrants = {"pca": (TRACKS, values), "absent": (TRACKS, values)}

    def found(report: dict[str, Any]) -> list[Finding]:
        return list(comparison(report, entrants, (LABELS,), SCOPES["test"], range(2)))

    assert (leaks(found(compared())), len(found(compared()))) == ([], 1 + 3 + 3)
    assert {one.count for one in found(compared()) if one.check == "scores.compare"} == {2}
    for path in (("ami",), ("nmi",), ("test", "ari")):
        report = compared()
        entry = report["models"]["pca"]["genre"]
        for step in path:
            entry = entry[step]
        entry["value"] += 0.001
        [wrong] = leaks(found(report))
        assert ("test tracks" in wrong) == (path[0] == "test")
    fair = compared()
    fair["models"]["pca"] |= {"fair_scope": "test"}
    fair["models"]["pca"]["genre"] |= fair["models"]["pca"]["genre"]["test"]
    fair["models"]["pca"]["genre"]["ami"] |= {"n": 5}
    assert leaks(found(fair)) == []
    fair["models"]["pca"]["genre"]["ami"] = fair["models"]["pca"]["genre"]["ami"] | {"n": 8}
    assert {one.check for one in found(fair) if one.severity == "leak"} == {"scores.rows"}
    for gone in ({"available": False}, {"nmi": value(1)}):
        report = compared()
        report["models"]["pca"]["genre"] = gone
        assert found(report) == []
    monkeypatch.setattr(comparison_module, "MOST_TRACKS", 8)
    assert len(found(compared())) == 7
    monkeypatch.setattr(comparison_module, "MOST_TRACKS", 7)
    assert found(compared()) == []


def test_columns_are_standardised_by_the_training_rows() -> None:
    values = np.array([[0.0, 5.0, 1.0], [6.0, 5.0, 1.5], [9.0, 6.0, 0.0]])
    expected = [[-1, 0, -1], [1, 0, 1], [2, 1, -5]]
    np.testing.assert_allclose(standardised_by(values, np.array([True, True, False])), expected)


def test_acoustic_clusters_are_scored_in_each_part() -> None:
    generator = np.random.default_rng(0)
    ids, values = np.array([f"{n:02d}" for n in range(24)]), generator.normal(size=(24, 2))
    part = np.repeat(["train", "validation", "test"], 8)
    number = np.tile([0, 1, 1, 0], 6)
    clusters = pd.DataFrame({"track_id": ids, "split": part, "cluster": number, "label": ["x"] * 23 + [""]})
    parts = dict(zip(ids.tolist(), part.tolist(), strict=True))
    silhouette = {
        name: value(silhouette_score(values[part == name], number[part == name]))
        for name in ("train", "validation", "test")
    }
    report: dict[str, Any] = {"silhouette": silhouette, "tracks": {"labelled": 23}}
    found = list(relabelling(report, clusters, values, parts))
    assert (leaks(found), len(found)) == ([], 5)
    report["tracks"]["labelled"] = 24
    report["silhouette"]["test"]["value"] += 0.001
    del report["silhouette"]["validation"]
    assert leaks(list(relabelling(report, clusters, values, parts))) == [
        "silhouette of acoustic clusters of test tracks", "acoustic labels",
    ]  # fmt: skip
    moved = parts | {"00": "test", "23": "train"}
    [first, *_] = relabelling(report, clusters, values, moved)
    assert (first.subject, first.severity, first.count) == ("parts of acoustic clusters", "leak", 2)
    assert first.evidence == "22 tracks in their part reported, 24 by the split"


def test_taught_methods_are_scored_on_all_labelled_test_tracks() -> None:
    parts = dict.fromkeys("abcdef", "test") | {"g": "train", "h": "test"}
    labels = dict(zip("abcdefg", ["x", "x", "y", "y", "y", "z", "x"], strict=True))
    said = dict(zip("abcde", ["x", "y", "y", "y", "w"], strict=True))  # nothing is said of f
    truth, guess = ["x", "x", "y", "y", "y", "z"], ["x", "y", "y", "y", "w", ""]
    macro = f1_score(truth, guess, labels=["x", "y", "z"], average="macro", zero_division=0)
    lora = {"accuracy": value(accuracy_score(truth, guess)), "macro_f1": value(macro)}
    report: dict[str, Any] = {
        "tracks": {"test": 6},
        "methods": {"lora": lora, "head": {"accuracy": value(0.5)}},
    }
    found = list(finetuning(report, labels, said, parts))
    assert (leaks(found), len(found)) == ([], 1 + 2 + 2)
    assert {one.count for one in found if one.check == "scores.granularity"} == {6}
    other = copy.deepcopy(report)
    other["methods"]["head"]["accuracy"]["value"] = 0.6
    other["methods"]["lora"]["macro_f1"]["value"] += 0.01
    other["tracks"]["test"] = 7
    assert leaks(list(finetuning(other, labels, said, parts))) == [
        "finetuned methods", "accuracy of head", "macro_f1 of lora",
    ]  # fmt: skip
    assert list(finetuning({"available": False}, labels, said, parts)) == []


def looked_up() -> tuple[dict[str, Any], pd.DataFrame, np.ndarray]:
    """Five points on a line; the artist of a, b, d has three tracks, that of c one, and e has none."""
    table = pd.DataFrame(
        {
            "track_id": ["a", "c", "d"],
            "neighbours": [["b", "c"], ["b", "d"], ["e", "c"]],
            "prob_x": [1.0, 0.5, 0.25],
            "prob_y": [0.0, 0.5, 0.75],
        }
    )
    entropy = (np.log(2) - 0.25 * np.log(0.25) - 0.75 * np.log(0.75)) / 3
    recall = value(0.25, queries=2)  # a: b of {b, d} among the two nearest; d: none of {a, b}; c is not asked
    return (
        {"mean_entropy": entropy, "neighbours": {"same_artist_recall": recall}},
        table,
        np.arange(5.0)[:, None],
    )


def test_the_lookup_table_is_counted_and_its_neighbours_are_the_nearest() -> None:
    report, table, values = looked_up()
    artists = dict.fromkeys("abd", "one") | {"c": "two"}
    parts = dict.fromkeys("acd", "test") | dict.fromkeys("be", "train")
    latents = (np.array(list("abcde")), values)
    found = list(lookup(report, table, latents, artists, parts))
    assert (leaks(found), len(found)) == ([], 5)
    assert next(one for one in found if one.check == "scores.rows").count == 0
    worse = copy.deepcopy(report)
    worse["mean_entropy"] += 0.01
    worse["neighbours"]["same_artist_recall"] = value(0.5, queries=3)
    assert leaks(list(lookup(worse, table, latents, artists, parts))) == [
        "mean entropy of the lookup table", "queries with another track by their artist", "same-artist recall of the lookup table",
    ]  # fmt: skip
    assert leaks(list(lookup(report, table, latents, artists, parts | {"c": "train"}))) == ["lookup table"]
    swapped = parts | {"c": "train", "b": "test"}
    assert leaks(list(lookup(report, table, latents, artists, swapped))) == ["lookup table, by part"]
    assert len(list(lookup(report, table, None, artists, parts))) == 3
    assert len(list(lookup(report | {"neighbours": {}}, table, latents, artists, parts))) == 3
    alone = list(lookup(report, table, latents, {}, parts))
    assert [one.severity for one in alone[-2:]] == ["leak", "leak"]


def judged() -> tuple[dict[str, Any], pd.DataFrame]:
    """Six pairs of arousal, of which five are strict, three fully agreed upon, four consistent."""
    pairs = pd.DataFrame(
        {
            "triplet_id": [1, 1, 1, 2, 2, 2, 3],
            "dimension": ["arousal"] * 6 + ["valence"],
            "agreement": ["full-agreement"] * 3 + ["majority-agreement"] * 2 + ["none", "full-agreement"],
            "consistency": ["consistent"] * 4 + ["inconsistent", "consistent", "consistent"],
            "higher_value": ["a", "b", "a", "b", "a", "a", "equal"],
            "votes_a": [3, 0, 3, 1, 2, 1, 1],
            "votes_b": [0, 3, 0, 2, 1, 1, 1],
        }
    )
    model = {
        subset: {"accuracy": value(1 / scored), "scored_pairs": scored, "coverage": 1.0}
        for subset, scored in (("gt", 5), ("fa", 3), ("ct", 4), ("ct_fa", 3))
    }
    human = value(9 / 11, judgements=11)
    report = {"trained_on": {"triplets": 3}, "arousal": {"model": model, "third_human_against_two": human}}
    return report, pairs


def test_pairs_are_counted_by_the_rules() -> None:
    report, pairs = judged()
    found = list(mood(report, pairs, ("arousal", "valence")))
    assert (leaks(found), len(found)) == ([], 1 + 4 * 2 + 2)
    coverage = [one for one in found if one.check == "scores.coverage"]
    assert [(one.count, one.statistic) for one in coverage] == [(0, 1.0)] * 4
    assert list(mood({"available": False}, pairs, ("arousal",))) == []
    report["trained_on"]["triplets"] = 2
    report["arousal"]["third_human_against_two"] = value(0.8, judgements=10)
    report["arousal"]["model"]["fa"]["scored_pairs"] = 2
    found = [one for one in mood(report, pairs, ("arousal", "valence")) if one.severity == "leak"]
    assert [(one.check, one.subject) for one in found] == [
        ("scores.rows", "triplets"), ("scores.granularity", "accuracy of arousal, fa"), ("scores.coverage", "arousal, fa"),
        ("scores.rows", "third human, arousal"), ("scores.transfer", "accuracy of a third human, arousal"),
    ]  # fmt: skip
    assert found[2].count == 1
    assert found[2].statistic == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("scored", "coverage", "severity"),
    [(10, 1.0, "ok"), (9, 0.9, "ok"), (9, 1.0, "leak"), (8, 0.8, "leak"), (10, 0.99, "leak"), (10, 1.01, "leak")],
)  # fmt: skip
def test_nine_tenths_of_the_strict_pairs_are_scored(scored: int, coverage: float, severity: str) -> None:
    pairs = pd.concat([judged()[1].head(1)] * 10)
    block = {"accuracy": value(1.0), "scored_pairs": scored, "coverage": coverage}
    report = {"trained_on": {"triplets": 1}, "arousal": {"model": {"gt": block}}}
    found = list(mood(report, pairs, ("arousal",)))
    assert [one.severity for one in found if one.check == "scores.coverage"] == [severity]


def test_of_no_pair_there_is_nothing_to_be_told() -> None:
    block = {"accuracy": value(0.0), "scored_pairs": 0, "coverage": 0.0}
    human = value(0.0, judgements=0)
    report = {
        "trained_on": {"triplets": 0},
        "arousal": {"model": {"gt": block}, "third_human_against_two": human},
    }
    found = {one.check: one for one in mood(report, judged()[1].head(0), ("arousal",))}
    assert (found["scores.coverage"].severity, found["scores.coverage"].statistic) == ("ok", 0.0)
    assert found["scores.transfer"].severity == "leak"  # a share of nothing is no number


def predicted() -> tuple[dict[str, Any], SongPredictions]:
    """Twelve test songs with three targets, the last of which is constant."""
    generator = np.random.default_rng(0)
    truth = np.c_[generator.normal(size=(12, 2)), np.full(12, 3.0)]
    guess = np.c_[truth[:, 0] + 0.3 * generator.normal(size=12), np.full(12, 0.25), truth[:, 2] + 0.5]
    songs = SongPredictions(
        ("a", "b", "c"), truth, guess, np.array([0.1, 0.2, 3.0]), {"train": 30, "test": 12}
    )

    def r2(column: int, prediction: np.ndarray) -> float:
        total = np.square(truth[:, column] - truth[:, column].mean()).sum()
        return float(1 - np.square(truth[:, column] - prediction).sum() / total)

    first, second = r2(0, guess[:, 0]), r2(1, guess[:, 1])
    targets = {
        "a": {
            "r2": value(first, chance=r2(0, np.full(12, 0.1))),
            "mae": value(np.abs(truth[:, 0] - guess[:, 0]).mean()),
            "spearman": value(spearmanr(truth[:, 0], guess[:, 0]).statistic),
        },
        "b": {
            "r2": value(second, chance=r2(1, np.full(12, 0.2))),
            "mae": value(np.abs(truth[:, 1] - 0.25).mean()),
            "spearman": value(0.0),
        },
        "c": {"r2": value(0.0, chance=0.0), "mae": value(0.5), "spearman": value(0.0)},
    }
    groups = {
        name: {"regressor": {"r2": value(one)}} for name, one in (("two", (first + second) / 2), ("all", 0))
    }
    return {"songs": {"train": 30, "test": 12}, "targets": targets, "groups": groups}, songs


def test_the_regression_is_computed_again_from_its_predictions() -> None:
    report, songs = predicted()
    groups = {"two": ("a", "b"), "all": ("a", "b", "c")}
    found = list(regression(report, songs, groups))
    assert leaks(found) == []
    # what has no variance has no R² and no rank correlation: neither the constant target nor the constant guess is asked
    assert [one.subject for one in found] == [
        "train songs", "test songs", "r2 of a", "mae of a", "spearman of a", "r2 of b", "mae of b", "mae of c",
        "chance r2 of a", "chance r2 of b", "mean r2 of two",
    ]  # fmt: skip
    report["songs"]["test"] = 10
    report["targets"]["a"]["spearman"]["value"] += 0.001
    report["targets"]["b"]["r2"]["chance"] += 0.001
    report["groups"]["two"]["regressor"]["r2"]["value"] += 0.001
    assert leaks(list(regression(report, songs, groups))) == [
        "test songs", "spearman of a", "chance r2 of b", "mean r2 of two",
    ]  # fmt: skip
    del report["targets"]["a"]["r2"]["chance"]
    del report["targets"]["b"]["r2"]
    subjects = [one.subject for one in regression(report, songs, groups)]
    assert not {"chance r2 of a", "chance r2 of b", "r2 of b"} & set(subjects)
    assert list(regression({"available": False}, songs, groups)) == []
    far = replace(songs, predicted=songs.predicted + 1)
    assert "mae of c" in leaks(list(regression(report, far, groups)))


def test_targets_of_a_small_range_are_asked_as_well() -> None:
    """Those of the Music Dataset lie between 0 and 1; in a thousandth of the unit only the error is another."""
    report, songs = predicted()
    unit = 0.001
    small = replace(
        songs, truth=unit * songs.truth, predicted=unit * songs.predicted, baseline=unit * songs.baseline
    )
    for scores in report["targets"].values():
        scores["mae"]["value"] *= unit
    groups = {"two": ("a", "b")}
    found = list(regression(report, small, groups))
    assert leaks(found) == []
    assert [one.subject for one in found] == [one.subject for one in regression(report, songs, groups)]


def test_of_one_strict_pair_one_is_all() -> None:
    pairs = judged()[1].head(1)
    block = {"accuracy": value(1.0), "scored_pairs": 1, "coverage": 1.0}
    report = {"trained_on": {"triplets": 1}, "arousal": {"model": {"gt": block}}}
    [found] = [one for one in mood(report, pairs, ("arousal",)) if one.check == "scores.coverage"]
    assert (found.severity, found.statistic, found.count) == ("ok", 1.0, 0)
