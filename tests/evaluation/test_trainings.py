from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.evaluation.world import World, make_world

from reprise.clustering.methods import cluster
from reprise.evaluation import agreement
from reprise.evaluation.reference import Reference, read_reference
from reprise.evaluation.trainings import Protocol, Trainings, over_trainings
from reprise.evaluation.uncertainty import interval_over_seeds


def reference_of(world: World) -> Reference:
    data = world.root / "data"
    corpus = data / "corpus/tracks/corpus.json"
    return read_reference(data / "labels", data / "splits/tracks.parquet", corpus, world.ids)


PROTOCOL = Protocol("kmeans", 4, (0, 1), "all")


def test_mean_and_interval_are_those_of_the_trainings(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    latents = [world.latents(spread, seed=seed) for seed, spread in enumerate((0.3, 2.0, 4.0))]
    found = over_trainings(latents, reference_of(world), PROTOCOL)
    single = [scores["genre"]["ami"] for scores in found.scores]
    assert single[0] == 1.0 > single[1] > single[2]
    assert found.interval("genre", "ami") == interval_over_seeds(single)
    gained = found.gain("genre", "ami", 0.25)
    assert gained is not None
    assert gained.value == pytest.approx(np.mean(single) - 0.25)
    block = found.to_dict()
    assert block["seeds"] == 3
    assert set(block) == {"available", "seeds", "genre", "language", "separation"}


def test_equal_trainings_have_no_width(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    found = over_trainings([world.latents(2.0)] * 3, reference_of(world), PROTOCOL).interval("genre", "nmi")
    assert found is not None
    assert found.high - found.low < 1e-12


def test_one_training_says_how_to_get_more(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    found = over_trainings([world.latents(2.0)], reference_of(world), PROTOCOL)
    assert "training.seeds" in found.to_dict()["why"]
    assert found.interval("genre", "ami") is None
    assert found.gain("genre", "ami", 0.0) is None


def test_a_method_that_ran_once_is_not_repeated(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    found = over_trainings([world.latents(2.0)] * 2, reference_of(world), Protocol("own", 4, (0,), "all"))
    assert "'own'" in found.to_dict()["why"]


def test_scores_that_a_dataset_lacks_are_left_out(tmp_path: Path) -> None:
    world = make_world(tmp_path, language=False)
    found = over_trainings([world.latents(1.0)] * 2, reference_of(world), PROTOCOL)
    assert "language" not in found.to_dict()
    assert found.interval("language", "ami") is None


def test_a_block_holds_what_every_training_has() -> None:
    scores = (
        {"genre": {"ami": 0.2, "ari": 0.1}, "language": {"ami": 0.3}},
        {"genre": {"ami": 0.6}, "separation": {"silhouette": 0.5}},
    )
    found = Trainings(scores)
    mean = interval_over_seeds([0.2, 0.6])
    assert found.to_dict() == {
        "available": True,
        "seeds": 2,
        "genre": {"ami": mean.to_dict()},
        "language": {},
    }
    gained = found.gain("genre", "ami", 0.25)
    assert gained is not None
    assert (gained.value, gained.low, gained.high) == (mean.value - 0.25, mean.low - 0.25, mean.high - 0.25)


def test_trainings_that_are_not_there_say_why() -> None:
    assert Trainings((), "no second one").to_dict() == {"available": False, "why": "no second one"}


def test_two_clusters_are_separated(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    latents = [world.latents(1.0, seed=seed) for seed in range(2)]
    found = over_trainings(latents, reference_of(world), Protocol("kmeans", 2, (0, 1), "all"))
    assert found.interval("separation", "silhouette") is not None
    single = [
        np.mean(
            [agreement.evaluate(world.genre, cluster(values, "kmeans", 2, seed))["ami"] for seed in (0, 1)]
        )
        for values in latents
    ]
    assert [scores["genre"]["ami"] for scores in found.scores] == pytest.approx(single)
