from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest

from reprise.corpus.factors import draw_spec
from reprise.corpus.genres import GENRES
from reprise.corpus.ground_truth import TARGET_NAMES, Affect, derive_truth
from reprise.corpus.judgements import PairJudgement, _consistency, _Votes, judge_pairs
from reprise.corpus.tags import FREQUENCIES, TAG_WEIGHTS
from reprise.corpus.vocabulary import LANGUAGES, TOPICS
from reprise.errors import BadParameter


def test_truths_keep_their_ranges() -> None:
    for genre in GENRES:
        truth = derive_truth(draw_spec(5, genre, 0))
        assert 0 <= truth.affect.arousal <= 1
        assert 0 <= truth.affect.valence <= 1
        assert 1950 <= truth.year <= 2019
        assert truth.language in LANGUAGES
        assert set(truth.tags) <= set(TAG_WEIGHTS)
        assert tuple(truth.targets) == TARGET_NAMES
        assert all(0 <= value <= 1 for value in truth.targets.values())
        assert sum(truth.targets[topic] for topic in TOPICS) == pytest.approx(1)


def test_there_are_the_tags_and_targets_of_the_real_datasets() -> None:
    assert len(TAG_WEIGHTS) == 56
    assert len(TARGET_NAMES) == 18
    assert TARGET_NAMES[-2:] == ("danceability", "loudness")


def test_tags_are_about_as_frequent_as_their_thresholds_say() -> None:
    counts = [len(derive_truth(draw_spec(7, genre, index)).tags) for genre in GENRES for index in range(15)]
    expected = np.mean(FREQUENCIES) * len(TAG_WEIGHTS)
    assert 0.6 * expected < np.mean(counts) < 1.5 * expected


def test_energy_arouses_and_major_pleases() -> None:
    spec = dataclasses.replace(draw_spec(0, "pop", 0), mode=0)
    calm, wild = (derive_truth(dataclasses.replace(spec, energy=energy)).affect for energy in (0.1, 0.9))
    assert wild.arousal > calm.arousal
    assert derive_truth(dataclasses.replace(spec, mode=1)).affect.valence < calm.valence


def _judge(n: int, seed: int = 0) -> list[PairJudgement]:
    rng = np.random.default_rng(1)
    return judge_pairs([Affect(*rng.random(2)) for _ in range(n)], [f"t{i:03d}" for i in range(n)], seed)


def test_triplets_are_disjoint_and_each_pair_is_judged_in_both_dimensions() -> None:
    judgements = _judge(10)
    assert len(judgements) == 3 * 3 * 2
    members: dict[str, set[str]] = {}
    for judgement in judgements:
        members.setdefault(judgement.triplet_id, set()).update((judgement.track_a, judgement.track_b))
        assert judgement.votes_a + judgement.votes_b + judgement.votes_tie == 3
    assert all(len(tracks) == 3 for tracks in members.values())
    assert len(set.union(*members.values())) == 9


def test_higher_value_is_the_majority_and_agreement_follows_from_the_votes() -> None:
    for judgement in _judge(150):
        votes = {"a": judgement.votes_a, "b": judgement.votes_b, "ab": judgement.votes_tie}
        best = max(votes, key=lambda answer: votes[answer])
        assert judgement.higher_value == (best if votes[best] >= 2 else "undefined")
        assert (judgement.agreement == "full-agreement") == (votes[best] == 3)
        assert (judgement.agreement == "disagreement") == (votes["a"] > 0 and votes["b"] > 0)


def test_annotators_mostly_tell_the_truth() -> None:
    rng = np.random.default_rng(1)
    affects = {f"t{i:03d}": Affect(*rng.random(2)) for i in range(300)}
    right = []
    for judgement in judge_pairs(list(affects.values()), list(affects), 0):
        a, b = (
            getattr(affects[track], judgement.dimension) for track in (judgement.track_a, judgement.track_b)
        )
        if judgement.higher_value in ("a", "b") and judgement.agreement != "disagreement":
            right.append((judgement.higher_value == "a") == (a > b))
    assert 0.9 < np.mean(right) < 1.0


def test_judgements_do_not_depend_on_the_order_of_tracks() -> None:
    rng = np.random.default_rng(2)
    affects, names = [Affect(*rng.random(2)) for _ in range(9)], [f"t{i}" for i in range(9)]
    assert judge_pairs(affects, names, 3) == judge_pairs(affects[::-1], names[::-1], 3)


VOTES = {1: _Votes(3, 0, 0), -1: _Votes(0, 3, 0), 0: _Votes(0, 0, 3)}


@pytest.mark.parametrize("signs", list(product((-1, 0, 1), repeat=3)))
def test_a_triplet_is_consistent_exactly_if_an_order_explains_it(signs: tuple[int, int, int]) -> None:
    explained = any(
        signs == tuple(int(np.sign(x[i] - x[j])) for i, j in ((0, 1), (0, 2), (1, 2)))
        for x in product(range(3), repeat=3)
    )
    assert _consistency([VOTES[sign] for sign in signs]) == ("consistent" if explained else "inconsistent")


def test_disagreement_leaves_a_triplet_incomplete() -> None:
    assert _consistency([_Votes(2, 1, 0), VOTES[1], VOTES[1]]) == "incomplete"


def test_pairs_need_one_unique_identifier_each() -> None:
    with pytest.raises(BadParameter, match="2 track ids"):
        judge_pairs([Affect(0.5, 0.5)] * 3, ["a", "b"], 0)
    with pytest.raises(BadParameter, match="2 different"):
        judge_pairs([Affect(0.5, 0.5)] * 3, ["a", "b", "b"], 0)
