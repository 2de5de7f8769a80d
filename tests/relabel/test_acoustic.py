from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reprise.errors import BadInput
from reprise.relabel.acoustic import Choice, Relabelling, relabel
from reprise.relabel.figures import heat_map, track_map
from reprise.relabel.naming import Rules
from reprise.relabel.radar import choose_spokes, radar
from reprise.relabel.report import summarise
from reprise.tables import write_json

RULES = Rules(min_share=0.05, fdr=0.05, theme=0.5)
NO_TAGS = pd.DataFrame({"track_id": [], "tag": []}, dtype=str)


def corpus(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    generator = np.random.default_rng(seed)
    kind = np.repeat([0, 1, 2], 30)
    means = np.array([[-6, -6, 0], [6, 0, 6], [0, 6, -6]])
    ids = [f"t{number:03d}" for number in generator.permutation(90)]
    descriptors = pd.DataFrame(
        means[kind] + generator.normal(size=(90, 3)), columns=["tempo", "centroid_mean", "rms_mean"]
    )
    descriptors.insert(0, "track_id", ids)
    splits = pd.DataFrame(
        {"track_id": ids, "split": np.resize(["train", "train", "train", "validation", "test"], 90)}
    )
    tags = pd.DataFrame({"track_id": ids, "tag": np.array(["calm", "party", "dark"])[kind]})
    return descriptors, splits, tags


def run(descriptors: pd.DataFrame, splits: pd.DataFrame, tags: pd.DataFrame, k: int = 0) -> Relabelling:
    return relabel(descriptors, splits, tags, Choice(k, 2, 5), RULES, seed=0)


def test_planted_groups_are_found_and_named() -> None:
    descriptors, splits, tags = corpus()
    result = run(descriptors, splits, tags)
    assert result.label_to_idx == {"Calm": 0, "Dark": 1, "Party": 2}
    named = result.labelled.merge(tags, on="track_id")
    assert (named["new_acoustic_label"].str.lower() == named["tag"]).all()
    assert len(named) == 90


def test_without_tags_names_come_from_descriptors() -> None:
    descriptors, splits, _ = corpus()
    result = run(descriptors, splits, NO_TAGS)
    assert set(result.label_to_idx) == {"slow / dark", "fast / loud", "bright / quiet"}
    metrics = summarise(result, RULES, fixed=False, seed=0)
    assert metrics["tags"]["available"] is False
    assert metrics["labels_used"].startswith("none")


def test_nothing_of_held_out_tracks_is_fitted() -> None:
    descriptors, splits, tags = corpus()
    held_out = splits.loc[splits["split"] != "train", "track_id"]
    changed, foreign = descriptors.copy(), tags.copy()
    changed.loc[changed["track_id"].isin(held_out), ["tempo", "rms_mean"]] += 100
    foreign.loc[foreign["track_id"].isin(held_out), "tag"] = "calm"
    one, other = run(descriptors, splits, tags), run(changed, splits, foreign)
    pd.testing.assert_frame_equal(one.centres, other.centres)
    pd.testing.assert_frame_equal(one.profile, other.profile)
    assert one.themes == other.themes


def test_order_of_rows_does_not_matter() -> None:
    descriptors, splits, tags = corpus()
    shuffled = [table.sample(frac=1, random_state=3) for table in (descriptors, splits, tags)]
    pd.testing.assert_frame_equal(run(descriptors, splits, tags).clusters, run(*shuffled).clusters)


def test_metrics_are_writable_and_never_alone(tmp_path: Path) -> None:
    metrics = summarise(run(*corpus(), k=3), RULES, fixed=True, seed=0)
    write_json(tmp_path / "relabel.json", metrics)
    assert metrics["silhouette"]["test"]["low"] <= metrics["silhouette"]["test"]["value"]
    assert metrics["silhouette"]["test"]["chance"] < 0.1 < metrics["silhouette"]["test"]["low"]
    assert sum(label["train"] for label in metrics["labels"].values()) == 54


@pytest.mark.parametrize("tagged", [True, False])
def test_pictures_show_every_label(tagged: bool) -> None:
    descriptors, splits, tags = corpus()
    result = run(descriptors, splits, tags if tagged else NO_TAGS)
    shown = {text.get_text() for text in heat_map(result, RULES.fdr).axes[0].get_yticklabels()}
    assert shown == set(result.label_to_idx)
    assert len(track_map(result).axes[0].collections) == len(result.label_to_idx)
    assert {axes.get_title() for axes in radar(result).axes} == set(result.label_to_idx)


def test_descriptors_without_a_word_are_the_spokes_where_no_other_is() -> None:
    centres = pd.DataFrame({"a": [0.0, 2.0], "b": [0.1, 0.0], "c": [5.0, -5.0], "tempo": [0.0, 1.0]})
    assert list(choose_spokes(centres)) == ["c", "a", "tempo", "b"]


def test_own_names_replace_those_found_and_leftovers_are_counted() -> None:
    descriptors, splits, tags = corpus()
    result = relabel(
        descriptors,
        splits,
        tags,
        Choice(3, 2, 5),
        RULES,
        own_names={"Calm": "Lullabies", "Dark": "", "Polka": "Dance"},
        seed=0,
    )
    assert result.label_to_idx == {"Lullabies": 0, "Party": 1}
    metrics = summarise(result, RULES, fixed=True, seed=0)
    assert metrics["own_names"] == {"used": 2, "unused": "Polka"}
    assert metrics["discarded"] == {"small": 0, "themeless": 0, "unwanted": 1, "tracks": 30}
    assert metrics["labels"]["Lullabies"]["named_by"] == "hand"


def test_a_descriptor_that_is_not_finite_is_named() -> None:
    descriptors, splits, tags = corpus()
    descriptors.loc[4, "tempo"] = np.nan
    with pytest.raises(
        BadInput, match=f"descriptor 'tempo' of track {descriptors.loc[4, 'track_id']} is nan"
    ):
        run(descriptors, splits, tags)


def test_too_few_kept_clusters_say_what_to_lower() -> None:
    descriptors, splits, _ = corpus()
    with pytest.raises(BadInput, match=r"0 of 3 clusters kept .*lower relabel.min_share or relabel.theme"):
        relabel(descriptors, splits, NO_TAGS, Choice(3, 2, 5), Rules(0.05, 0.05, theme=50), seed=0)
