from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.stats import entropy as scipy_entropy

from reprise.emotion.regressor import MoodRegressor
from reprise.emotion.store import Mood
from reprise.errors import BadInput
from reprise.finetune.backbone import Architecture, Backbone
from reprise.finetune.classifier import Classifier
from reprise.finetune.inputs import Spectrograms
from reprise.finetune.saved import SavedModel
from reprise.lookup.build import Lookup, Sources, build_lookup
from reprise.lookup.columns import describe, names
from reprise.lookup.neighbours import artist_recall, find_neighbours
from reprise.lookup.prediction import entropy
from reprise.lookup.recommending import Evidence, judge_by_tag
from reprise.lookup.table import as_text, check
from reprise.models.read_latents import Latents, Unavailable
from reprise.tables import empty_table, read_table, write_csv, write_json, write_table

TRACKS = 15
IDS = pd.Series([f"{number:016x}" for number in range(TRACKS)])
LABELS = ["Calm / Soft", "Rock"]
SPLITS = pd.DataFrame(
    {"track_id": IDS, "split": np.resize(["train", "train", "test"], TRACKS), "group_id": "g"}
)
GROUPS = pd.DataFrame(
    {"track_id": IDS, "artist_id": [f"a{number // 3}" for number in range(TRACKS)], "official_split": None}
)


TAGS = pd.DataFrame({"track_id": IDS, "tag": [("calm", "dark")[number // 3 % 2] for number in range(TRACKS)]})
TAGS = TAGS[SPLITS["split"] != "test"]


def descriptors(values: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(values, columns=[f"d{column}" for column in range(values.shape[1])])
    table.insert(0, "track_id", IDS)
    return table


def sources(mood: bool = True, latents: bool = True) -> Sources:
    generator = np.random.default_rng(0)
    torch.manual_seed(0)
    backbone = Backbone(
        Architecture(8, 4, (4, 8), (1, 1)), np.full(8, -40, np.float32), np.full(8, 9, np.float32)
    )
    saved = SavedModel(Classifier(backbone, 2, frozen=True).eval(), LABELS, 2)
    values = generator.normal(size=(TRACKS, 5)).astype(np.float32)
    assignments = pd.DataFrame(
        {
            "track_id": np.tile(IDS, 3),
            "method": np.repeat(["gmm", "kmeans", "kmeans"], TRACKS),
            "seed": np.repeat([0, 4, 3], TRACKS),
            "cluster": np.concatenate([np.full(TRACKS, 9), np.full(TRACKS, 8), np.arange(TRACKS) % 4]),
        }
    )
    return Sources(
        Spectrograms(IDS, generator.normal(-40, 9, size=(TRACKS, 16, 140)).astype(np.float16)),
        saved,
        Mood(MoodRegressor(8, 3).eval(), generator.normal(size=(6, 2)).astype(np.float32), "MusAV")
        if mood
        else "no pairs",
        Latents(IDS.to_numpy(dtype=np.str_), values, "none") if latents else Unavailable("no lyrics"),
        assignments if latents else empty_table("assignments"),
        GROUPS,
        descriptors(values),
        TAGS,
    )


def build(mood: bool = True, latents: bool = True, k: int = 4) -> Lookup:
    return build_lookup(sources(mood, latents), SPLITS, k, seed=0)


def test_the_table_has_its_columns_and_the_test_tracks() -> None:
    lookup = build()
    assert list(lookup.table.columns) == names(LABELS)
    assert lookup.table["track_id"].to_list() == IDS[2::3].to_list()
    likely = lookup.table[["prob_Calm / Soft", "prob_Rock"]].to_numpy().argmax(axis=1)
    assert lookup.table["new_acoustic_label"].to_list() == [LABELS[index] for index in likely]
    assert lookup.metrics["rows"] == 5
    assert lookup.metrics["mood"]["trained_on"] == "MusAV"


def test_cluster_is_that_of_the_first_seed_of_kmeans() -> None:
    one, table = sources(), build().table
    assert table["cluster"].to_list() == [number % 4 for number in range(2, TRACKS, 3)]
    assert isinstance(one.latents, Latents)
    centroid = one.latents.values[2::4].mean(axis=0)
    assert table["cluster_distance"].iloc[0] == pytest.approx(
        np.linalg.norm(one.latents.values[2] - centroid), rel=1e-5
    )


def test_neighbours_are_the_true_ones_among_all_tracks() -> None:
    one, table = sources(), build().table
    assert isinstance(one.latents, Latents)
    distances = cdist(one.latents.values[[2]], one.latents.values)[0]
    order = [row for row in np.argsort(distances) if row != 2][:4]
    assert table["neighbours"].iloc[0] == IDS[order].to_list()
    np.testing.assert_allclose(table["neighbour_distances"].iloc[0], distances[order], rtol=1e-6)


def test_without_a_mood_model_the_columns_are_empty_and_the_metrics_say_why(tmp_path: Path) -> None:
    lookup = build(mood=False)
    assert lookup.table[["arousal", "valence"]].isna().all(axis=None)
    assert lookup.metrics["mood"]["why"] == "no pairs"
    write_json(tmp_path / "lookup.json", lookup.metrics)


def test_without_latents_place_and_neighbours_are_empty_and_the_metrics_say_why(tmp_path: Path) -> None:
    lookup = build(latents=False)
    assert lookup.table[["map_x", "map_y", "cluster", "cluster_distance"]].isna().all(axis=None)
    assert lookup.table["neighbours"].to_list() == [[]] * 5
    assert lookup.metrics["latents"] == {"available": False, "why": "no lyrics"}
    write_json(tmp_path / "lookup.json", lookup.metrics)
    write_csv(tmp_path / "lookup.csv", as_text(lookup.table))
    assert list(pd.read_csv(tmp_path / "lookup.csv").columns) == names(LABELS)


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    table = build().table
    write_csv(tmp_path / "lookup.csv", as_text(table))
    write_table(tmp_path / "lookup.parquet", table)
    text, twin = (
        pd.read_csv(tmp_path / "lookup.csv", dtype={"track_id": str}),
        read_table(tmp_path / "lookup.parquet"),
    )
    assert [near.split(";") for near in text["neighbours"]] == [list(near) for near in twin["neighbours"]]
    np.testing.assert_allclose(text["arousal"], twin["arousal"], rtol=1e-5)
    assert text["track_id"].to_list() == twin["track_id"].to_list()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("prob_Rock", 0.9, "sum to 1"),
        ("prob_Rock", -0.1, r"prob_Rock = -0.1; it must be a number in 0 … 1"),
        ("entropy", 2.0, r"entropy must be at most"),
        ("arousal", 1.5, r"arousal = 1.5; it must be a number in 0 … 1 or empty"),
        ("map_x", np.inf, r"map_x = inf; it must be a number"),
        ("entropy", np.nan, r"entropy = nan"),
        ("new_acoustic_label", "Jazz", "must be the likeliest label"),
        ("track_id", IDS[2], "must stand once"),
    ],
)
def test_a_broken_row_is_named(column: str, value: object, message: str) -> None:
    table = build().table
    table.loc[3, column] = value
    with pytest.raises(BadInput, match=message):
        check(table, LABELS)


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(BadInput, match="needed are"):
        check(build().table.drop(columns="entropy"), LABELS)


def test_missing_parts_say_which_stage_to_run() -> None:
    one = sources()
    short = replace(one, assignments=one.assignments.iloc[: 2 * TRACKS - 1])
    with pytest.raises(BadInput, match=r"no kmeans cluster for track .* with kmeans in cluster.methods"):
        build_lookup(short, SPLITS, 4, seed=0)
    with pytest.raises(BadInput, match="no track is in the test split"):
        build_lookup(one, SPLITS.assign(split="train"), 4, seed=0)
    with pytest.raises(BadInput, match="has latents but no descriptors"):
        build_lookup(replace(one, descriptors=one.descriptors.iloc[1:]), SPLITS, 4, seed=0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_a_track_is_never_its_own_neighbour(seed: int, repeated: bool) -> None:
    values = np.random.default_rng(seed).normal(size=(12, 3)).astype(np.float32)
    if repeated:
        values[:] = values[0]
    found = find_neighbours(values, np.arange(12), 5)
    assert found.rows.shape == (12, 5)
    assert (found.rows != np.arange(12)[:, None]).all()
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_more_neighbours_than_tracks_gives_all_others() -> None:
    assert find_neighbours(np.eye(4, dtype=np.float32), np.arange(4), 10).rows.shape == (4, 3)


def test_recall_of_perfect_and_random_neighbours() -> None:
    artists = pd.Series([f"a{number // 4}" for number in range(80)])
    queries = np.arange(80)
    perfect = np.repeat(np.arange(20), 4)[:, None].astype(np.float32)
    recall = artist_recall(find_neighbours(perfect, queries, 3), queries, artists, 0)
    assert (recall["value"], recall["low"], recall["queries"]) == (1.0, 1.0, 80)
    random = np.random.default_rng(0).normal(size=(80, 6)).astype(np.float32)
    useless = artist_recall(find_neighbours(random, queries, 3), queries, artists, 0)
    assert useless["low"] <= useless["chance"] <= useless["high"]
    assert useless["chance"] == pytest.approx(3 / 79)


def test_unknown_and_single_artists_are_not_asked() -> None:
    artists = pd.Series([None, None, "one", "two"])
    found = find_neighbours(np.eye(4, dtype=np.float32), np.arange(4), 2)
    assert artist_recall(found, np.arange(4), artists, 0)["available"] is False


def test_entropy_agrees_with_scipy() -> None:
    chances = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(entropy(chances), scipy_entropy(chances, axis=1))


def test_the_schema_describes_every_column() -> None:
    table = build().table
    schema = describe(table)
    assert [field["name"] for field in schema["fields"]] == list(table.columns)
    limits = {field["name"]: field["constraints"] for field in schema["fields"]}
    assert limits["arousal"] == {"required": False, "minimum": 0.0, "maximum": 1.0}


def test_neighbours_are_judged_by_artist_and_tag_beside_raw_descriptors() -> None:
    metrics = build().metrics["neighbours"]
    artist, tag = metrics["same_artist_recall"], metrics["same_tag_recall"]
    for judged in (artist, tag):
        assert judged["raw_descriptors"]["low"] <= judged["raw_descriptors"]["value"]
        assert 0 < judged["chance"] < 1
    gain = tag["value"] - tag["raw_descriptors"]["value"]
    assert tag["latents_minus_raw"]["value"] == pytest.approx(gain)
    assert tag["queries"] == 10
    assert build_lookup(replace(sources(), tags=TAGS.iloc[:0]), SPLITS, 4, 0).metrics["neighbours"][
        "same_tag_recall"
    ] == {"available": False, "why": "0 tracks whose tags may be looked at have tags"}


def test_recall_of_tags_of_perfect_and_random_neighbours() -> None:
    ids = np.array([f"{number:016x}" for number in range(60)])
    tags = pd.DataFrame({"track_id": ids, "tag": [f"t{number // 10}" for number in range(60)]})
    perfect = np.repeat(np.arange(6), 10)[:, None].astype(np.float32)
    noise = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    evidence = Evidence(pd.Series(ids, index=ids), noise, tags)
    found = judge_by_tag(perfect, ids, evidence, 5, seed=0)
    assert (found["value"], found["low"], found["queries"]) == (1.0, 1.0, 60)
    assert found["chance"] == pytest.approx(5 * 9 / 59 / 5)
    assert found["raw_descriptors"]["low"] < found["chance"] < found["raw_descriptors"]["high"]
    assert found["latents_minus_raw"]["low"] > 0.5
