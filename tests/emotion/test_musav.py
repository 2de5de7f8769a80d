from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from reprise.emotion.musav import (
    decisions,
    human_accuracy,
    looks_swapped,
    pair_accuracy,
    score_predictions,
    subset,
)
from reprise.errors import BadInput
from reprise.tables import SCHEMAS

FULL, MAJORITY, NONE = "full-agreement", "majority-agreement", "disagreement"

REFERENCE = {
    "arousal": {"gt": (83.69, 1257), "fa": (87.03, 933), "ct": (82.48, 645), "ct_fa": (85.02, 494)},
    "valence": {"gt": (75.66, 1134), "fa": (80.73, 763), "ct": (78.05, 524), "ct_fa": (84.36, 358)},
}
"""Official scores (%) and scored pairs of the public predictions."""


def pair(track_a: str, track_b: str, higher: str, agreement: str = FULL, **more: object) -> dict[str, object]:
    votes = {"a": (3, 0, 0), "b": (0, 3, 0), "ab": (0, 0, 3), "undefined": (1, 1, 1)}[higher]
    row = dict.fromkeys(SCHEMAS["pairs"], "") | dict(
        zip(("votes_a", "votes_b", "votes_tie"), votes, strict=True)
    )
    row |= {"triplet_id": f"{track_a}{track_b}", "dimension": "arousal", "consistency": "consistent"}
    return (
        row | {"track_a": track_a, "track_b": track_b, "higher_value": higher, "agreement": agreement} | more
    )


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(SCHEMAS["pairs"]))


SCORES = pd.Series({"u": 0.1, "v": 0.5, "w": 0.9, "x": 0.9})


def test_right_and_wrong_pairs() -> None:
    pairs = table(pair("u", "v", "b"), pair("v", "u", "b"), pair("w", "v", "a"), pair("u", "w", "b"))
    scored = pair_accuracy(pairs, SCORES, "arousal", seed=0)["gt"]
    assert (scored["accuracy"]["value"], scored["accuracy"]["chance"], scored["coverage"]) == (0.75, 0.5, 1.0)


def test_equal_truths_are_skipped_and_ties_and_unknown_tracks_lower_the_coverage() -> None:
    pairs = table(pair("u", "v", "b"), pair("u", "v", "ab"), pair("w", "x", "a"), pair("u", "stranger", "a"))
    scored = pair_accuracy(pairs, SCORES, "arousal", seed=0)["gt"]
    assert (scored["scored_pairs"], scored["coverage"]) == (1, pytest.approx(1 / 3))


def test_disagreement_is_never_scored_although_a_value_stands_there() -> None:
    assert subset(table(pair("u", "v", "b", NONE)), "gt").empty


def test_subsets_nest() -> None:
    pairs = table(
        pair("u", "v", "b"),
        pair("u", "w", "b", MAJORITY),
        pair("v", "w", "b", consistency="incomplete"),
        pair("v", "u", "a", MAJORITY, consistency="inconsistent"),
    )
    assert [len(subset(pairs, name)) for name in ("gt", "fa", "ct", "ct.fa")] == [4, 2, 2, 1]
    with pytest.raises(BadInput, match="'all' is no subset of MusAV"):
        subset(pairs, "all")


def test_only_the_asked_dimension_is_scored() -> None:
    pairs = table(pair("u", "v", "b"), pair("u", "v", "a", dimension="valence"))
    assert pair_accuracy(pairs, SCORES, "valence", seed=0)["gt"]["accuracy"]["value"] == 0.0


def test_nothing_to_score_says_so() -> None:
    scored = pair_accuracy(table(pair("u", "v", "ab")), SCORES, "arousal", seed=0)["gt"]
    assert scored == {"available": False, "why": "none of 0 pairs can be scored"}


def test_third_person_against_two_who_agree() -> None:
    votes = {"votes_a": 2, "votes_b": 1, "votes_tie": 0}
    tied = {"votes_a": 2, "votes_b": 0, "votes_tie": 1}
    pairs = table(
        pair("u", "v", "a"), pair("u", "w", "a", NONE, **votes), pair("v", "w", "a", MAJORITY, **tied)
    )
    human = human_accuracy(pairs, "arousal", seed=0)
    assert (human["judgements"], human["value"]) == (4, 0.75)
    assert human_accuracy(pairs, "valence", seed=0)["available"] is False


def test_swapped_columns_are_noticed() -> None:
    pairs = table(pair("u", "v", "b"), pair("v", "w", "b"), pair("u", "v", "a", dimension="valence"))
    right = pd.DataFrame({"arousal": SCORES, "valence": -SCORES})
    assert not looks_swapped(pairs, right)
    assert looks_swapped(pairs, right.rename(columns={"arousal": "valence", "valence": "arousal"}))


def musav(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Annotations in the upstream layout, and the public predictions."""
    rows = []
    for dimension in ("arousal", "valence"):
        annotations = folder / f"data/annotations/annotations.{dimension}.all.agreement.gt"
        for line in annotations.read_text().splitlines():
            found = json.loads(line)
            a, b = found["pairid"].split("-")
            one = pair(
                a, b, found["higher_value"], found["agreement"], consistency=found["triplet_consistency"]
            )
            rows.append(one | {"dimension": dimension, "triplet_id": found["tripletid"]})
    lines = (folder / "predictions.emomusic-msd-musicnn-2.jsonl").read_text().splitlines()
    predictions = pd.DataFrame([json.loads(line) for line in lines]).set_index("songid")
    return table(*rows), predictions.rename(columns={"arousal_mean": "arousal", "valence_mean": "valence"})


@pytest.fixture(scope="module")
def real(real_data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not (real_data / "musav").is_dir():
        pytest.skip(f"no MusAV annotations at {real_data / 'musav'}")
    return musav(real_data / "musav")


@pytest.mark.parametrize("dimension", ["arousal", "valence"])
def test_the_reference_predictions_score_as_published(
    real: tuple[pd.DataFrame, pd.DataFrame], dimension: str
) -> None:
    pairs, predictions = real
    scored = score_predictions(pairs, predictions, seed=0)[dimension]["predictions"]
    found = {
        name: (round(100 * part["accuracy"]["value"], 2), part["scored_pairs"])
        for name, part in scored.items()
    }
    assert found == REFERENCE[dimension]


def test_swapping_the_reference_columns_is_noticed(real: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    pairs, predictions = real
    swapped = predictions.rename(columns={"arousal": "valence", "valence": "arousal"})
    assert not looks_swapped(pairs, predictions)
    assert looks_swapped(pairs, swapped)
    with pytest.raises(BadInput, match="seem to be exchanged"):
        score_predictions(pairs, swapped, seed=0)
    with pytest.raises(BadInput, match="no column 'valence'"):
        score_predictions(pairs, predictions[["arousal"]], seed=0)
    gt = [subset(pairs[pairs["dimension"] == dimension], "gt") for dimension in ("arousal", "valence")]
    accuracy = [
        decisions(part, swapped[name])[0].mean()
        for part, name in zip(gt, ("arousal", "valence"), strict=True)
    ]
    assert [round(100 * value, 1) for value in accuracy] == [64.4, 59.4]
