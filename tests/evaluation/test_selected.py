"""What of the selected model's evaluation is fair to quote, and what is said where it cannot be had."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reprise.errors import BadInput
from reprise.evaluation import selected
from reprise.evaluation.reference import Reference
from reprise.evaluation.selected import Subject
from reprise.evaluation.uncertainty import Resampling

N = 48
RESAMPLING = Resampling(10, 20, 0)


@pytest.fixture
def subject() -> Subject:
    """Latents that are the genre and little else, in clusters that are the genre but for two tracks."""
    genre = np.tile(["blues", "jazz", "rock"], N // 3)
    codes = np.tile([2, 0, 1], N // 3)
    reference = Reference(
        track_ids=np.array([f"{number:02d}" for number in range(N)]),
        classes={"genre": genre, "language": np.full(N, "")},
        split=np.repeat(["train", "validation", "test"], [30, 6, 12]),
        groups=np.array([f"artist {number // 2}" for number in range(N)]),
        missing={"language": "the dataset has no language"},
    )
    latents = np.eye(3)[codes] + 0.01 * np.random.default_rng(0).standard_normal((N, 3))
    moved = codes.copy()
    moved[[0, 46]] = [0, 1]  # a blues among jazz, and a jazz among rock
    return Subject(latents, "none", {"ward": [codes], "kmeans": [moved, codes]}, reference)


def test_probes_are_cross_validated_where_no_label_was_used(subject: Subject) -> None:
    found = selected.probe(subject, "genre", RESAMPLING)
    assert (found["available"], found["scored_on"]) == (True, "all tracks, cross-validated by artist")
    assert (found["linear"]["n"], found["linear"]["value"]) == (N, 1.0)
    assert not [key for key in found["linear"] if key.startswith("seed_")]  # there is one seed


def test_probes_see_test_tracks_alone_where_labels_were_used(subject: Subject) -> None:
    found = selected.probe(replace(subject, labels_used="genre"), "genre", RESAMPLING)
    assert (found["available"], found["scored_on"], found["knn"]["n"]) == (True, "test tracks", 12)


def test_probes_that_cannot_be_fitted_say_why(subject: Subject) -> None:
    reference = subject.reference
    one_artist = replace(reference, groups=np.full(N, "one"))
    unique = replace(reference, classes={**reference.classes, "genre": reference.track_ids})
    for found, why in (
        (selected.probe(subject, "language", RESAMPLING), "no language"),
        (selected.probe(replace(subject, reference=one_artist), "genre", RESAMPLING), "one group"),
        (selected.probe(replace(subject, reference=unique), "genre", RESAMPLING), "no class has two tracks"),
    ):
        assert found["available"] is False
        assert why in found["why"]


def test_a_class_of_one_artist_beside_one_other_class_cannot_be_cross_validated(subject: Subject) -> None:
    classes = np.repeat(["rock", "jazz"], [6, N - 6])
    groups = np.where(classes == "rock", "a", [f"b{number % 6}" for number in range(N)])
    lone = replace(subject.reference, classes={**subject.reference.classes, "genre": classes}, groups=groups)
    found = selected.probe(replace(subject, reference=lone), "genre", RESAMPLING)
    assert found["available"] is False
    assert "too few artists" in found["why"]


def test_training_tracks_of_one_class_fit_no_probe(subject: Subject) -> None:
    classes = np.where(subject.reference.split == "test", subject.reference.classes["genre"], "rock")
    reference = replace(subject.reference, classes={**subject.reference.classes, "genre": classes})
    given = replace(subject, reference=reference, labels_used="genre")
    assert selected.probe(given, "genre", RESAMPLING)["available"] is False


def test_two_artists_are_enough_to_keep_apart(subject: Subject) -> None:
    halves = replace(subject.reference, groups=np.repeat(["first", "second"], N // 2))
    assert selected.probe(replace(subject, reference=halves), "genre", RESAMPLING)["linear"]["value"] == 1.0


def test_the_headline_is_k_means_whatever_scored_best(subject: Subject) -> None:
    found = selected.metrics(subject, selected.score_all(subject, RESAMPLING), RESAMPLING)
    headline = found["headline"]
    assert (headline["attribute"], headline["method"], headline["scope"]) == ("genre", "kmeans", "all")
    assert headline["accuracy"]["value"] == pytest.approx((46 / 48 + 1) / 2)
    assert headline["accuracy"]["value"] < found["against"]["genre"]["all"]["ward"]["ari"]["value"] == 1.0
    assert (found["available"], found["n_tracks"], found["latent_dim"]) == (True, N, 3)
    assert found["against"]["genre"]["available"] is True
    assert found["against"]["language"] == {"available": False, "why": "the dataset has no language"}
    assert "label-free" in found["scopes"]


def test_a_model_that_was_given_labels_is_quoted_on_test_tracks(subject: Subject) -> None:
    given = replace(subject, labels_used="genre")
    found = selected.metrics(given, selected.score_all(given, RESAMPLING), RESAMPLING)
    assert found["headline"]["scope"] == found["fair_scope"] == "test"
    assert found["headline"]["accuracy"]["value"] == pytest.approx((11 / 12 + 1) / 2)
    assert "only test tracks are fair" in found["scopes"]


def test_without_labels_there_is_no_headline(subject: Subject) -> None:
    reference = replace(
        subject.reference,
        classes=dict.fromkeys(("genre", "language"), np.full(N, "")),
        missing={"genre": "no genre here", "language": "no language here"},
    )
    bare = replace(subject, reference=reference)
    found = selected.metrics(bare, selected.score_all(bare, RESAMPLING), RESAMPLING)
    assert found["headline"] == {"available": False, "why": "no genre here; no language here"}
    assert selected.confusion(bare).empty
    assert found["separation"]["ward"]["silhouette"]["value"] > 0.9


def test_confusion_names_clusters_by_the_class_they_match(subject: Subject) -> None:
    table = selected.confusion(subject)
    counts = table.groupby(["actual", "predicted"]).size().to_dict()
    assert counts == {
        ("blues", "blues"): 15, ("blues", "jazz"): 1, ("jazz", "jazz"): 15, ("jazz", "rock"): 1, ("rock", "rock"): 16,
    }  # fmt: skip


def test_a_cluster_too_many_keeps_its_number(subject: Subject) -> None:
    runs = [np.where(np.arange(N) == 5, 7, run) for run in subject.clusterings["kmeans"]]
    table = selected.confusion(replace(subject, clusterings={"kmeans": runs}))
    assert table["predicted"].tolist().count("(cluster 7)") == 1


def test_separation_needs_two_clusters(subject: Subject) -> None:
    halves, one = np.arange(N) % 2, np.zeros(N, int)
    several = replace(subject, clusterings={"kmeans": [halves], "flat": [halves, one]})
    found = selected.metrics(several, selected.score_all(several, RESAMPLING), RESAMPLING)["separation"]
    assert "silhouette" in found["kmeans"]
    assert found["flat"]["available"] is False


def test_no_clustering_is_refused(subject: Subject) -> None:
    with pytest.raises(BadInput, match="no clustering"):
        selected.score_all(replace(subject, clusterings={}), RESAMPLING)


def test_the_table_has_a_row_for_each_score(subject: Subject) -> None:
    scores = selected.score_all(subject, RESAMPLING)
    table = selected.score_table(subject, scores)
    assert len(table) == 2 * 2 * 5  # scopes, methods, metrics; language is not known
    row = table[(table["scope"] == "test") & (table["method"] == "ward") & (table["metric"] == "ami")].iloc[0]
    assert (row["attribute"], row["value"], row["n"], row["labels_used"]) == ("genre", 1.0, 12, "none")


def test_trainings_are_clustered_into_as_many_clusters_as_the_headline(subject: Subject) -> None:
    twice = replace(subject, trainings=[subject.latents, subject.latents + 1.0])
    found = selected.trainings(twice, 0)
    assert [scores["genre"]["ami"] for scores in found.scores] == [1.0, 1.0]


def test_a_scope_with_one_class_says_so_beside_the_other(subject: Subject) -> None:
    genre = np.where(subject.reference.split == "test", "jazz", subject.reference.classes["genre"])
    reference = replace(subject.reference, classes={**subject.reference.classes, "genre": genre})
    one = replace(subject, reference=reference)
    found = selected.metrics(one, selected.score_all(one, RESAMPLING), RESAMPLING)["against"]["genre"]
    assert "fewer than two genre classes" in found["test"]["why"]
    assert (found["available"], found["test"]["available"]) == (True, False)
    assert set(found["all"]) == {"ward", "kmeans"}
